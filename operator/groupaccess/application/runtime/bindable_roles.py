"""Finds out which ClusterRoles the operator may bind: existing bindings hide a lost right.

When the list of bindable roles is narrowed, existing bindings stay, and nothing is refused until
one of them must be created again. So the operator asks for its rights and reports them.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable

from groupaccess.application.ports.errors import TransientError
from groupaccess.application.ports.rights import OperatorRights
from groupaccess.application.state.store import Store

logger = logging.getLogger(__name__)

POLL_SECONDS = 2.0  # between two checks for a change, which an authorizer knows a second later
INTERVAL_SECONDS = 600.0  # at most, between two rounds: some rights are not from a ClusterRole
RETRY_SECONDS = 30.0  # after a round that failed


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
                logger.warning("could not check which roles the operator may bind: %s", error)
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
