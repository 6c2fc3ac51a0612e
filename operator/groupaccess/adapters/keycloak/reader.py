"""The port `DirectoryReader` on a real Keycloak: one complete reading of a realm, or a reason."""

from groupaccess.adapters.keycloak.errors import failure, told, translated
from groupaccess.adapters.keycloak.mappers import effective_mappers
from groupaccess.adapters.keycloak.representations import (
    CLIENTS,
    COUNT,
    GROUPS,
    SCOPES,
    SUBJECT,
    TEXT,
    ScopeRepresentation,
    shaped,
)
from groupaccess.adapters.keycloak.session import Session, open_session
from groupaccess.application.ports import Connection, RefusedError
from groupaccess.domain.directory import Client, Group, Snapshot
from groupaccess.domain.model import Directory, TokenClient
from groupaccess.domain.reasons import Reason

GROUPS_NEED = "view-users"
CLIENTS_NEED = "view-clients"


ANSWER_WITHIN = 20.0


class KeycloakReader:
    """Reads realms. Each reading logs in anew: no token is kept, none can be stale.

    `answer_within` are the seconds that one answer may take, from connecting to its last byte.
    """

    def __init__(self, answer_within: float = ANSWER_WITHIN) -> None:
        self._answer_within = answer_within

    async def read(self, directory: Directory, connection: Connection) -> Snapshot:
        """Read the whole realm; see the port."""
        try:
            async with open_session(connection, self._answer_within) as session:
                await _same_issuer(directory, session)
                identity = await _log_in(session)
                groups = await _groups(session)
                clients = await _clients(session, directory.clients)
        except RefusedError as refused:
            raise RefusedError(told(refused.failure, connection.client_secret)) from refused
        return Snapshot(identity, groups, clients)


async def _same_issuer(directory: Directory, session: Session) -> None:
    """Compare the issuer letter for letter, as kube-apiserver does with a token's `iss`."""
    with translated("the realm's OpenID configuration", missing=Reason.ISSUER_MISMATCH):
        found = await session.admin.connection.keycloak_openid.a_well_known()
        issuer = shaped(TEXT, found["issuer"])
    if issuer != directory.issuer:
        fact = f'spec.issuer is "{directory.issuer}", Keycloak calls itself "{issuer}"'
        raise RefusedError(failure(Reason.ISSUER_MISMATCH, fact))


async def _log_in(session: Session) -> str:
    """Log in, and return who the operator is in this realm."""
    with translated("the login", login=True):
        await session.admin.connection.a_get_token()
        token = session.admin.connection.token or {}
        claims = await session.admin.connection.keycloak_openid.a_decode_token(
            token["access_token"], validate=False
        )
        if claims.get("sub"):
            return shaped(SUBJECT, claims["sub"])
    fact = 'the operator\'s token has no "sub": give its client the scope "basic"'
    raise RefusedError(failure(Reason.LOGIN_FAILED, fact))


async def _groups(session: Session) -> tuple[Group, ...]:
    """Read all groups in one flat list.

    Pages lose groups of equal names while their total still fits, so the list is asked for whole,
    and its unique ids are compared with the count.
    """
    with translated("groups", needs=GROUPS_NEED):
        counted = await session.admin.a_groups_count()
        listed = await session.get(
            "groups",
            search="*",
            populateHierarchy="false",
            briefRepresentation="true",
            subGroupsCount="false",
            max="-1",
        )
        items = shaped(GROUPS, listed)
        count = shaped(COUNT, counted["count"])
    found = {item["id"]: Group(item["path"], item["name"], item["id"]) for item in items}
    if not len(items) == len(found) == count:
        fact = f"groups: {len(items)} listed, {len(found)} of them different, {count} counted"
        raise RefusedError(failure(Reason.KEYCLOAK_UNAVAILABLE, fact))
    return tuple(sorted(found.values()))


async def _clients(session: Session, wanted: tuple[TokenClient, ...]) -> tuple[Client, ...]:
    with translated("client-scopes", needs=CLIENTS_NEED):
        listed = shaped(SCOPES, await session.get("client-scopes"))
    scopes = {scope["name"]: scope for scope in listed}
    found = [await _client(session, client, scopes) for client in wanted]
    return tuple(client for client in found if client is not None)


async def _client(
    session: Session, wanted: TokenClient, scopes: dict[str, ScopeRepresentation]
) -> Client | None:
    with translated("clients", needs=CLIENTS_NEED):
        listed = shaped(CLIENTS, await session.get("clients", clientId=wanted.client_id))
    client = next((item for item in listed if item["clientId"] == wanted.client_id), None)
    if client is None:
        return None
    mappers = effective_mappers(client, scopes, wanted.scopes)
    return Client(wanted.client_id, client.get("enabled", False), mappers)
