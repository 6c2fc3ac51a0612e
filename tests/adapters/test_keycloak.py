"""Keycloak's mappers and errors, as they are understood."""

from typing import Any

import httpx
import pytest
from keycloak.exceptions import (
    KeycloakAuthenticationError,
    KeycloakConnectionError,
    KeycloakError,
    KeycloakGetError,
    KeycloakPostError,
)

from groupaccess.adapters.keycloak.errors import translated
from groupaccess.adapters.keycloak.mappers import effective_mappers
from groupaccess.application.ports import RefusedError
from groupaccess.domain.directory import ClaimMapper, Failure, MapperKind
from groupaccess.domain.reasons import Reason

SECRET = "s3cret"  # noqa: S105 -- of a test


def mapper(
    provider: str = "oidc-group-membership-mapper", name: str = "groups", **config: str
) -> dict[str, Any]:
    given = {key.replace("_", "."): value for key, value in config.items()}
    return {
        "name": name,
        "protocol": "openid-connect",
        "protocolMapper": provider,
        "config": {"claim.name": "groups", "id.token.claim": "true", **given},
    }


def only(*mappers: dict[str, Any], **client: Any) -> ClaimMapper:  # noqa: ANN401 -- JSON
    (found,) = effective_mappers({"protocolMappers": list(mappers), **client}, {}, ())
    return found


def names(client: dict[str, Any], *asked: str) -> list[str]:
    scopes = {name: {"protocolMappers": [mapper(name=name)]} for name in ("always", "maybe", "no")}
    return [found.name for found in effective_mappers(client, scopes, asked)]


@pytest.mark.parametrize(
    ("text", "full_path"), [("true", True), ("false", False), ("True", False), ("", False)]
)
def test_a_path_is_written_for_the_word_true_alone(text: str, *, full_path: bool) -> None:
    assert only(mapper(full_path=text)).full_path is full_path
    assert not only(mapper()).full_path


def test_the_toggles_say_into_which_token_it_goes() -> None:
    found = only(mapper(access_token_claim="true", id_token_claim="false"))  # noqa: S106
    assert (found.in_id_token, found.in_access_token) == (False, True)
    assert not only(mapper()).in_access_token


def test_a_lightweight_access_token_has_a_toggle_of_its_own() -> None:
    lightweight = {"attributes": {"client.use.lightweight.access.token.enabled": "true"}}
    assert not only(mapper(access_token_claim="true"), **lightweight).in_access_token  # noqa: S106
    assert only(mapper(lightweight_claim="true"), **lightweight).in_access_token


@pytest.mark.parametrize(
    ("provider", "config", "kind"),
    [
        ("oidc-group-membership-mapper", {}, MapperKind.MEMBERSHIP),
        ("oidc-usermodel-realm-role-mapper", {"multivalued": "true"}, MapperKind.MERGING),
        ("oidc-usermodel-client-role-mapper", {"multivalued": "true"}, MapperKind.MERGING),
        ("oidc-usermodel-realm-role-mapper", {}, MapperKind.REPLACING),
        ("oidc-hardcoded-claim-mapper", {}, MapperKind.REPLACING),
        ("script-of-somebody", {}, MapperKind.REPLACING),
    ],
)
def test_a_mapper_that_nobody_knows_may_replace_the_claim(
    provider: str, config: dict[str, str], kind: MapperKind
) -> None:
    assert only(mapper(provider, **config)).kind is kind


@pytest.mark.parametrize(
    ("name", "claim"), [("groups", "groups"), ("a.b.c", "a"), (r"a\.b", "a.b"), (r"a\.b.c", "a.b")]
)
def test_the_top_level_key_of_the_token_counts(name: str, claim: str) -> None:
    assert only(mapper(claim_name=name)).claim == claim


def test_a_default_scope_counts_and_an_optional_one_when_asked_for() -> None:
    client = {"defaultClientScopes": ["always"], "optionalClientScopes": ["maybe"]}
    assert names(client) == ["always"]
    assert names(client, "maybe") == ["always", "maybe"]
    assert names(client, "no", "openid") == ["always"]
    assert names({"defaultClientScopes": ["deleted"]}) == []


def test_other_protocols_and_mappers_without_claim_do_not_count() -> None:
    saml = {**mapper(), "protocol": "saml"}
    audience = {
        "name": "aud",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-audience-mapper",
    }
    assert effective_mappers({"protocolMappers": [saml, audience]}, {}, ()) == ()
    assert effective_mappers({}, {}, ()) == ()


def test_the_same_configuration_reads_the_same_in_any_order() -> None:
    one, two = mapper(name="one"), mapper(name="two")
    assert effective_mappers({"protocolMappers": [one, two]}, {}, ()) == effective_mappers(
        {"protocolMappers": [two, one]}, {}, ()
    )


def failed(error: Exception, **how: Any) -> Failure:  # noqa: ANN401 -- of `translated`
    """Return what an error is translated to, by whatever it was caused."""
    with pytest.raises(RefusedError) as refused, translated("groups", **how):
        raise error
    return refused.value.failure


def caused(cause: Exception) -> KeycloakConnectionError:
    error = KeycloakConnectionError("Can't connect to server")
    error.__cause__ = cause
    return error


def test_a_server_that_is_not_reached_says_why() -> None:
    found = failed(caused(httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")))
    assert found.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert "CERTIFICATE_VERIFY_FAILED" in found.message
    assert "ReadTimeout" in failed(caused(httpx.ReadTimeout(""))).message


@pytest.mark.parametrize("code", [400, 401])
def test_a_refused_login_has_keycloaks_words(code: int) -> None:
    body = b'{"error":"unauthorized_client","error_description":"Invalid client credentials"}'
    found = failed(KeycloakPostError("no", code, body), login=True)
    assert found.reason == Reason.LOGIN_FAILED
    assert "Invalid client credentials" in found.message


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", None])
def test_a_refused_login_without_words_has_its_code(body: bytes | None) -> None:
    found = failed(KeycloakAuthenticationError("no", 401, body), login=True)
    assert found.reason == Reason.LOGIN_FAILED
    assert "HTTP 401" in found.message


def test_a_refusal_names_the_endpoint_and_the_role() -> None:
    found = failed(KeycloakGetError("no", 403), needs="view-users")
    assert found.reason == Reason.KEYCLOAK_FORBIDDEN
    assert found.message.startswith("groups: 403")
    assert '"view-users"' in found.message


def test_what_is_not_there_has_the_reason_that_it_means() -> None:
    found = failed(KeycloakGetError("no", 404), missing=Reason.ISSUER_MISMATCH)
    assert found.reason == Reason.ISSUER_MISMATCH


@pytest.mark.parametrize("code", [401, 409, 500, 503])
def test_every_other_answer_is_no_reading(code: int) -> None:
    found = failed(KeycloakGetError("no", code))
    assert found.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert f"groups: HTTP {code}" in found.message


@pytest.mark.parametrize("error", [KeyError("id"), TypeError("x"), ValueError("y")])
def test_an_answer_that_is_not_keycloaks_is_no_reading(error: Exception) -> None:
    found = failed(error)
    assert found.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert "the answer is not Keycloak's" in found.message


@pytest.mark.parametrize(
    "error",
    [
        KeycloakGetError(f"token {SECRET}", 500, SECRET.encode()),
        KeycloakGetError(f"token {SECRET}", 403, SECRET.encode()),
        KeycloakPostError(SECRET, 401, f'{{"{SECRET}": 1}}'.encode()),
        KeycloakError(SECRET),
        ValueError(SECRET),
        KeyError(SECRET),
    ],
)
def test_no_secret_gets_into_a_message(error: Exception) -> None:
    assert SECRET not in failed(error).message
    assert SECRET not in failed(error, login=True).message
