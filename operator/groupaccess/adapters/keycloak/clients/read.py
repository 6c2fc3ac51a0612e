"""Reads the clients that a directory names, with everything that writes into their tokens."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from keycloak.exceptions import KeycloakGetError

from groupaccess.adapters.keycloak.clients.mappers import REALM, Roles, read_client, role_owners
from groupaccess.adapters.keycloak.connection.errors import (
    FORBIDDEN,
    NOT_FOUND,
    keycloak_errors,
    missing_right,
)
from groupaccess.adapters.keycloak.connection.session import Session
from groupaccess.adapters.keycloak.json_types import (
    CLIENTS,
    ROLES,
    SCOPES,
    ClientRepresentation,
    ScopeRepresentation,
    validate,
)
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.client import Client
from groupaccess.domain.reasons import Reason

# First the fine-grained permission, then the role of realm-management with the same effect.
CLIENTS_NEED = 'the permission "view" on all Clients (or the role "view-clients")'


async def read_clients(
    session: Session, directory: Directory
) -> tuple[tuple[Client, ...], Mapping[str, str]]:
    """Return the clients that exist, and their internal ids by `clientId`.

    Raise RejectedError when Keycloak cannot be read.
    """
    with keycloak_errors("client-scopes", needs=CLIENTS_NEED):
        listed = validate(SCOPES, await session.get("client-scopes"))
    if not listed:  # every realm has some; Keycloak omits those that the account may not see
        raise missing_right("client-scopes", CLIENTS_NEED)
    scopes = {scope["name"]: scope for scope in listed}
    clients: list[Client] = []
    ids: dict[str, str] = {}
    for login_client in directory.clients:
        result = await _client(session, login_client.client_id)
        if result is None:
            continue
        roles = await _roles(session, directory, result, listed)
        clients.append(read_client(login_client, result, scopes, roles))
        ids |= {login_client.client_id: result["id"]} if "id" in result else {}
    return tuple(clients), ids


async def _client(session: Session, client_id: str) -> ClientRepresentation | None:
    with keycloak_errors("clients", needs=CLIENTS_NEED):
        listed = validate(CLIENTS, await session.get("clients", clientId=client_id))
    return next((item for item in listed if item["clientId"] == client_id), None)


async def _roles(
    session: Session,
    directory: Directory,
    client: ClientRepresentation,
    scopes: Iterable[ScopeRepresentation],
) -> Roles:
    """Return the roles that a login of the client can put into the claim, by owner.

    Roles that the operator may not read are left out: a missing right does not prevent the rest.
    """
    result: dict[str, frozenset[str]] = {}
    for owner in sorted(set(role_owners(client, scopes, directory.groups_claim))):
        try:
            names = await _roles_of(session, directory, client, owner)
        except RejectedError as refused:
            if refused.failure.reason is not Reason.KEYCLOAK_FORBIDDEN:
                raise
            continue
        if names is not None:
            result[owner] = names
    return result


async def _roles_of(
    session: Session, directory: Directory, client: ClientRepresentation, owner: str
) -> frozenset[str] | None:
    """Return the roles of `owner` that the client's tokens may carry; None if not known.

    Keycloak's list of all realm roles would need one more right; this request is about the client.
    """
    container: str | None = directory.realm
    if owner != REALM:
        other = await _client(session, owner)
        if other is None:
            return frozenset()
        container = other.get("id")
    if container is None or "id" not in client:
        return None
    where = f"clients/{client['id']}/evaluate-scopes/scope-mappings/{container}/granted"
    scope = " ".join(client.get("optionalClientScopes") or ())  # a login may request them
    with keycloak_errors("roles that the client's tokens may carry", needs=CLIENTS_NEED):
        listed = validate(ROLES, await session.get(where, scope=scope))
    return frozenset(role["name"] for role in listed)


async def has_realm_role(session: Session, name: str) -> bool:
    """Return whether the realm has a role of this name; False if that may not be seen."""
    with keycloak_errors("realm role", needs=CLIENTS_NEED):
        try:
            await session.get(f"roles/{quote(name, safe='')}")
        except KeycloakGetError as error:
            if error.response_code in (NOT_FOUND, FORBIDDEN):
                return False
            raise
    return True
