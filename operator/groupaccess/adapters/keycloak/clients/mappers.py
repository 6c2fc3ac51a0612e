"""Translates Keycloak's protocol mappers into what they do to a claim."""

import re
from collections.abc import Iterable, Iterator, Mapping

from groupaccess.adapters.keycloak.json_types import (
    ClientRepresentation,
    Config,
    MapperRepresentation,
    ScopeRepresentation,
)
from groupaccess.domain.access.keycloak_directory import LoginClient
from groupaccess.domain.directory.client import (
    ACCESS_TOKEN_SETTING,
    ID_TOKEN_SETTING,
    LIGHTWEIGHT_TOKEN_SETTING,
    ClaimMapper,
    Client,
    MapperKind,
)
from groupaccess.domain.keycloak_setup.calls import path_segment

MEMBERSHIP = "oidc-group-membership-mapper"
REALM_ROLES = "oidc-usermodel-realm-role-mapper"
CLIENT_ROLES = "oidc-usermodel-client-role-mapper"
HARDCODED = "oidc-hardcoded-claim-mapper"
LIGHTWEIGHT = "client.use.lightweight.access.token.enabled"
OPENID = "openid"  # not a client scope, and always valid
REALM = ""  # the owner of realm roles
ROLE_OWNER = "usermodel.clientRoleMapping.clientId"
ROLE_PREFIXES = {
    REALM_ROLES: "usermodel.realmRoleMapping.rolePrefix",
    CLIENT_ROLES: "usermodel.clientRoleMapping.rolePrefix",
}

Roles = Mapping[str, frozenset[str]]
"""The names of roles by their owner, REALM or a client's id, so far as they could be read."""
_COMPONENT = re.compile(r"((?:\\.|[^\\.])+?)\.")


def read_client(
    login_client: LoginClient,
    representation: ClientRepresentation,
    scopes: Mapping[str, ScopeRepresentation],
    roles: Roles,
) -> Client:
    """Return the client with the mappers that write into its tokens.

    These are its own mappers, those of its default client scopes, and those of the optional scopes
    that `login_client` requests; other optional scopes go into `optional_mappers`. `scopes` are all
    client scopes of the realm, by name. The mappers are sorted, so that the same configuration
    always gives an equal value.
    """
    default = representation.get("defaultClientScopes") or ()
    optional = representation.get("optionalClientScopes") or ()
    unknown = {_base(scope) for scope in login_client.scopes} - {*default, *optional, OPENID}
    lightweight = (representation.get("attributes") or {}).get(LIGHTWEIGHT) == "true"

    path = f"clients/{path_segment(representation['id'])}" if "id" in representation else ""

    def read(sources: Iterable[tuple[str, ScopeRepresentation]]) -> tuple[ClaimMapper, ...]:
        mappers = {
            mapper
            for scope, source in sources
            for mapper in _read(scope, source, roles, lightweight=lightweight, client=path)
        }
        return tuple(sorted(mappers, key=lambda m: (m.claim, m.name, m.scope, m.kind.value)))

    def of(names: Iterable[str]) -> list[tuple[str, ScopeRepresentation]]:
        return [(name, scopes[name]) for name in names if name in scopes]

    asked = set(optional) & {_base(scope) for scope in login_client.scopes}
    own: ScopeRepresentation = {
        "name": login_client.client_id,
        "protocolMappers": representation.get("protocolMappers"),
    }
    return Client(
        login_client.client_id,
        representation.get("enabled", False),
        mappers=read([("", own), *of(default), *of(asked)]),
        optional_mappers=read(of(set(optional) - asked)),
        missing_scopes=tuple(sorted(unknown)),
        lightweight=lightweight,
        path=path,
    )


def role_owners(
    client: ClientRepresentation, scopes: Iterable[ScopeRepresentation], claim: str
) -> Iterator[str]:
    """Yield the owners of the roles that a login of the client can put into the claim."""
    names = {
        *(client.get("defaultClientScopes") or ()),
        *(client.get("optionalClientScopes") or ()),
    }
    reachable = [scope.get("protocolMappers") for scope in scopes if scope["name"] in names]
    for mappers in (client.get("protocolMappers"), *reachable):
        for mapper in mappers or ():
            config = mapper.get("config") or {}
            owner = _role_owner(mapper["protocolMapper"], config)
            if owner is not None and split_claim(config.get("claim.name") or "")[:1] == [claim]:
                yield owner


def split_claim(name: str) -> list[str]:
    """Return the keys of a claim's name, split as Keycloak splits it.

    A dot separates nested keys; a backslash escapes the character after it.
    """
    parts, start = list[str](), 0
    while match := _COMPONENT.match(name, start):
        parts.append(match[1])
        start = match.end()
    if start < len(name):
        parts.append(name[start:])
    return [re.sub(r"\\(.)", r"\1", part) for part in parts]


def _read(
    scope: str, source: ScopeRepresentation, roles: Roles, *, lightweight: bool, client: str
) -> Iterator[ClaimMapper]:
    known = f"client-scopes/{path_segment(source['id'])}" if "id" in source else ""
    owner = known if scope else client
    for mapper in source.get("protocolMappers") or ():
        config = mapper.get("config") or {}
        keys = split_claim(config.get("claim.name") or "")
        if mapper.get("protocol") != "openid-connect" or not keys:
            continue
        access = LIGHTWEIGHT_TOKEN_SETTING if lightweight else ACCESS_TOKEN_SETTING
        kind = _kind(mapper, config) if len(keys) == 1 else MapperKind.NESTED
        yield ClaimMapper(
            name=mapper["name"],
            kind=kind,
            claim=keys[0],
            full_path=config.get("full.path") == "true",
            in_id_token=config.get(ID_TOKEN_SETTING) == "true",
            in_access_token=config.get(access) == "true",
            scope=scope,
            other_values=_other_values(mapper["protocolMapper"], kind, config, roles),
            owner=owner,
            id=mapper.get("id", ""),
            of_groups=mapper["protocolMapper"] == MEMBERSHIP,
        )


def _kind(mapper: MapperRepresentation, config: Config) -> MapperKind:
    provider = mapper["protocolMapper"]
    if provider == MEMBERSHIP:
        return MapperKind.MEMBERSHIP
    if provider in ROLE_PREFIXES and config.get("multivalued") == "true":
        return MapperKind.APPENDING
    return MapperKind.REPLACING


def _other_values(
    provider: str, kind: MapperKind, config: Config, roles: Roles
) -> frozenset[str] | None:
    """Return what the mapper writes for users without any group; None if that is not known."""
    if kind in {MapperKind.MEMBERSHIP, MapperKind.NESTED}:
        return frozenset()
    if provider == HARDCODED and config.get("jsonType.label") in {"String", "", None}:
        return frozenset({config.get("claim.value") or ""})
    owner = _role_owner(provider, config)
    if owner is None or owner not in roles:
        return None
    prefix = config.get(ROLE_PREFIXES[provider]) or ""
    return frozenset(prefix + name for name in roles[owner])


def _role_owner(provider: str, config: Config) -> str | None:
    """Return whose roles a mapper writes; None for no roles, or for the roles of all clients."""
    if provider == REALM_ROLES:
        return REALM
    return config.get(ROLE_OWNER) or None if provider == CLIENT_ROLES else None


def _base(scope: str) -> str:
    """Return the client scope of a dynamic scope: `organization` for `organization:acme`."""
    return scope.partition(":")[0]
