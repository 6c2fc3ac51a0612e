"""Single writes to the API server, and what is remembered of their results."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import TypeVar

from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.cluster import Cluster
from groupaccess.application.ports.errors import RejectedError, TransientError
from groupaccess.application.ports.metrics import Metrics
from groupaccess.application.reconcile.access_writes import AccessWrites
from groupaccess.application.reconcile.change_events import Change, ChangeEvents
from groupaccess.application.state.object_memory import BindingMemory
from groupaccess.application.state.store import Store
from groupaccess.application.state.write_attempt import WriteAttempt
from groupaccess.domain.binding import Binding, BindingKey
from groupaccess.domain.bindings.plan import Apply, DeleteReason

EMPTY_TIMEOUT_SECONDS = 1.0  # then a binding that could not be emptied is deleted
DELETE_TIMEOUT_SECONDS = 5.0  # then a delete is sent again
ACCESS_GONE_RETRY_SECONDS = 5.0  # until a GroupAccess that was not there is read again
NO_ANSWER = "the API server did not answer in time"

logger = logging.getLogger(__name__)
T = TypeVar("T")


class AccessGoneError(TransientError):
    """The API server does not have the GroupAccess, and no watch has reported that yet."""


class BindingCalls:
    """Makes single writes. No method raises: the WriteAttempt keeps the error."""

    def __init__(
        self, cluster: Cluster, store: Store, clock: Clock, metrics: Metrics, changes: ChangeEvents
    ) -> None:
        self._cluster = cluster
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._changes = changes

    async def apply(self, writes: AccessWrites, todo: Apply, attempt: WriteAttempt) -> bool:
        """Apply a binding; return whether the API server acknowledged it."""
        before = attempt.unanswered
        call = self._write(writes, todo, attempt)
        binding = await self._answer(writes, attempt, todo.desired.key, call, unanswered=before)
        if binding is None:
            return False
        self._acknowledge(writes, todo, attempt, binding)
        return True

    async def empty(self, writes: AccessWrites, todo: Apply, attempt: WriteAttempt) -> None:
        """Remove all subjects from a binding, or delete it: revoking matters more than the pin."""
        try:
            async with asyncio.timeout(EMPTY_TIMEOUT_SECONDS):
                if await self.apply(writes, todo, attempt):
                    return
        except TimeoutError:
            self._record_failure(writes, attempt, TransientError(NO_ANSWER))
        if todo.existing is not None:
            await self.delete(writes, todo.existing, DeleteReason.NOT_EMPTIED)

    async def delete(self, writes: AccessWrites, binding: Binding, why: DeleteReason) -> bool:
        """Delete a binding; return whether it is gone."""
        now, memories = self._clock.monotonic(), self._store.bindings.memories
        memory = memories.setdefault(binding.uid, BindingMemory(now))
        attempt = memory.attempt = WriteAttempt.continued_from(
            memory.attempt, None, binding.resource_version, now
        )
        call = asyncio.wait_for(self._cluster.delete(binding), DELETE_TIMEOUT_SECONDS)
        was_there = await self._answer(writes, attempt, binding.key, call, unanswered=False)
        if was_there is None:
            current = self._store.bindings.by_key.get(binding.key)
            if current is None or current.uid != binding.uid:  # it was deleted meanwhile
                memories.pop(binding.uid, None)
            return False
        self._store.drop_binding(binding.key, binding.uid)
        memories.pop(binding.uid, None)
        if was_there:
            self._changes.add_delete(writes.name, binding, why.value)
        return True

    async def _write(self, writes: AccessWrites, todo: Apply, attempt: WriteAttempt) -> Binding:
        """Apply a binding, unless that would create it again for a deleted GroupAccess."""
        if self._is_remade(writes, todo) and not await self._exists(writes):
            raise AccessGoneError("its GroupAccess is gone")
        attempt.mark_sent()
        return await self._cluster.apply(todo.desired, todo.existing)

    async def _answer(
        self,
        writes: AccessWrites,
        attempt: WriteAttempt,
        key: BindingKey,
        call: Awaitable[T],
        *,
        unanswered: bool,
    ) -> T | None:
        """Return the response to a write, or None: then `attempt` keeps the error."""
        try:
            return await call
        except RejectedError as refused:
            now, rights = self._clock.monotonic(), self._store.rights
            attempt.reject(refused.failure, now, rights, unanswered=unanswered)
        except AccessGoneError as error:
            self._record_failure(writes, attempt, error)
            attempt.retry_at = self._clock.monotonic() + ACCESS_GONE_RETRY_SECONDS
        except TransientError as error:
            self._record_failure(writes, attempt, error)
        except TimeoutError:
            self._record_failure(writes, attempt, TransientError(NO_ANSWER))
        except Exception as error:
            logger.exception("%s: unexpected error", key)
            self._record_failure(
                writes, attempt, TransientError(f"unexpected error: {type(error).__name__}")
            )
        return None

    def record_events(self, writes: AccessWrites) -> None:
        """Post the events for an object, once all its writes are answered."""
        self._changes.record(writes.name, writes.regarding)

    def _acknowledge(
        self, writes: AccessWrites, todo: Apply, attempt: WriteAttempt, binding: Binding
    ) -> None:
        memory, key, content = writes.memory, todo.desired.key, todo.desired.content
        self._store.put_binding(binding)
        if memory is None or memory.attempts.get(key) is not attempt:
            return  # it is no longer declared: the next reconcile deletes it
        change = self._changes.add_apply(
            writes.name, key, content, todo.existing, memory.applied.get(key)
        )
        if change is Change.REPAIRED:
            self._metrics.drift_corrected()
        if attempt.failures:
            self._changes.log_recovery(writes.name, key, attempt.failures)
        memory.acknowledge(key, content)

    def _record_failure(
        self, writes: AccessWrites, attempt: WriteAttempt, error: TransientError
    ) -> None:
        attempt.fail(error, self._clock.monotonic())
        remaining = attempt.retry_at - self._clock.monotonic()
        logger.info("GroupAccess %s: %s; next try in %.1f s", writes.name, error, remaining)
        self._metrics.queue_retried()

    def _is_remade(self, writes: AccessWrites, todo: Apply) -> bool:
        """Return whether an applied binding would be created again.

        Then its GroupAccess may be deleted: after a gap kopf does not report that.
        """
        return todo.existing is None and bool(
            writes.memory and todo.desired.key in writes.memory.applied
        )

    async def _exists(self, writes: AccessWrites) -> bool:
        """Return whether the GroupAccess exists; the API server is asked once for each plan."""
        if writes.exists is None:
            writes.exists = asyncio.create_task(self._ask(writes))
        return await asyncio.shield(writes.exists)

    async def _ask(self, writes: AccessWrites) -> bool:
        return writes.memory is not None and (
            await self._cluster.get_access_uid(writes.name) == writes.memory.uid
        )
