"""Writes the status of a GroupAccess; a slow write continues in the background."""

from collections.abc import Callable

from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.cluster import Event
from groupaccess.application.state.declared_objects import DeclaredAccess
from groupaccess.application.state.object_memory import ObjectMemory
from groupaccess.application.status.rendering import render_access_status
from groupaccess.application.status.status_writer import StatusWriter
from groupaccess.application.workqueue.background import BackgroundCalls
from groupaccess.domain.reasons import Reason
from groupaccess.domain.status.access_status import AccessStatus

FIRST_STATUS_SECONDS = 1.0


class AccessStatusWriter:
    """Writes the statuses of GroupAccesses, one write at a time for each.

    `others_wait` tells whether other GroupAccesses wait or are reconciled. `wake` requeues one
    after some seconds, behind those that wait already.
    """

    def __init__(
        self,
        status_writer: StatusWriter,
        clock: Clock,
        background: BackgroundCalls,
        others_wait: Callable[[], bool],
        wake: Callable[[str, float], None],
    ) -> None:
        self._status_writer = status_writer
        self._clock = clock
        self._background = background
        self._others_wait = others_wait
        self._wake = wake

    def is_busy(self, declared: DeclaredAccess) -> bool:
        """Return whether the last write is still unanswered; its end requeues the object."""
        return self._background.is_busy(declared.access.name)

    def delay_first(self, declared: DeclaredAccess, memory: ObjectMemory) -> bool:
        """Return whether the first status of an object is delayed, and requeue the object if so.

        A status names who else grants the same. Among many new objects that share a group, each
        would be written again as soon as the next one is bound. It waits for a second at most, and
        then for its turn: no binding and no revocation waits behind it.
        """
        if declared.state.previous_status.generation >= 0:
            return False
        now = self._clock.monotonic()
        if memory.first_status_due_at is None:
            memory.first_status_due_at = now + FIRST_STATUS_SECONDS
        remaining = memory.first_status_due_at - now
        if remaining <= 0 or not self._others_wait():
            return False
        self._wake(declared.access.name, remaining)
        return True

    def transient_wait_left(self, declared: DeclaredAccess) -> float:
        """Return how many seconds to wait for what may still appear by itself."""
        generation, changed = declared.access.generation, declared.spec_written_at
        prior = declared.state.previous_status
        return prior.transient_wait_left(generation, self._clock.now(), changed).total_seconds()

    async def write(self, declared: DeclaredAccess, status: AccessStatus) -> None:
        """Write the status if it has changed, and post an event if Ready has changed.

        Raise TransientError when that fails within a second.
        """
        await self._background.run(declared.access.name, self._say(declared, status))

    async def _say(self, declared: DeclaredAccess, status: AccessStatus) -> None:
        observed, ready = declared.state, status.ready
        body = render_access_status(
            declared.access, status, observed.previous_status, self._clock.now()
        )
        note = Event(observed.ref, ready.reason, "Judge", ready.message, ready.status != "True")
        is_news = ready != observed.previous_status.ready and ready.reason != Reason.PROGRESSING
        await self._status_writer.write_if_changed(observed, body, note if is_news else None)
