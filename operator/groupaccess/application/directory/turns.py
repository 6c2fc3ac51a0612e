"""One turn of a directory: ask everything or what is new, then write its status."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

from groupaccess.application.directory.credentials import Credentials
from groupaccess.application.directory.directory_status_writer import DirectoryStatusWriter
from groupaccess.application.directory.interval import RoundInterval
from groupaccess.application.directory.rounds import DirectoryRounds
from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.errors import RejectedError, TransientError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.application.ports.metrics import Metrics
from groupaccess.application.state.declared_objects import DeclaredDirectory
from groupaccess.application.state.evaluation import open_questions
from groupaccess.application.state.store import Store
from groupaccess.domain.apiserver.oidc_check_result import OidcCheckResult
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

logger = logging.getLogger(__name__)


class OidcCheckStep(Protocol):
    """The last step of a round: how kube-apiserver reads the directory's tokens (`OidcChecker`)."""

    async def check(
        self,
        declared: DeclaredDirectory,
        reading: Reading,
        connect: Callable[[], Awaitable[Connection]],
    ) -> OidcCheckResult | None:
        """Return the result; None means that the previous result stays valid."""

    def forget(self, directory: str) -> None:
        """Drop what is kept for a directory that is no longer asked."""


UNREADABLE_SECONDS = 60.0  # between two checks that the status reports it


@dataclass(frozen=True)
class DirectoryTurns:
    """Runs the turns of all directories; none of them raises.

    Each returns whether it went well; the caller begins the next one.
    """

    credentials: Credentials
    rounds: DirectoryRounds
    status_writer: DirectoryStatusWriter
    store: Store
    clock: Clock
    metrics: Metrics
    enqueue: Callable[[Iterable[str]], None]
    checker: OidcCheckStep

    async def ask_all(self, name: str, interval: RoundInterval) -> bool:
        """Ask a directory everything, or report that its spec cannot be read."""
        return await self._take(name, self._everything(name, interval))

    async def ask_new(self, name: str, accesses: set[str], interval: RoundInterval) -> bool:
        """Ask a directory what is new for some GroupAccesses, and update its status."""
        return await self._take(name, self._new(name, accesses, interval))

    async def _take(self, name: str, turn: Awaitable[bool]) -> bool:
        """Await a turn of a directory; return whether it went well.

        Every exception is caught, since nobody would restart the directory's loop.
        """
        try:
            return await turn
        except TransientError as passing:
            logger.warning("directory %s: status not written: %s", name, passing)
        except Exception as error:
            logger.exception("directory %s: unexpected error", name)
            await self._report_unexpected(name, error)
        return False

    async def _report_unexpected(self, name: str, error: Exception) -> None:
        """Report in the status what ended the turn early, as far as that is possible."""
        try:
            if name in self.store.directories.declared:
                self.enqueue(self.store.put_failure(name, _unexpected(error)))
                await self.status_writer.write(name, RoundInterval())
        except Exception:  # it must not end the loop either
            logger.exception("directory %s: its status could not report the error", name)

    async def _everything(self, name: str, interval: RoundInterval) -> bool:
        if name in self.store.directories.unreadable:
            interval.adjust(UNREADABLE_SECONDS)
            await self.status_writer.write_unreadable(name)
            return True
        declared = self.store.directories.declared.get(name)
        return declared is not None and await self._ask_and_report(declared, interval)

    async def _new(self, name: str, accesses: set[str], interval: RoundInterval) -> bool:
        """Ask what is new; return False when everything must be asked.

        That is so when no answer can be trusted or a question has no answer for now: new grants
        wait for that round. It is also so when a pinned group is gone, which takes effect only
        after a whole round has confirmed it.
        """
        if name in self.store.directories.unreadable:
            return True  # its last readable spec may be for another realm
        declared = self.store.directories.declared.get(name)
        asking = {each for each in accesses if open_questions(self.store, name, {each})}
        if declared is not None and asking:
            absent = self.store.directories.memory(name).unconfirmed_absent
            if (failure := await self._ask_new(declared, asking)) is not None:
                logger.info("directory %s: everything is asked again: %s", name, failure.message)
                if self._reads_same_realm(declared):
                    self.enqueue(self.store.put_failure_of_new(name, asking, failure))
                return False
            if self.store.directories.memory(name).unconfirmed_absent - absent:
                return False
        if self.store.directories.memory(name).read_at is not None:  # else the first round does
            await self._write_status(name, interval)
        return True

    async def _ask_new(
        self, declared: DeclaredDirectory, accesses: AbstractSet[str]
    ) -> Failure | None:
        try:
            return await self.rounds.ask_new(declared, accesses)
        except (RejectedError, TransientError) as error:
            return _failure_of(error)

    async def _ask_and_report(self, declared: DeclaredDirectory, interval: RoundInterval) -> bool:
        """Ask everything once, enqueue what is affected, write the status; return the success."""
        name = declared.directory.name
        failure = await self._ask(declared, interval)
        if not self._reads_same_realm(declared):
            return True  # another realm: `everything` is set, so it is asked at once
        if failure is not None:
            self.enqueue(self.store.put_failure(name, failure))
        reading, account = self.store.directories.reading(name), self.store.new_account(name)
        result = await self.checker.check(
            declared, reading, lambda: self.credentials.connection_for(declared.spec)
        )
        current = self.store.directories.declared.get(name)
        if current is not None and current.has_same_spec(declared):
            self.enqueue(self.store.put_oidc_check(name, result))
        await self._write_status(name, interval, account)
        return failure is None

    def _reads_same_realm(self, asked: DeclaredDirectory) -> bool:
        """Return whether a directory still reads the realm that was asked."""
        current = self.store.directories.declared.get(asked.directory.name)
        return current is not None and current.reads_same_realm(asked)

    async def _write_status(
        self, name: str, interval: RoundInterval, account: str | None = None
    ) -> None:
        try:
            await self.status_writer.write(name, interval, account)
        except TransientError as passing:  # the next turn writes it
            logger.warning("directory %s: status not written: %s", name, passing)

    async def _ask(self, declared: DeclaredDirectory, interval: RoundInterval) -> Failure | None:
        """Ask everything, and adapt the interval to Keycloak's load; return the failure."""
        directory, failure, worked = declared.directory, None, None
        declared_seconds = declared.spec.sync_interval.total_seconds()
        began = self.clock.monotonic()
        try:
            worked = await self.rounds.ask_all(declared)
        except (RejectedError, TransientError) as error:
            failure = _failure_of(error)
        if failure is not None:
            logger.warning("directory %s: %s", directory.name, failure.message)
        interval.adjust(declared_seconds, worked)
        reason, seconds = failure.reason if failure else "", self.clock.monotonic() - began
        self.metrics.directory_read(directory.name, reason, seconds)
        return failure


def _failure_of(error: RejectedError | TransientError) -> Failure:
    if isinstance(error, RejectedError):
        return error.failure
    return Failure.of(Reason.KEYCLOAK_UNAVAILABLE, str(error))


def _unexpected(error: Exception) -> Failure:
    why = f"reading Keycloak failed unexpectedly ({type(error).__name__}): see the operator's log"
    return Failure.of(Reason.KEYCLOAK_UNAVAILABLE, why)
