"""Requests to reconcile GroupAccesses, and how urgent each is."""

from collections.abc import Callable, Iterable

from groupaccess.application.workqueue.queue import Priority, WorkQueue

LATER_SECONDS = 3.0


class WorkRequests:
    """Enqueues GroupAccesses; a replica that does not write enqueues none.

    One that is urgent stays so until Keycloak has answered what it needs: it does not queue behind
    all others that the same answers affect.
    """

    def __init__(self, queue: WorkQueue, is_active: Callable[[], bool]) -> None:
        self._queue = queue
        self._is_active = is_active
        self._urgent = set[str]()

    def enqueue(self, names: Iterable[str]) -> None:
        """Enqueue these GroupAccesses: people edited something, or something ended."""
        for name in names if self._is_active() else ():
            self._urgent.add(name)
            self._queue.add(name, Priority.HIGH)

    def enqueue_answered(self, names: Iterable[str]) -> None:
        """Enqueue these GroupAccesses: an answer of Keycloak affects them."""
        for name in names if self._is_active() else ():
            self._queue.add(name, Priority.HIGH if name in self._urgent else Priority.LOW)

    def settle(self, name: str) -> None:
        """Record that a GroupAccess was reconciled, and lacks no answer of Keycloak.

        What was enqueued meanwhile is judged by its own reconcile.
        """
        if not self._queue.is_waiting(name):
            self._urgent.discard(name)

    def enqueue_low(self, names: Iterable[str]) -> None:
        """Enqueue these GroupAccesses after everything urgent."""
        for name in names if self._is_active() else ():
            self._queue.add(name, Priority.LOW)

    def enqueue_later(self, names: Iterable[str]) -> None:
        """Enqueue these GroupAccesses later, once for all that happens in the meantime."""
        for name in names if self._is_active() else ():
            self._queue.add_after(name, LATER_SECONDS, Priority.LOW)

    def requeue(self, name: str, seconds: float, urgent: bool) -> None:  # noqa: FBT001 -- a callback
        """Requeue a GroupAccess whose writes were answered."""
        self._queue.add_after(name, seconds, Priority.HIGH if urgent else Priority.LOW)
