"""Keep reading the directories: each on its own loop, so that one that is down slows no other."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Iterable

from groupaccess.application.asked import awaits_proof
from groupaccess.application.connections import Connections
from groupaccess.application.declared import DeclaredDirectory, Observed
from groupaccess.application.ports import (
    Clock,
    Connection,
    DirectoryReader,
    Metrics,
    Note,
    PassingError,
    RefusedError,
)
from groupaccess.application.publisher import Publisher
from groupaccess.application.statuses import directory_status
from groupaccess.application.store import Store
from groupaccess.domain.conditions import Condition
from groupaccess.domain.directory import Failure, Reading
from groupaccess.domain.directory_status import directory_conditions
from groupaccess.domain.model import Directory
from groupaccess.domain.reasons import REPAIRABLE, Reason, advise
from groupaccess.domain.sight import Sight

logger = logging.getLogger(__name__)

Look = Callable[
    [DeclaredDirectory, Reading, Callable[[], Awaitable[Connection]]], Awaitable[Sight | None]
]

READ_TIMEOUT = 180.0  # seconds for one whole reading; each answer has a bound of its own
FIRST_RETRY = 1.0  # seconds after a failed reading; doubles up to the sync interval
SOON = 5.0  # seconds after a failure that somebody may be about to put right, at most
SOON_RETRIES = 76  # of those: five minutes with the most jitter
SETTLE = 0.5  # seconds between two readings at least: what is declared together is read together
REST = 5.0  # seconds between them at most, when it is woken
UNREADABLE = 60.0  # seconds between two looks at whether that was said of one
JITTER = 0.2  # at most so much less of a pause: many clusters do not ask at the same time


class DirectorySync:
    """Reads every KeycloakDirectory that is declared, and says in its status how that went."""

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
        self._publisher = publisher
        self._reader = reader
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._enqueue = enqueue
        self._loops: dict[str, tuple[asyncio.Task[None], asyncio.Event]] = {}
        self._ending: dict[str, set[asyncio.Task[None]]] = {}
        self.look: Look = _look_nowhere
        self.forget: Callable[[str], None] = lambda _: None

    def changed(self, name: str) -> None:
        """Begin to read a directory, or read it again at once because its spec changed."""
        if name in self._loops:
            self._loops[name][1].set()
            return
        wake = asyncio.Event()
        former = frozenset(self._ending.get(name, ()))
        self._loops[name] = (asyncio.create_task(self._keep_reading(name, wake, former)), wake)

    def asked(self, name: str) -> None:
        """Read a directory soon, because a GroupAccess asks it for other groups than before."""
        if name in self._loops:
            self._loops[name][1].set()

    def ask_pinned(self) -> None:
        """Read soon what bindings pin of directories that were read before these were known."""
        for name in self._loops:
            reading = self._store.realms.reading(name)
            pinned = {use.group_id for use in self._store.pinned(name)}
            if reading.snapshot and pinned - reading.snapshot.by_id.keys() - reading.gone.keys():
                self.asked(name)

    def ask_pins_of(self, access: str) -> None:
        """Read soon which groups the bindings of a GroupAccess pin, where that is not known.

        A write that came late may have bound a group that is gone by now.
        """
        declared = self._store.accesses.get(access)
        if declared is None:
            return
        reading = self._store.realms.reading(declared.access.directory)
        if reading.snapshot is None or reading.failure is not None:
            return  # it is read again anyhow
        pinned = {pin.group_id for pin in self._store.pins(access).values()}
        if pinned - reading.snapshot.by_id.keys() - reading.gone.keys():
            self.asked(declared.access.directory)

    def gone(self, name: str) -> None:
        """Stop to read a directory. A namesake is read when its end is over."""
        if name in self._loops:
            task, _ = self._loops.pop(name)
            self._ending.setdefault(name, set()).add(task)
            task.add_done_callback(lambda ended: self._ended(name, ended))
            task.cancel()

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        self._ending[name].discard(task)
        if not self._ending[name]:
            del self._ending[name]

    async def close(self) -> None:
        """Stop all loops and wait for their end."""
        tasks = [task for task, _ in self._loops.values()]
        for task in tasks:
            task.cancel()
        tasks += (task for ending in self._ending.values() for task in ending)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_reading(
        self, name: str, wake: asyncio.Event, former: frozenset[asyncio.Task[None]]
    ) -> None:
        if former:  # what they let go of at their end is kept by name
            await asyncio.wait(former)
        try:
            await self._follow(name, wake)
        finally:
            self.forget(name)
            await self._reader.forget(name)

    async def _follow(self, name: str, wake: asyncio.Event) -> None:
        failures, realms = 0, self._store.realms
        while name in realms.directories or name in realms.unreadable:
            declared = realms.directories.get(name)
            wake.clear()
            began = self._clock.monotonic()
            healthy = await self._try(name, declared)
            failures = 0 if healthy else failures + 1
            interval = declared.spec.sync_interval.total_seconds() if declared else UNREADABLE
            pause = _pause(interval, failures, realms.reading(name).failure)
            # However often it is woken: Keycloak rests for as long as it worked.
            rest = min(max(SETTLE, self._clock.monotonic() - began), REST)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause - rest):
                    await wake.wait()
            current = realms.directories.get(name)
            if current is not None and declared is not None and current.same_spec(declared):
                await asyncio.sleep(rest)

    async def _try(self, name: str, declared: DeclaredDirectory | None) -> bool:
        """Read a directory once, or say that it cannot be read. Return whether that went well.

        Whatever is raised, the directory is tried again: nobody else would begin its loop anew.
        """
        try:
            if name not in self._store.realms.unreadable:
                return declared is not None and await self._once(declared)
            await self._say_unreadable(name)
        except PassingError as passing:
            logger.warning("directory %s: status not written: %s", name, passing)
            return False
        except Exception as error:
            logger.exception("directory %s: unexpected", name)
            await self._say_unexpected(name, error)
            return False
        return True

    async def _say_unexpected(self, name: str, error: Exception) -> None:
        """Say what ended the turn before its end, so far as that can still be said."""
        declared = self._store.realms.directories.get(name)
        if declared is None:
            return
        try:
            self._enqueue(self._store.put_reading(name, Reading(failure=_unexpected(error))))
            await self._say(declared)
        except Exception:  # it must not end the loop either
            logger.exception("directory %s: not said in its status", name)

    async def _say_unreadable(self, name: str) -> None:
        """Say in the status of a directory what of its spec cannot be read."""
        observed, words = self._store.realms.unreadable[name]
        reading = Reading(failure=_failure(Reason.UNREADABLE, words))
        conditions = directory_conditions(reading, patient=False)
        now = self._clock.now()
        body = directory_status(observed.generation, conditions, reading, observed.prior, now)
        await self._publisher.publish(observed, body, _note(observed, conditions[0]))

    async def _once(self, declared: DeclaredDirectory) -> bool:
        """Read once, tell whom it touches, and write the status. Return whether it was read."""
        name = declared.directory.name
        reading = await self._read(declared)
        sight = await self.look(declared, reading, lambda: self._connections.of(declared.spec))
        current = self._store.realms.directories.get(name)
        if current is None or not current.reads_the_same(declared):
            return True  # it was for another realm: read again at once, `wake` is set
        if current.same_spec(declared):  # before the reading, by which grants are made
            self._enqueue(self._store.put_sight(name, sight))
        self._enqueue(self._store.put_reading(name, reading))
        try:
            if not self._is_asked_more(name, reading):
                await self._say(current)
        except PassingError as passing:
            logger.warning("directory %s: status not written: %s", name, passing)
        return reading.failure is None

    async def _read(self, declared: DeclaredDirectory) -> Reading:
        directory = declared.directory
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(READ_TIMEOUT):
                connection = await self._connections.of(declared.spec)
                reading = await self._read_groups(directory, connection)
        except RefusedError as refused:
            reading = Reading(failure=refused.failure)
        except (PassingError, TimeoutError) as error:
            why = "no answer in time" if isinstance(error, TimeoutError) else str(error)
            reading = Reading(failure=_failure(Reason.KEYCLOAK_UNAVAILABLE, why))
        except Exception as error:  # it must not end the loop
            logger.exception("directory %s: unexpected", directory.name)
            reading = Reading(failure=_unexpected(error))
        reason = reading.failure.reason if reading.failure else ""
        if reading.failure is not None:
            logger.warning("directory %s: %s", directory.name, reading.failure.message)
        self._metrics.directory_read(directory.name, reason, self._clock.monotonic() - began)
        return reading

    async def _read_groups(self, directory: Directory, connection: Connection) -> Reading:
        """Read the realm; what is pinned and not in it counts as gone only when confirmed."""
        name = directory.name
        snapshot = await self._reader.read(directory, connection, self._store.in_use(name))
        pinned = {use.group_id: use.path for use in self._store.pinned(name)}
        absent = pinned.keys() - snapshot.by_id.keys()
        known = self._store.realms.readings.get(name, Reading()).gone
        asked = {group_id: pinned[group_id] for group_id in sorted(absent - known.keys())}
        if asked:
            await self._reader.confirm_gone(directory, connection, asked)
        now = self._clock.now()
        return Reading(snapshot, read_at=now, gone=dict.fromkeys(absent, now))

    def _is_asked_more(self, name: str, reading: Reading) -> bool:
        """Tell whether the next reading, at once, will know what this one could not yet."""
        users = (self._store.accesses[user].access for user in self._store.users_of(name))
        read = reading.snapshot
        return read is not None and any(awaits_proof(read, access) for access in users)

    async def _say(self, declared: DeclaredDirectory) -> None:
        observed, directory = declared.observed, declared.directory
        reading, now = self._store.realms.readings[directory.name], self._clock.now()
        patient = observed.prior.patience_left(observed.generation, now).total_seconds() > 0
        held = self._store.held(directory.name)
        conditions = directory_conditions(
            reading, patient=patient, held=held, suspended=directory.suspend
        )
        if sight := self._store.realms.sights.get(directory.name):
            conditions = (*conditions, sight.condition())
        body = directory_status(observed.generation, conditions, reading, observed.prior, now)
        notes = self._new_account(declared), _note(observed, conditions[0])
        await self._publisher.publish(observed, body, *notes)

    def _new_account(self, declared: DeclaredDirectory) -> Note | None:
        """Return what is to be posted of an account that is another one in the same realm."""
        ref = declared.observed.ref
        account = self._store.new_account(ref.name)
        if account is None:
            return None
        message = (
            f"the operator's account in Keycloak is another one, {account}; each group in use is "
            "still there by its id, so that it is the same realm: bindings name this account now"
        )
        return Note(ref, "AccountChanged", "Read", message, once=f"{ref.uid}/{account}")


async def _look_nowhere(*_: object) -> None:
    """See nothing of how kube-apiserver reads tokens."""


def _failure(reason: Reason, fact: str) -> Failure:
    return Failure(reason, advise(reason, fact))


def _unexpected(error: Exception) -> Failure:
    why = f"the reading failed in an unexpected way ({type(error).__name__})"
    return _failure(Reason.KEYCLOAK_UNAVAILABLE, why)


def _note(observed: Observed, ready: Condition) -> Note | None:
    """Return the event for another status or reason of Ready; a new message alone has none."""
    before = observed.prior.ready
    if before is not None and (before.status, before.reason) == (ready.status, ready.reason):
        return None
    return Note(observed.ref, ready.reason, "Read", ready.message, warning=ready.status != "True")


def _pause(interval: float, failures: int, failure: Failure | None) -> float:
    """Return the seconds until the next reading; `failures` in a row are behind it."""
    pause = min(interval, FIRST_RETRY * 2.0 ** min(failures - 1, 16)) if failures else interval
    if failure is not None and failure.reason in REPAIRABLE and failures <= SOON_RETRIES:
        pause = min(pause, SOON)
    return pause * random.uniform(1 - JITTER, 1)  # noqa: S311 -- no secret
