"""One turn of a directory: ask it everything, or what is new, and say how that went."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from groupaccess.application.connections import Connections
from groupaccess.application.declared import DeclaredDirectory
from groupaccess.application.directory_rounds import DirectoryRounds
from groupaccess.application.directory_speaker import DirectorySpeaker
from groupaccess.application.pace import Pace
from groupaccess.application.ports import Clock, Connection, Metrics, PassingError, RefusedError
from groupaccess.application.store import Store
from groupaccess.domain.directory import Failure, Reading
from groupaccess.domain.reasons import Reason, advise
from groupaccess.domain.sight import Sight

logger = logging.getLogger(__name__)

Look: TypeAlias = Callable[
    [DeclaredDirectory, Reading, Callable[[], Awaitable[Connection]]], Awaitable[Sight | None]
]

UNREADABLE = 60.0  # seconds between two looks at whether that was said of one


@dataclass(frozen=True)
class DirectoryTurns:
    """Makes the turns of all directories; whatever is raised in one, none of them raises.

    Each returns whether it went well: who makes them begins the next one.
    """

    connections: Connections
    rounds: DirectoryRounds
    speaker: DirectorySpeaker
    store: Store
    clock: Clock
    metrics: Metrics
    enqueue: Callable[[Iterable[str]], None]
    look: Look

    async def ask_all(self, name: str, pace: Pace) -> bool:
        """Ask a directory everything, or say that its spec cannot be read."""
        return await self._guarded(name, self._everything(name, pace))

    async def ask_new(self, name: str, accesses: set[str], pace: Pace) -> bool:
        """Ask a directory what is new of some GroupAccesses; say again what it has to say."""
        return await self._guarded(name, self._new(name, accesses, pace))

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
            if name in self.store.realms.directories:
                self.enqueue(self.store.put_failure(name, _unexpected(error)))
                await self.speaker.say(name, Pace())
        except Exception:  # it must not end the loop either
            logger.exception("directory %s: not said in its status", name)

    async def _everything(self, name: str, pace: Pace) -> bool:
        if name in self.store.realms.unreadable:
            pace.keep(UNREADABLE)
            await self.speaker.say_unreadable(name)
            return True
        declared = self.store.realms.directories.get(name)
        return declared is not None and await self._once(declared, pace)

    async def _new(self, name: str, accesses: set[str], pace: Pace) -> bool:
        """Return False where everything is to be asked: it shows that nothing can be believed.

        Or that a pinned group is gone, which acts once a whole round has said so.
        """
        if name in self.store.realms.unreadable:
            return True  # its spec of before may lead elsewhere
        declared = self.store.realms.directories.get(name)
        if declared is not None and self.store.unanswered(name, accesses):
            memory = self.store.realms.memory(name)
            failed, absent = {*memory.passing}, memory.unconfirmed
            try:
                await self.rounds.ask_new(declared, accesses)
            except (RefusedError, PassingError) as error:
                logger.info("directory %s: everything is asked again: %s", name, error)
                return False
            memory = self.store.realms.memory(name)
            if memory.passing - failed or memory.unconfirmed - absent:
                return False
        if self.store.realms.memory(name).read_at is not None:  # else the round will say it
            await self._say(name, pace)
        return True

    async def _once(self, declared: DeclaredDirectory, pace: Pace) -> bool:
        """Ask everything once, tell whom it touches, and write the status; tell whether it went."""
        name = declared.directory.name
        failure = await self._ask(declared, pace)
        current = self.store.realms.directories.get(name)
        if current is None or not current.reads_the_same(declared):
            return True  # it was for another realm: it is asked again at once, `wake` is set
        if failure is not None:
            self.enqueue(self.store.put_failure(name, failure))
        reading, account = self.store.realms.reading(name), self.store.new_account(name)
        sight = await self.look(declared, reading, lambda: self.connections.of(declared.spec))
        current = self.store.realms.directories.get(name)
        if current is not None and current.same_spec(declared):
            self.enqueue(self.store.put_sight(name, sight))
        await self._say(name, pace, account)
        return failure is None

    async def _say(self, name: str, pace: Pace, account: str | None = None) -> None:
        try:
            await self.speaker.say(name, pace, account)
        except PassingError as passing:  # the next turn says it
            logger.warning("directory %s: status not written: %s", name, passing)

    async def _ask(self, declared: DeclaredDirectory, pace: Pace) -> Failure | None:
        """Ask everything, and keep to the pace that Keycloak can bear; return what failed."""
        directory, failure, worked = declared.directory, None, None
        wanted = declared.spec.sync_interval.total_seconds()
        began = self.clock.monotonic()
        try:
            worked = await self.rounds.ask_all(declared)
        except RefusedError as refused:
            failure = refused.failure
        except PassingError as error:
            failure = _failure(Reason.KEYCLOAK_UNAVAILABLE, str(error))
        if failure is not None:
            logger.warning("directory %s: %s", directory.name, failure.message)
        pace.keep(wanted, worked)
        reason, seconds = failure.reason if failure else "", self.clock.monotonic() - began
        self.metrics.directory_read(directory.name, reason, seconds)
        return failure


def _failure(reason: Reason, fact: str) -> Failure:
    return Failure(reason, advise(reason, fact))


def _unexpected(error: Exception) -> Failure:
    why = f"the reading failed in an unexpected way ({type(error).__name__})"
    return _failure(Reason.KEYCLOAK_UNAVAILABLE, why)
