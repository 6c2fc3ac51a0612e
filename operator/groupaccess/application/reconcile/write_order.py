"""The writes of one GroupAccess, and how long its deletes wait."""

import asyncio
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import timedelta

from groupaccess.application.ports.cluster import ObjectRef
from groupaccess.application.state.object_memory import ObjectMemory
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.bindings.plan import Plan


@dataclass(frozen=True, slots=True)
class DeleteDelays:
    """How long a delete waits.

    `settle` is the time after its replacement was acknowledged, since each API server has caches.
    `replacement` is the longest time that a binding outlives its end because its replacement cannot
    be written. `unowned` is for a binding whose GroupAccess is gone and that has no owner
    reference.
    """

    settle: timedelta = timedelta(seconds=2)
    replacement: timedelta = timedelta(seconds=30)
    unowned: timedelta = timedelta(minutes=5)


@dataclass(slots=True)
class WriteOrder:
    """The writes of one GroupAccess.

    `memory` is None when it is gone or is being deleted. `declared` are the bindings that it may
    have; other writes in flight are cancelled. `requeue_after` is in seconds.
    """

    name: str
    plan: Plan
    regarding: ObjectRef | None = None
    memory: ObjectMemory | None = None
    declared: AbstractSet[BindingKey] = frozenset()
    requeue_after: float | None = None
    exists: asyncio.Task[bool] | None = field(default=None, repr=False)

    def requeue_within(self, seconds: float) -> None:
        """Requeue in that time, or sooner if that was requested already."""
        seconds = max(0.0, seconds)
        self.requeue_after = (
            seconds if self.requeue_after is None else min(self.requeue_after, seconds)
        )
