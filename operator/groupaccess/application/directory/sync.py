"""Keeps asking the directories, each in its own loop: one that is down delays no other."""

import asyncio
import contextlib
import random
from dataclasses import dataclass, field

from groupaccess.application.directory.interval import RoundInterval
from groupaccess.application.directory.requests import DirectoryRequest, DirectoryRequests
from groupaccess.application.directory.turns import DirectoryTurns
from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.keycloak import DirectoryReader
from groupaccess.application.state.declared_objects import DeclaredAccess, DeclaredDirectory
from groupaccess.application.state.demand import declared_groups
from groupaccess.application.state.evaluation import open_questions
from groupaccess.application.state.store import Store
from groupaccess.application.workqueue.backoff import backoff
from groupaccess.domain.reasons import REPAIRABLE

FIRST_RETRY_SECONDS = 1.0  # after a round that failed; doubles up to the interval
REPAIR_RETRY_SECONDS = 5.0  # at most, after a failure that somebody may be about to fix
REPAIR_WINDOW_SECONDS = 300.0  # of such failures; then the usual back-off applies
MIN_PAUSE_SECONDS = 0.5  # between two rounds
MAX_REST_SECONDS = 5.0  # longest forced pause between two rounds, however often requested
JITTER_SHARE = 0.2  # of a pause, so that many clusters do not ask at the same time


@dataclass
class _Loop:
    """The loop of one directory, and the requests to it."""

    request: DirectoryRequest
    interval: RoundInterval = field(default_factory=RoundInterval)
    task: asyncio.Task[None] | None = None


class DirectorySync:
    """Keeps asking every declared KeycloakDirectory, and reports the result in its status.

    What is kept by a directory's name is dropped before a new directory of that name is asked.
    """

    def __init__(
        self,
        turns: DirectoryTurns,
        requests: DirectoryRequests,
        store: Store,
        clock: Clock,
        reader: DirectoryReader,
    ) -> None:
        self._turns = turns
        self._requests = requests
        self._store = store
        self._clock = clock
        self._reader = reader
        self._begun = asyncio.Event()
        self._loops: dict[str, _Loop] = {}
        self._ending: dict[str, set[asyncio.Task[None]]] = {}

    def begin(self) -> None:
        """Start to ask: the groups in use are known, and this replica is the leader."""
        self._begun.set()

    def start_or_wake(self, name: str) -> None:
        """Start the loop of a directory, or request a round if it runs already."""
        if name in self._loops:
            self._requests.ask_everything(name)
            return
        former = frozenset(self._ending.get(name, ()))
        loop = self._loops[name] = _Loop(self._requests.open(name))
        loop.task = asyncio.create_task(self._keep_asking(name, loop, former))

    def access_changed(self, previous: DeclaredAccess | None, now: DeclaredAccess) -> None:
        """Request the answers that a GroupAccess needs, if it declares other groups now."""
        if declared_groups(now) != declared_groups(previous):
            self._requests.ask_new(now.access.directory, [now.access.name])

    def directory_changed(
        self, name: str, previous: DeclaredDirectory | None, now: DeclaredDirectory | None
    ) -> None:
        """Ask a directory everything if it is new or differs; else its status may be outdated.

        `previous` and `now` are None while its spec cannot be read.
        """
        if previous is None or now is None or not previous.requests_the_same(now):
            self.start_or_wake(name)
        else:
            self._requests.ask_new(name)

    def ask_missing(self, access: str) -> None:
        """Request the questions that were never asked for a GroupAccess.

        A late write may have bound a group that was deleted meanwhile.
        """
        declared = self._store.accesses.get(access)
        if declared is None:
            return
        name = declared.access.directory
        memory = self._store.directories.memory(name)
        if memory.snapshot is None or memory.failure is not None:
            return  # the next round asks everything
        if open_questions(self._store, name, {access}):
            self._requests.ask_new(name, {access})

    def stop(self, name: str) -> None:
        """Stop the loop of a directory. A new directory of this name is asked after its end."""
        self._requests.close(name)
        loop = self._loops.pop(name, None)
        if loop is not None and (task := loop.task) is not None:
            self._ending.setdefault(name, set()).add(task)
            task.add_done_callback(lambda ended: self._ended(name, ended))
            task.cancel()

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        self._ending[name].discard(task)
        if not self._ending[name]:
            del self._ending[name]

    async def close(self) -> None:
        """Stop all loops and wait until they have ended."""
        tasks = [loop.task for loop in self._loops.values() if loop.task is not None]
        for task in tasks:
            task.cancel()
        tasks += (task for ending in self._ending.values() for task in ending)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_asking(
        self, name: str, loop: _Loop, former: frozenset[asyncio.Task[None]]
    ) -> None:
        await self._begun.wait()
        if former:  # at their end they drop what is kept by this name
            await asyncio.wait(former)
        new = asyncio.create_task(self._ask_new(name, loop))
        try:
            await self._follow(name, loop)
        finally:
            new.cancel()
            await asyncio.gather(new, return_exceptions=True)
            self._turns.checker.forget(name)
            await self._reader.forget_directory(name)

    async def _follow(self, name: str, loop: _Loop) -> None:
        failures, since, directories = 0, 0.0, self._store.directories
        while name in directories.declared or name in directories.unreadable:
            declared = directories.declared.get(name)
            loop.request.everything.clear()
            began = self._clock.monotonic()
            healthy = await self._turns.ask_all(name, loop.interval)
            complete = healthy and not directories.memory(name).transient_failures
            failures = 0 if complete else failures + 1
            since = began if failures == 1 else since
            if healthy and open_questions(self._store, name, self._store.users_of(name)):
                # They were added after the round had begun.
                self._requests.ask_new(name, self._store.users_of(name))
            failure = directories.memory(name).failure
            repairable = failure is not None and failure.reason in REPAIRABLE
            soon = repairable and self._clock.monotonic() - since < REPAIR_WINDOW_SECONDS
            pause = _pause(loop.interval, failures, soon=soon)
            # However often the loop is woken, Keycloak rests for as long as it worked.
            rest = min(max(MIN_PAUSE_SECONDS, self._clock.monotonic() - began), MAX_REST_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause - rest):
                    await loop.request.everything.wait()
            current = directories.declared.get(name)
            if current is not None and declared is not None and current.has_same_spec(declared):
                await asyncio.sleep(rest)

    async def _ask_new(self, name: str, loop: _Loop) -> None:
        """Ask what is new whenever that is requested, also while a round is running."""
        request = loop.request
        while True:
            await request.new.wait()
            request.new.clear()
            accesses, request.accesses = request.accesses, set()
            memory = self._store.directories.memory(name)
            if memory.snapshot is None:
                continue  # the first round asks it
            silent = memory.failure is not None and open_questions(self._store, name, accesses)
            if silent or not await self._turns.ask_new(name, accesses, loop.interval):
                request.everything.set()


def _pause(interval: RoundInterval, failures: int, *, soon: bool) -> float:
    """Return the seconds until the next round, randomized.

    `failures` is how many rounds failed in a row; `soon` means that somebody may be about to fix
    the cause. Without failures, a stretched interval is never shortened, since Keycloak needs it.
    """
    if failures:
        return backoff(
            failures,
            FIRST_RETRY_SECONDS,
            min(interval.seconds, REPAIR_RETRY_SECONDS) if soon else interval.seconds,
        )
    spread = (1.0, 1 + JITTER_SHARE) if interval.stretched else (1 - JITTER_SHARE, 1.0)
    return interval.seconds * random.uniform(*spread)  # noqa: S311 -- no secret
