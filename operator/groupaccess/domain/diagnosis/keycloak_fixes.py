"""Commands of Keycloak's own command line (`kcadm.sh`) that mend a client or a mapper.

A command needs the path of what it changes in the Admin API. A mend is nothing where that is not
known: then what a person does in the console is all that can be said.
"""

import json
import re
import shlex
from collections.abc import Mapping

from groupaccess.domain.diagnosis.fix import Advice, Command, Fix
from groupaccess.domain.directory.client import (
    ACCESS_TOKEN_SETTING,
    ID_TOKEN_SETTING,
    LIGHTWEIGHT_TOKEN_SETTING,
    ClaimMapper,
    Client,
)

GROUP_MAPPER = {
    "protocol": "openid-connect",
    "protocolMapper": "oidc-group-membership-mapper",
}
GROUP_CONFIG = {
    "full.path": "false",
    ID_TOKEN_SETTING: "true",
    ACCESS_TOKEN_SETTING: "true",
    "userinfo.token.claim": "true",
}


def by_command_or_console(command: tuple[Command, ...], console: str) -> tuple[Fix, ...]:
    """Return the commands, if there are any, and what a person does in the console."""
    return (*((Fix(command),) if command else ()), Fix((Advice(console),)))


def enable(realm: str, path: str) -> tuple[Command, ...]:
    """Enable a client."""
    return set_field(realm, path, "enabled", "true")


def set_frontend_url(realm: str, address: str) -> tuple[Command, ...]:
    """Let a realm name itself by this address of Keycloak, in its tokens, too."""
    return set_field(realm, f"realms/{realm}", "attributes.frontendUrl", address)


def set_field(realm: str, path: str, name: str, value: str) -> tuple[Command, ...]:
    """Set one field of what is at a path, and leave all others."""
    return (_kcadm("update", path, realm, f"-s {shlex.quote(f'{name}={value}')}"),) if path else ()


def set_config(realm: str, mapper: ClaimMapper, name: str, value: str) -> tuple[Command, ...]:
    """Set one setting of a mapper; its name may have dots."""
    return set_field(realm, mapper.path, f'config."{name}"', value)


def write_into(realm: str, mapper: ClaimMapper, claim: str) -> tuple[Command, ...]:
    """Let a group membership mapper write into a claim, whose dots are no separators."""
    return set_config(realm, mapper, "claim.name", _claim_name(claim)) if mapper.of_groups else ()


def add_group_mapper(realm: str, client: Client, claim: str) -> tuple[Command, ...]:
    """Give a client a group membership mapper for this claim."""
    if not client.path:
        return ()
    config = {"claim.name": _claim_name(claim), **GROUP_CONFIG}
    if client.lightweight:
        config[LIGHTWEIGHT_TOKEN_SETTING] = "true"
    body = {"name": "groups for kube-apiserver", **GROUP_MAPPER, "config": config}
    return (_create(realm, f"{client.path}/protocol-mappers/models", body),)


def always_add_scope(realm: str, client: Client, mapper: ClaimMapper) -> tuple[Command, ...]:
    """Make the optional scope of a mapper a default one of the client."""
    if not (client.path and mapper.owner):
        return ()
    scope = mapper.owner.rpartition("/")[2]
    return (
        _kcadm("delete", f"{client.path}/optional-client-scopes/{scope}", realm),
        _kcadm("update", f"{client.path}/default-client-scopes/{scope}", realm, "-n -b '{}'"),
    )


def _create(realm: str, path: str, body: Mapping[str, object]) -> Command:
    return _kcadm("create", path, realm, f"-b {shlex.quote(json.dumps(body))}")


def _kcadm(verb: str, path: str, realm: str, *more: str) -> Command:
    return Command(" ".join(("kcadm.sh", verb, shlex.quote(path), "-r", shlex.quote(realm), *more)))


def _claim_name(claim: str) -> str:
    return re.sub(r"([.\\])", r"\\\1", claim)
