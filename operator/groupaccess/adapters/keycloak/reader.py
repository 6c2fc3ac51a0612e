"""The port `DirectoryReader` on a real Keycloak: one complete reading, or a reason."""

from collections.abc import Mapping
from pathlib import Path

from groupaccess.adapters.clock import SystemClock
from groupaccess.adapters.keycloak.clients import read_clients
from groupaccess.adapters.keycloak.confirm import confirm_gone
from groupaccess.adapters.keycloak.errors import failure, told, translated
from groupaccess.adapters.keycloak.groups import DEFAULT_COSTS, Costs, read_groups
from groupaccess.adapters.keycloak.proof import Prover, Read
from groupaccess.adapters.keycloak.representations import TEXT, shaped
from groupaccess.adapters.keycloak.session import POD_TOKEN, Session, Sessions
from groupaccess.application.ports import Connection, RefusedError
from groupaccess.domain.directory import Snapshot, groups_in_use
from groupaccess.domain.in_use import InUse
from groupaccess.domain.model import Directory
from groupaccess.domain.reasons import Reason

ANSWER_WITHIN = 20.0
ATTEMPTS = 2  # at what belongs to one identity: a realm that is made anew refuses the old token


class KeycloakReader:
    """Reads realms, over one session for each directory.

    `answer_within` are the seconds that one answer may take, from connecting to its last byte;
    `pod_token` is the file with the pod's token, for directories without a stored secret.
    """

    def __init__(
        self,
        answer_within: float = ANSWER_WITHIN,
        pod_token: Path = POD_TOKEN,
        costs: Costs = DEFAULT_COSTS,
    ) -> None:
        self._sessions = Sessions(answer_within, pod_token)
        self._costs = costs
        self._prover = Prover(SystemClock().now)

    async def read(
        self, directory: Directory, connection: Connection, used: InUse | None = None
    ) -> Snapshot:
        """Read the realm; see the port."""
        session = await self._sessions.of(directory.name, connection)
        try:
            return await self._snapshot(directory, session, used)
        except RefusedError as refused:
            raise RefusedError(told(refused.failure, session.proof.secret)) from refused

    async def confirm_gone(
        self, directory: Directory, connection: Connection, groups: Mapping[str, str]
    ) -> None:
        """Ask for groups that a reading lacked; see the port."""
        session = await self._sessions.of(directory.name, connection)
        try:
            await confirm_gone(session, groups)
        except RefusedError as refused:
            raise RefusedError(told(refused.failure, session.proof.secret)) from refused

    async def forget(self, directory: str) -> None:
        """Close the directory's session and forget its proofs; see the port."""
        self._prover.forget(directory)
        await self._sessions.close(directory)

    async def _snapshot(
        self, directory: Directory, session: Session, used: InUse | None
    ) -> Snapshot:
        await _same_issuer(directory, session)
        for _ in range(ATTEMPTS):
            identity = await session.login.identity()
            found = await read_groups(session, used, self._costs)
            clients, ids = await read_clients(session, directory, found.groups)
            in_use = groups_in_use(found.groups, used or InUse())
            canarys = tuple(g for g in found.groups if directory.canary in (g.path, g.name))
            members_of = in_use if directory.canary is None else canarys
            read = Read(directory, identity, members_of, clients, ids)
            clients = await self._prover.prove(session, read)
            if await session.login.identity() == identity:
                return Snapshot(identity, found.groups, clients, found.looked_up, found.counted)
        fact = "the operator's account changed while it read: the realm is being made anew"
        raise RefusedError(failure(Reason.KEYCLOAK_UNAVAILABLE, fact))


async def _same_issuer(directory: Directory, session: Session) -> None:
    """Compare the issuer letter for letter, as kube-apiserver does with a token's `iss`."""
    with translated("the realm's OpenID configuration", missing=Reason.ISSUER_MISMATCH):
        found = await session.login.keycloak_openid.a_well_known()
        issuer = shaped(TEXT, found["issuer"])
    if issuer != directory.issuer:
        fact = f'spec.issuer is "{directory.issuer}", Keycloak calls itself "{issuer}"'
        raise RefusedError(failure(Reason.ISSUER_MISMATCH, fact))
