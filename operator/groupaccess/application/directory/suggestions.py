"""Searches for the group that somebody may have meant, slowly: only a message waits for it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from groupaccess.application.directory.credentials import Credentials
from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.errors import RejectedError, TransientError
from groupaccess.application.ports.keycloak import Connection, DirectoryReader
from groupaccess.application.state.store import Store
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.suggestions import Suggestion, search_terms, similar_paths

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 0.5  # between two requests of the whole operator
REPEAT_SECONDS = 600.0  # until the same reference is searched for again

T = TypeVar("T")


class SuggestionSearch:
    """Makes suggestions for groups that do not exist, one at a time."""

    def __init__(
        self,
        credentials: Credentials,
        reader: DirectoryReader,
        store: Store,
        clock: Clock,
        enqueue: Callable[[Iterable[str]], None],
    ) -> None:
        self._credentials = credentials
        self._reader = reader
        self._store = store
        self._clock = clock
        self._enqueue = enqueue
        self._waiting: dict[tuple[str, str], None] = {}
        self._wake = asyncio.Event()

    def request(self, directory: str, reference: str) -> None:
        """Request a suggestion for a missing group, unless one was made a short time ago."""
        now = self._clock.monotonic()
        _, at = self._store.directories.memory(directory).suggestions.get(
            reference, (None, now - REPEAT_SECONDS)
        )
        if now - at >= REPEAT_SECONDS:
            self._waiting[directory, reference] = None
            self._wake.set()

    async def run(self) -> None:
        """Serve the requests until cancelled."""
        while True:
            await self._wake.wait()
            while self._waiting:
                directory, reference = next(iter(self._waiting))
                del self._waiting[directory, reference]
                await self._search(directory, reference)
            self._wake.clear()

    async def _search(self, name: str, reference: str) -> None:
        declared = self._store.directories.declared.get(name)
        if declared is None:
            return
        hint, _ = self._store.directories.memory(name).suggestions.get(
            reference, (Suggestion(), 0.0)
        )
        try:
            connection = await self._credentials.connection_for(declared.spec)
            hint = await self._suggestion(declared.directory, connection, reference)
        except (RejectedError, TransientError) as error:  # the message stays as it is
            logger.info("directory %s: no suggestion: %s", name, error)
        except Exception:
            logger.exception("directory %s: no suggestion", name)
        ref, now = declared.state.ref, self._clock.monotonic()
        self._enqueue(self._store.put_suggestion(ref, reference, hint, now))

    async def _suggestion(
        self, directory: Directory, connection: Connection, reference: str
    ) -> Suggestion:
        result = list[Group]()
        name = reference.rpartition("/")[2]
        role = bool(name) and await self._slowly(
            self._reader.has_realm_role(directory, connection, name)
        )
        for part in search_terms(reference):
            result += await self._slowly(self._reader.search_groups(directory, connection, part))
            if spellings := similar_paths(reference, result):
                return Suggestion(spellings, role)
        return Suggestion((), role)

    async def _slowly(self, call: Awaitable[T]) -> T:
        try:
            return await call
        finally:
            await asyncio.sleep(PAUSE_SECONDS)
