"""Which ClusterRoles the operator may bind: what is bound stays when that list is narrowed.

Nothing is refused then until such a binding has to be made again. So it is asked, and reported.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Protocol

from groupaccess.application.ports.errors import TransientError
from groupaccess.application.state.store import Store

logger = logging.getLogger(__name__)

POLL_SECONDS = 2.0  # between two looks for a change: an authorizer has it about a second later
INTERVAL_SECONDS = 600.0  # between two rounds at most: not every right is a ClusterRole's
RETRY_SECONDS = 30.0  # after a round that failed


class OperatorRights(Protocol):
    """The operator's own rights."""

    async def may_bind(self, cluster_role: str) -> bool:
        """Ask whether the operator may bind a ClusterRole; raise PassingError without an answer."""


class BindableRoles:
    """Keeps in the store which of the ClusterRoles in use the operator may not bind."""

    def __init__(
        self, rights: OperatorRights, store: Store, enqueue: Callable[[Iterable[str]], None]
    ) -> None:
        self._rights = rights
        self._store = store
        self._enqueue = enqueue

    async def run(self) -> None:
        """Ask when the roles in use or the operator's rights may have changed, until cancelled."""
        while True:
            facts, pause = self._facts, INTERVAL_SECONDS
            try:
                await self._ask(facts[1])
            except TransientError as error:
                logger.warning("which roles may be bound is not known: %s", error)
                pause = RETRY_SECONDS
            for _ in range(int(pause / POLL_SECONDS)):
                await asyncio.sleep(POLL_SECONDS)
                if self._facts != facts:
                    break

    @property
    def _facts(self) -> tuple[int, frozenset[str]]:
        return self._store.rights, self._store.roles_in_use()

    async def _ask(self, roles: frozenset[str]) -> None:
        for role in sorted(roles):
            self._enqueue(self._store.put_right(role, bindable=await self._rights.may_bind(role)))
        self._store.unbindable &= roles
