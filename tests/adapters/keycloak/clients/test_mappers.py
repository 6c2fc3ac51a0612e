"""Keycloak's mappers, as they are understood."""

from typing import Any

import pytest

from groupaccess.adapters.keycloak.clients.mappers import (
    REALM,
    read_client,
    role_owners,
    split_claim,
)
from groupaccess.domain.access.keycloak_directory import LoginClient
from groupaccess.domain.directory.client import ClaimMapper, Client, MapperKind

MEMBERSHIP = "oidc-group-membership-mapper"
REALM_ROLES = "oidc-usermodel-realm-role-mapper"
CLIENT_ROLES = "oidc-usermodel-client-role-mapper"
HARDCODED = "oidc-hardcoded-claim-mapper"
OWNER = "usermodel.clientRoleMapping.clientId"
JSON = Any


def mapper(provider: str = MEMBERSHIP, name: str = "groups", **config: str) -> dict[str, Any]:
    dotted = {key.replace("_", "."): value for key, value in config.items()}
    return {
        "name": name,
        "protocol": "openid-connect",
        "protocolMapper": provider,
        "config": {"claim.name": "groups", "id.token.claim": "true", **dotted},
    }


def configured(provider: str, **config: str) -> dict[str, Any]:
    found = mapper(provider)
    found["config"] |= config
    return found


def read(
    *mappers: JSON,
    asked: tuple[str, ...] = (),
    roles: dict[str, frozenset[str]] | None = None,
    **client: JSON,
) -> Client:
    scopes = {name: {"name": name, "protocolMappers": [mapper(name=name)]} for name in SCOPES}
    return read_client(
        LoginClient("headlamp", id_token=True, scopes=("openid", *asked)),
        {"clientId": "headlamp", "protocolMappers": list(mappers), **client},  # type: ignore[typeddict-item]  # any JSON
        scopes,  # type: ignore[arg-type]  # the same
        roles or {},
    )


SCOPES = ("always", "maybe", "no")


def only(*mappers: JSON, **client: JSON) -> ClaimMapper:
    (found,) = read(*mappers, **client).mappers
    return found


@pytest.mark.parametrize(
    ("text", "full_path"), [("true", True), ("false", False), ("True", False), ("", False)]
)
def test_a_path_is_written_for_the_word_true_alone(text: str, *, full_path: bool) -> None:
    assert only(mapper(full_path=text)).full_path is full_path
    assert not only(mapper()).full_path


def test_the_toggles_say_into_which_token_it_goes() -> None:
    found = only(mapper(access_token_claim="true", id_token_claim="false"))
    assert (found.in_id_token, found.in_access_token) == (False, True)
    assert not only(mapper()).in_access_token


def test_a_lightweight_access_token_has_a_toggle_of_its_own() -> None:
    lightweight: JSON = {"attributes": {"client.use.lightweight.access.token.enabled": "true"}}
    assert not only(mapper(access_token_claim="true"), **lightweight).in_access_token
    assert only(mapper(lightweight_claim="true"), **lightweight).in_access_token
    assert read(**lightweight).lightweight
    assert not read().lightweight


@pytest.mark.parametrize(
    ("provider", "config", "kind"),
    [
        (MEMBERSHIP, {}, MapperKind.MEMBERSHIP),
        (REALM_ROLES, {"multivalued": "true"}, MapperKind.APPENDING),
        (CLIENT_ROLES, {"multivalued": "true"}, MapperKind.APPENDING),
        (REALM_ROLES, {}, MapperKind.REPLACING),
        (HARDCODED, {}, MapperKind.REPLACING),
        ("oidc-usermodel-attribute-mapper", {"multivalued": "true"}, MapperKind.REPLACING),
        ("script-of-somebody", {}, MapperKind.REPLACING),
    ],
)
def test_a_mapper_that_nobody_knows_may_replace_the_claim(
    provider: str, config: dict[str, str], kind: MapperKind
) -> None:
    assert only(configured(provider, **config)).kind is kind


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("groups", ["groups"]),
        ("a.b.c", ["a", "b", "c"]),
        (r"a\.b", ["a.b"]),
        (r"a\.b.c", ["a.b", "c"]),
        (r"a\\.b", ["a\\", "b"]),
        (r"a\b", ["ab"]),
        ("groups.", ["groups"]),
        (".groups", [".groups"]),
        ("a..b", ["a", ".b"]),
        ("", []),
    ],
)
def test_a_claims_name_is_split_as_keycloak_does(name: str, keys: list[str]) -> None:
    assert split_claim(name) == keys


def test_a_dot_makes_an_object_of_the_top_level_key() -> None:
    nested = only(mapper(claim_name="groups.mine"))
    assert (nested.claim, nested.kind) == ("groups", MapperKind.NESTED)
    escaped = only(mapper(claim_name=r"groups\.mine"))
    assert (escaped.claim, escaped.kind) == ("groups.mine", MapperKind.MEMBERSHIP)


def test_a_default_scope_counts_and_an_optional_one_when_it_is_asked_for() -> None:
    scopes: JSON = {"defaultClientScopes": ["always"], "optionalClientScopes": ["maybe"]}
    unasked, asked = read(**scopes), read(asked=("maybe",), **scopes)
    assert [(m.name, m.scope) for m in unasked.mappers] == [("always", "always")]
    assert [(m.name, m.scope) for m in unasked.optional_mappers] == [("maybe", "maybe")]
    assert [mapper.scope for mapper in asked.mappers] == ["always", "maybe"]
    assert asked.optional_mappers == ()
    assert read(defaultClientScopes=["deleted"]).mappers == ()


def test_a_mapper_of_the_client_itself_names_no_scope() -> None:
    assert not only(mapper()).scope


def test_scopes_that_the_client_does_not_have_are_named() -> None:
    scopes: JSON = {"defaultClientScopes": ["always"], "optionalClientScopes": ["organization"]}
    found = read(asked=("always", "no", "organization:acme"), **scopes)
    assert found.missing_scopes == ("no",)


def test_other_protocols_and_mappers_without_claim_do_not_count() -> None:
    saml = {**mapper(), "protocol": "saml"}
    audience = {
        "name": "aud",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-audience-mapper",
    }
    assert read(saml, audience).mappers == ()
    assert read().mappers == ()


def test_the_same_configuration_reads_the_same_in_any_order() -> None:
    one, two = mapper(name="one"), mapper(name="two")
    assert read(one, two) == read(two, one)


def test_a_role_mapper_adds_the_names_of_the_roles_with_its_prefix() -> None:
    roles = {REALM: frozenset({"SRE"}), "shop": frozenset({"dev"})}
    realm = configured(REALM_ROLES, **{"usermodel.realmRoleMapping.rolePrefix": "r-"})
    client = configured(CLIENT_ROLES, **{OWNER: "shop"})
    assert only(realm, roles=roles).other_values == frozenset({"r-SRE"})
    assert only(client, roles=roles).other_values == frozenset({"dev"})


@pytest.mark.parametrize(
    "mapper",
    [
        configured(REALM_ROLES),
        configured(CLIENT_ROLES, **{OWNER: "shop"}),
        configured(CLIENT_ROLES),  # of all clients
        configured("oidc-usermodel-attribute-mapper"),
        configured(HARDCODED, **{"jsonType.label": "JSON", "claim.value": '["a"]'}),
    ],
)
def test_what_a_mapper_adds_may_not_be_known(mapper: JSON) -> None:
    assert only(mapper).other_values is None


def test_a_fixed_text_is_added_for_everybody() -> None:
    text = configured(HARDCODED, **{"jsonType.label": "String", "claim.value": "SRE"})
    assert only(text).other_values == frozenset({"SRE"})


def test_a_membership_mapper_adds_nothing_for_others() -> None:
    assert only(mapper()).other_values == frozenset()


def test_roles_are_read_for_the_mappers_that_a_login_can_bring_into_the_claim() -> None:
    scopes: JSON = [
        {"name": "jwt", "protocolMappers": [configured(REALM_ROLES)]},
        {"name": "other", "protocolMappers": [configured(CLIENT_ROLES, **{OWNER: "no"})]},
    ]
    client: JSON = {
        "clientId": "headlamp",
        "optionalClientScopes": ["jwt"],
        "protocolMappers": [configured(CLIENT_ROLES, **{OWNER: "shop"}), mapper()],
    }
    assert set(role_owners(client, scopes, "groups")) == {REALM, "shop"}
    assert set(role_owners(client, scopes, "roles")) == set()
