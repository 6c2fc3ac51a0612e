"""Single writes to the API server, and what is remembered of how each ended."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import TypeVar

from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.cluster import Cluster
from groupaccess.application.ports.errors import PassingError, RefusedError
from groupaccess.application.ports.metrics import Metrics
from groupaccess.application.reconcile.change_events import Changes
from groupaccess.application.reconcile.write_order import Order
from groupaccess.application.state.object_memory import BindingMemory
from groupaccess.application.state.store import Store
from groupaccess.application.state.write_attempt import Attempt
from groupaccess.domain.binding import Binding, BindingKey
from groupaccess.domain.bindings.plan import Apply, DeleteReason

EMPTY_SECONDS = 1.0  # after which a binding that is not emptied is deleted
DELETE_SECONDS = 5.0  # after which a deletion is sent again
ABSENT_SECONDS = 5.0  # until the next look for a GroupAccess that the API server does not have

logger = logging.getLogger(__name__)
T = TypeVar("T")


class AbsentError(PassingError):
    """The API server does not have the GroupAccess, and no watch has told of that yet."""


class Calls:
    """Makes one write at a time: none of the methods raises."""

    def __init__(
        self, cluster: Cluster, store: Store, clock: Clock, metrics: Metrics, changes: Changes
    ) -> None:
        self._cluster = cluster
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._changes = changes

    async def apply(self, order: Order, todo: Apply, attempt: Attempt) -> None:
        """Apply a binding."""
        await self._apply(order, todo, attempt)

    async def _apply(self, order: Order, todo: Apply, attempt: Attempt) -> bool:
        """Apply a binding; tell whether that was acknowledged."""
        before = attempt.unanswered
        call = self._write(order, todo, attempt)
        binding = await self._answer(order, attempt, todo.desired.key, call, unanswered=before)
        if binding is None:
            return False
        self._acknowledge(order, todo, attempt, binding)
        return True

    async def empty(self, order: Order, todo: Apply, attempt: Attempt) -> None:
        """Take all subjects from a binding: to take away matters more than to remember the pin."""
        try:
            async with asyncio.timeout(EMPTY_SECONDS):
                if await self._apply(order, todo, attempt):
                    return
        except TimeoutError:
            self._failed(order, attempt, PassingError("no answer in time"))
        if todo.existing is not None:
            await self.delete(order, todo.existing, DeleteReason.NOT_EMPTIED)

    async def delete(self, order: Order, binding: Binding, why: DeleteReason) -> bool:
        """Delete a binding; tell whether it is gone."""
        now, memories = self._clock.monotonic(), self._store.bindings.memories
        memory = memories.setdefault(binding.uid, BindingMemory(now))
        attempt = memory.attempt = Attempt.after(
            memory.attempt, None, binding.resource_version, now
        )
        call = asyncio.wait_for(self._cluster.delete(binding), DELETE_SECONDS)
        was_there = await self._answer(order, attempt, binding.key, call, unanswered=False)
        if was_there is None:
            known = self._store.bindings.all.get(binding.key)
            if known is None or known.uid != binding.uid:  # it went meanwhile
                memories.pop(binding.uid, None)
            return False
        self._store.drop_binding(binding.key, binding.uid)
        memories.pop(binding.uid, None)
        if was_there:
            self._changes.deleted(order.name, binding, why.value)
        return True

    async def _write(self, order: Order, todo: Apply, attempt: Attempt) -> Binding:
        """Apply a binding, unless it would be made again for a GroupAccess that is gone."""
        if self._is_remade(order, todo) and not await self._exists(order):
            raise AbsentError("its GroupAccess is gone")
        attempt.send()
        return await self._cluster.apply(todo.desired, todo.existing)

    async def _answer(
        self,
        order: Order,
        attempt: Attempt,
        key: BindingKey,
        call: Awaitable[T],
        *,
        unanswered: bool,
    ) -> T | None:
        """Return the answer to a write, or None: the attempt then keeps why it did not work."""
        try:
            return await call
        except RefusedError as refused:
            now, rights = self._clock.monotonic(), self._store.rights
            attempt.refuse(refused.failure, now, rights, unanswered=unanswered)
        except AbsentError as error:
            self._failed(order, attempt, error)
            attempt.retry_at = self._clock.monotonic() + ABSENT_SECONDS
        except PassingError as error:
            self._failed(order, attempt, error)
        except TimeoutError:
            self._failed(order, attempt, PassingError("no answer in time"))
        except Exception as error:
            logger.exception("%s: unexpected", key)
            self._failed(order, attempt, PassingError(f"unexpected: {type(error).__name__}"))
        return None

    def post(self, order: Order) -> None:
        """Post events for what was done, once all writes of an object are answered."""
        self._changes.post(order.name, order.about)

    def _acknowledge(self, order: Order, todo: Apply, attempt: Attempt, binding: Binding) -> None:
        memory, key, content = order.memory, todo.desired.key, todo.desired.content
        self._store.put_binding(binding)
        if memory is None or memory.attempts.get(key) is not attempt:
            return  # it is no longer declared: the next look takes it back
        verb = self._changes.applied(
            order.name, key, content, todo.existing, memory.applied.get(key)
        )
        if verb == "Repaired":
            self._metrics.drift_corrected()
        if attempt.failures:
            self._changes.recovered(order.name, key, attempt.failures)
        memory.acknowledge(key, content)

    def _failed(self, order: Order, attempt: Attempt, error: PassingError) -> None:
        attempt.fail(error, self._clock.monotonic())
        left = attempt.retry_at - self._clock.monotonic()
        logger.info("GroupAccess %s: %s; again in %.1f s", order.name, error, left)
        self._metrics.queue_retried()

    def _is_remade(self, order: Order, todo: Apply) -> bool:
        """Tell whether a binding that stood is made again: its GroupAccess may be deleted.

        After a gap kopf tells nothing of that.
        """
        return todo.existing is None and bool(
            order.memory and todo.desired.key in order.memory.applied
        )

    async def _exists(self, order: Order) -> bool:
        """Ask the API server whether the GroupAccess is there, once for all writes of a plan."""
        if order.exists is None:
            order.exists = asyncio.create_task(self._ask(order))
        return await asyncio.shield(order.exists)

    async def _ask(self, order: Order) -> bool:
        return order.memory is not None and (
            await self._cluster.uid_of(order.name) == order.memory.uid
        )
