"""Keep asking the directories: each on its own loop, so that one that is down slows no other."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from groupaccess.application.connections import Connections
from groupaccess.application.declared import DeclaredDirectory
from groupaccess.application.directory_rounds import DirectoryRounds
from groupaccess.application.directory_speaker import DirectorySpeaker
from groupaccess.application.pace import Pace
from groupaccess.application.ports import (
    Clock,
    Connection,
    DirectoryReader,
    Metrics,
    PassingError,
    RefusedError,
)
from groupaccess.application.publisher import Publisher
from groupaccess.application.store import Store
from groupaccess.domain.directory import Failure, Reading
from groupaccess.domain.reasons import Reason, advise
from groupaccess.domain.sight import Sight

logger = logging.getLogger(__name__)

Look = Callable[
    [DeclaredDirectory, Reading, Callable[[], Awaitable[Connection]]], Awaitable[Sight | None]
]

FIRST_RETRY = 1.0  # seconds after a round that failed; doubles up to the interval
SETTLE = 0.5  # seconds between two rounds at least
REST = 5.0  # seconds between them at most, when it is woken
UNREADABLE = 60.0  # seconds between two looks at whether that was said of one
JITTER = 0.2  # at most so much of a pause: many clusters do not ask at the same time


@dataclass
class _Loop:
    """The loop of one directory: `wake` wants a round now, `new` an answer for `accesses`."""

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    new: asyncio.Event = field(default_factory=asyncio.Event)
    accesses: set[str] = field(default_factory=set)
    pace: Pace = field(default_factory=Pace)
    task: asyncio.Task[None] | None = None


class DirectorySync:
    """Asks every KeycloakDirectory that is declared, and says in its status how that went."""

    def __init__(
        self,
        connections: Connections,
        publisher: Publisher,
        reader: DirectoryReader,
        store: Store,
        clock: Clock,
        metrics: Metrics,
        enqueue: Callable[[Iterable[str]], None],
    ) -> None:
        self._connections = connections
        self._reader = reader
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._enqueue = enqueue
        self._rounds = DirectoryRounds(connections, reader, store, clock, enqueue)
        self._speaker = DirectorySpeaker(publisher, store, clock)
        self._begun = asyncio.Event()
        self._loops: dict[str, _Loop] = {}
        self._ending: dict[str, set[asyncio.Task[None]]] = {}
        self.look: Look = _look_nowhere
        self.forget: Callable[[str], None] = lambda _: None

    def begin(self) -> None:
        """Begin to ask: what is in use is known, and this replica leads."""
        self._begun.set()

    def changed(self, name: str) -> None:
        """Begin to ask a directory, or ask it everything again at once."""
        if name in self._loops:
            self._loops[name].wake.set()
            return
        former = frozenset(self._ending.get(name, ()))
        loop = self._loops[name] = _Loop()
        loop.task = asyncio.create_task(self._keep_asking(name, loop, former))

    def asked(self, name: str, accesses: Iterable[str] = ()) -> None:
        """Ask a directory at once what it was not asked yet for some GroupAccesses.

        In any case its status says again what it has to say.
        """
        if name in self._loops:
            self._loops[name].accesses.update(accesses)
            self._loops[name].new.set()

    def gone(self, name: str) -> None:
        """Stop to ask a directory. A namesake is asked when its end is over."""
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
        """Stop all loops and wait for their end."""
        tasks = [loop.task for loop in self._loops.values() if loop.task is not None]
        for task in tasks:
            task.cancel()
        tasks += (task for ending in self._ending.values() for task in ending)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_asking(
        self, name: str, loop: _Loop, former: frozenset[asyncio.Task[None]]
    ) -> None:
        await self._begun.wait()
        if former:  # what they let go of at their end is kept by name
            await asyncio.wait(former)
        new = asyncio.create_task(self._ask_new(name, loop))
        try:
            await self._follow(name, loop)
        finally:
            new.cancel()
            await asyncio.gather(new, return_exceptions=True)
            self.forget(name)
            await self._reader.forget(name)

    async def _follow(self, name: str, loop: _Loop) -> None:
        failures, realms = 0, self._store.realms
        while name in realms.directories or name in realms.unreadable:
            declared = realms.directories.get(name)
            loop.wake.clear()
            began = self._clock.monotonic()
            healthy = await self._guarded(name, self._turn(name, declared, loop))
            failures = 0 if healthy else failures + 1
            if healthy and self._store.unanswered(name, self._store.users_of(name)):
                self.asked(name, self._store.users_of(name))  # it came after the round had begun
            pause = _pause(loop.pace, failures)
            # However often it is woken: Keycloak rests for as long as it worked.
            rest = min(max(SETTLE, self._clock.monotonic() - began), REST)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause - rest):
                    await loop.wake.wait()
            current = realms.directories.get(name)
            if current is not None and declared is not None and current.same_spec(declared):
                await asyncio.sleep(rest)

    async def _ask_new(self, name: str, loop: _Loop) -> None:
        """Ask beside a round that is under way what is new, whenever something is."""
        while True:
            await loop.new.wait()
            loop.new.clear()
            declared, memory = (
                self._store.realms.directories.get(name),
                self._store.realms.memory(name),
            )
            accesses, loop.accesses = loop.accesses, set()
            if declared is None or memory.known is None:
                continue  # the first round asks it
            if memory.failure is not None and self._store.unanswered(name, accesses):
                loop.wake.set()
                continue
            await self._guarded(name, self._new(declared, accesses, loop))

    async def _guarded(self, name: str, turn: Awaitable[bool]) -> bool:
        """Await a turn of a directory; return whether that went well.

        Whatever is raised, the directory is asked again: nobody else would begin its loop anew.
        """
        try:
            return await turn
        except PassingError as passing:
            logger.warning("directory %s: status not written: %s", name, passing)
        except Exception as error:
            logger.exception("directory %s: unexpected", name)
            await self._say_unexpected(name, error)
        return False

    async def _say_unexpected(self, name: str, error: Exception) -> None:
        """Say what ended the turn before its end, so far as that can still be said."""
        try:
            if name in self._store.realms.directories:
                self._enqueue(self._store.put_failure(name, _unexpected(error)))
                await self._speaker.say(name, Pace())
        except Exception:  # it must not end the loop either
            logger.exception("directory %s: not said in its status", name)

    async def _turn(self, name: str, declared: DeclaredDirectory | None, loop: _Loop) -> bool:
        """Ask a directory everything, or say that its spec cannot be read."""
        if name in self._store.realms.unreadable:
            loop.pace = Pace(UNREADABLE)
            await self._speaker.say_unreadable(name)
            return True
        return declared is not None and await self._once(declared, loop)

    async def _new(self, declared: DeclaredDirectory, accesses: set[str], loop: _Loop) -> bool:
        """Ask what is new; where that shows that nothing can be believed, ask everything."""
        name = declared.directory.name
        if self._store.unanswered(name, accesses):
            try:
                await self._rounds.ask_new(declared, accesses)
            except (RefusedError, PassingError, TimeoutError) as error:
                logger.info("directory %s: asked again: %s", name, error)
                loop.wake.set()
                return False
        if self._store.realms.memory(name).read_at is not None:  # else the round will say it
            await self._speaker.say(name, loop.pace)
        return True

    async def _once(self, declared: DeclaredDirectory, loop: _Loop) -> bool:
        """Ask everything once, tell whom it touches, and write the status; tell whether it went."""
        name = declared.directory.name
        failure = await self._ask(declared, loop)
        current = self._store.realms.directories.get(name)
        if current is None or not current.reads_the_same(declared):
            return True  # it was for another realm: it is asked again at once, `wake` is set
        if failure is not None:
            self._enqueue(self._store.put_failure(name, failure))
        reading = self._store.realms.reading(name)
        sight = await self.look(declared, reading, lambda: self._connections.of(declared.spec))
        current = self._store.realms.directories.get(name)
        if current is not None and current.same_spec(declared):
            self._enqueue(self._store.put_sight(name, sight))
        try:
            await self._speaker.say(name, loop.pace)
        except PassingError as passing:  # the next round says it
            logger.warning("directory %s: status not written: %s", name, passing)
        return failure is None

    async def _ask(self, declared: DeclaredDirectory, loop: _Loop) -> Failure | None:
        """Ask everything, and keep to the pace that Keycloak can bear; return what failed."""
        directory, failure = declared.directory, None
        wanted, worked = declared.spec.sync_interval.total_seconds(), loop.pace.worked
        began = self._clock.monotonic()
        try:
            worked = await self._rounds.ask_all(declared)
        except RefusedError as refused:
            failure = refused.failure
        except PassingError as error:
            failure = _failure(Reason.KEYCLOAK_UNAVAILABLE, str(error))
        if failure is not None:
            logger.warning("directory %s: %s", directory.name, failure.message)
        loop.pace.keep(wanted, worked)
        reason, seconds = failure.reason if failure else "", self._clock.monotonic() - began
        self._metrics.directory_read(directory.name, reason, seconds)
        return failure


async def _look_nowhere(*_: object) -> None:
    """See nothing of how kube-apiserver reads tokens."""


def _failure(reason: Reason, fact: str) -> Failure:
    return Failure(reason, advise(reason, fact))


def _unexpected(error: Exception) -> Failure:
    why = f"the reading failed in an unexpected way ({type(error).__name__})"
    return _failure(Reason.KEYCLOAK_UNAVAILABLE, why)


def _pause(pace: Pace, failures: int) -> float:
    """Return the seconds until the next round: some less, but never where Keycloak needs them."""
    interval = pace.interval
    if failures:
        interval = min(interval, FIRST_RETRY * 2.0 ** min(failures - 1, 16))
    spread = (1.0, 1 + JITTER) if pace.stretched else (1 - JITTER, 1.0)
    return interval * random.uniform(*spread)  # noqa: S311 -- no secret
