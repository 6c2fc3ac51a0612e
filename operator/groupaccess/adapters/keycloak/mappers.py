"""From Keycloak's protocol mappers to what they do to a claim."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from groupaccess.domain.directory import ClaimMapper, MapperKind

MEMBERSHIP = "oidc-group-membership-mapper"
ROLES = frozenset({"oidc-usermodel-realm-role-mapper", "oidc-usermodel-client-role-mapper"})
LIGHTWEIGHT = "client.use.lightweight.access.token.enabled"


def effective_mappers(
    client: Mapping[str, Any], scopes: Mapping[str, Mapping[str, Any]], asked: Iterable[str]
) -> tuple[ClaimMapper, ...]:
    """Return the client's own mappers, its default scopes' and the asked-for optional scopes'.

    `client` and `scopes` (by name) are Keycloak's representations. Sorted, so that the same
    configuration always gives the same value.
    """
    optional = set(client.get("optionalClientScopes") or ()) & set(asked)
    names = [*(client.get("defaultClientScopes") or ()), *optional]
    sources = [client, *(scopes[name] for name in names if name in scopes)]
    lightweight = (client.get("attributes") or {}).get(LIGHTWEIGHT) == "true"
    found = {mapper for source in sources for mapper in _read(source, lightweight=lightweight)}
    return tuple(sorted(found, key=lambda mapper: (mapper.claim, mapper.name, mapper.kind.value)))


def _read(source: Mapping[str, Any], *, lightweight: bool) -> Iterator[ClaimMapper]:
    for mapper in source.get("protocolMappers") or ():
        config = mapper.get("config") or {}
        claim = _top_level(config.get("claim.name") or "")
        if mapper.get("protocol") != "openid-connect" or not claim:
            continue
        access = "lightweight.claim" if lightweight else "access.token.claim"
        yield ClaimMapper(
            name=mapper["name"],
            kind=_kind(mapper["protocolMapper"], config),
            claim=claim,
            full_path=config.get("full.path") == "true",
            in_id_token=config.get("id.token.claim") == "true",
            in_access_token=config.get(access) == "true",
        )


def _kind(provider: str, config: Mapping[str, str]) -> MapperKind:
    if provider == MEMBERSHIP:
        return MapperKind.MEMBERSHIP
    if provider in ROLES and config.get("multivalued") == "true":
        return MapperKind.MERGING
    return MapperKind.REPLACING


def _top_level(name: str) -> str:
    r"""Return the token's top-level key: an unescaped dot nests, `\.` is a dot in the name."""
    return re.split(r"(?<!\\)\.", name)[0].replace("\\.", ".")
