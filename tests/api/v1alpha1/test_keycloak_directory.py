"""A KeycloakDirectory is read whole, and what is ambiguous is not read at all."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from groupaccess.api.v1alpha1 import KeycloakDirectory, KeycloakDirectorySpec

EXAMPLE = Path(__file__).parents[3] / "examples" / "keycloakdirectory.yaml"
ISSUER = "https://auth.example.com/realms/ADMIN"
SECRET = {"clientSecret": {"secretRef": {"name": "keycloak"}}}
TOKEN = {"serviceAccountToken": {"clientId": "groupaccess"}}
TOKENS = {"groupsPrefix": "", "clients": [{"clientId": "headlamp"}]}
PEM = "-----BEGIN CERTIFICATE-----\n"


def spec(**fields: Any) -> KeycloakDirectorySpec:
    least = {"issuer": ISSUER, "auth": SECRET, "tokens": TOKENS, "allowedClusterRoles": ["*"]}
    return KeycloakDirectorySpec.model_validate({**least, **fields})


def test_example_is_read() -> None:
    found = KeycloakDirectory.read(yaml.safe_load(EXAMPLE.read_text()))
    assert (found.metadata.name, found.spec.issuer) == ("default", ISSUER)
    assert found.spec.allowed_cluster_roles == ("view", "edit", "admin", "cluster-admin")


def test_absent_means_what_the_documentation_says() -> None:
    found = spec()
    assert found.sync_interval == timedelta(seconds=60)
    assert found.on_missing.grace == timedelta(minutes=10)
    assert (found.on_replaced, found.on_collision) == ("Refuse", "Keep")
    assert (found.admin_url, found.ca_bundle, found.canary) == (None, None, None)
    assert (found.tokens.groups_claim, found.tokens.shares_prefix_with) == ("groups", ())
    [client] = found.tokens.clients
    assert (client.token, client.scopes) == ("ID", ("openid",))


@pytest.mark.parametrize(
    ("issuer", "base", "realm"),
    [
        (ISSUER, "https://auth.example.com", "ADMIN"),
        ("https://auth.example.com/auth/realms/ADMIN", "https://auth.example.com/auth", "ADMIN"),
        ("https://sso.example.com/realms/main", "https://sso.example.com", "main"),
        ("https://sso.example.com/realms/my%20realm", "https://sso.example.com", "my realm"),
        ("https://h/realms/realms/realms/x", "https://h/realms/realms", "x"),
        ("https://[2001:db8::1]:8443/realms/a", "https://[2001:db8::1]:8443", "a"),
    ],
)
def test_issuer_names_the_address_and_the_realm(issuer: str, base: str, realm: str) -> None:
    found = spec(issuer=issuer)
    assert (found.issuer, found.base_url, found.realm) == (issuer, base, realm)


@pytest.mark.parametrize(
    "issuer",
    [
        "http://auth.example.com/realms/a",
        "http://localhost:8080/realms/a",
        "http://127.0.0.1/realms/a",
        "http://localhost@example.com/realms/a",
        "HTTPS://auth.example.com/realms/a",
        "https://auth.example.com",
        "https://auth.example.com/auth/ADMIN",
        "https://auth.example.com/realms/",
        "https://auth.example.com/realms/a/",
        "https://auth.example.com/realms/a?b=c",
        "https://auth.example.com/realms/a#b",
        "https://auth.example.com/realms/a\n",
        "https://user:pw@auth.example.com/realms/a",
        "https://auth.example.com/realms/..",
        "https://auth.example.com/../realms/a",
        "https://auth.example.com/realms/%2e%2E",
        "https://auth.example.com/%2E/realms/a",
        "https:///realms/a",
        "",
    ],
)
def test_issuer_of_another_shape_is_refused(issuer: str) -> None:
    with pytest.raises(ValidationError):
        spec(issuer=issuer)


@pytest.mark.parametrize(
    "fields",
    [
        {"issuer": "https://me:hunter2@auth.example.com/realms/a"},
        {"caBundle": {"inline": ["hunter2"]}},
        {"auth": {"clientSecret": "hunter2"}},
    ],
)
def test_error_does_not_repeat_what_may_be_a_secret(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as error:
        spec(**fields)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://keycloak.keycloak.svc:8080/auth",
        "http://localhost:8080",
        "http://[::1]:8080/auth",
        "ftp://keycloak.keycloak.svc",
        "https://me:pw@keycloak.keycloak.svc",
        "https://keycloak.keycloak.svc/%2e%2e",
    ],
)
def test_credentials_do_not_travel_in_clear_or_astray(url: str) -> None:
    with pytest.raises(ValidationError):
        spec(adminURL=url)


def test_the_admin_api_may_be_elsewhere() -> None:
    url = "https://keycloak.keycloak.svc:8443/auth"
    assert spec(adminURL=url).admin_url == url


@pytest.mark.parametrize("auth", [{}, {**SECRET, **TOKEN}])
def test_there_is_one_way_to_log_in(auth: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="exactly one of clientSecret"):
        spec(auth=auth)


@pytest.mark.parametrize("source", [{}, {"inline": PEM, "secretRef": {"name": "ca"}}])
def test_there_is_one_source_of_authorities(source: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="exactly one of configMapRef"):
        spec(caBundle=source)


def test_authorities_are_under_ca_crt_unless_said_otherwise() -> None:
    by_default = spec(caBundle={"configMapRef": {"name": "ca"}}).ca_bundle
    other = spec(caBundle={"secretRef": {"name": "ca", "key": "tls.crt"}}).ca_bundle
    assert by_default is not None
    assert by_default.config_map_ref is not None
    assert by_default.config_map_ref.key == "ca.crt"
    assert other is not None
    assert other.secret_ref is not None
    assert other.secret_ref.key == "tls.crt"


def test_tokens_are_somebodys() -> None:
    with pytest.raises(ValidationError, match="at least one client"):
        spec(tokens={"groupsPrefix": "", "clients": []})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"tokens": {"clients": [{"clientId": "headlamp"}]}}, "tokens.groupsPrefix"),
        ({"allowedClusterRoles": []}, r"'\*' allows every ClusterRole"),
        ({"onMissing": {}}, "onMissing.grace"),
        ({"canary": None}, r"a key is left empty.*\(empty: canary\)"),
        ({"tokens": {**TOKENS, "groupsClaim": None}}, r"\(empty: groupsClaim\)"),
    ],
)
def test_what_is_lost_is_not_read_as_the_wide_choice(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        spec(**fields)


def test_which_roles_a_directory_allows_is_written_out() -> None:
    without = {"issuer": ISSUER, "auth": SECRET, "tokens": TOKENS}
    with pytest.raises(ValidationError, match="allowedClusterRoles"):
        KeycloakDirectorySpec.model_validate(without)


@pytest.mark.parametrize("interval", ["5s", "-60s", "25h", "soon"])
def test_interval_is_sane(interval: str) -> None:
    with pytest.raises(ValidationError):
        spec(syncInterval=interval)


@pytest.mark.parametrize("more", [{"region": "eu"}, {"auth": {**SECRET, "mtls": True}}], ids=str)
def test_field_of_a_newer_version_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        spec(**more)


def test_no_field_names_a_namespace_that_credentials_are_read_from() -> None:
    there = {"name": "keycloak", "namespace": "kube-system"}
    auth = {"clientSecret": {"secretRef": there}}
    for more in ({"auth": auth}, {"caBundle": {"secretRef": there}}):
        with pytest.raises(ValidationError, match=r"secretRef\.namespace\n +Extra inputs"):
            spec(**more)


def test_word_of_a_newer_version_is_no_reason_to_guess() -> None:
    with pytest.raises(ValidationError):
        spec(onReplaced="Ask")


@given(
    st.integers(10, 86_400),
    st.integers(0, 43_200),
    st.sampled_from([SECRET, TOKEN]),
    st.sampled_from(["", "oidc:"]),
    st.lists(st.sampled_from(["old", "new.example"]), unique=True),
)
def test_what_is_written_is_read_back(
    interval: int, grace: int, auth: dict[str, object], prefix: str, partners: list[str]
) -> None:
    written = spec(
        syncInterval=f"{interval}s",
        onMissing={"grace": f"{grace}m"},
        auth=auth,
        tokens={
            "groupsPrefix": prefix,
            "sharesPrefixWith": partners,
            "clients": [{"clientId": "headlamp"}],
        },
    )
    assert KeycloakDirectorySpec.model_validate(written.to_kubernetes()) == written
