"""The writes that one reconcile plans for its GroupAccess, and when to reconcile it again."""

import asyncio
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from groupaccess.application.ports.cluster import ObjectRef
from groupaccess.application.state.object_memory import ObjectMemory
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.bindings.plan import Plan


@dataclass(slots=True)
class AccessWrites:
    """The writes of one GroupAccess; they say nothing of the order in which they are sent.

    `memory` is None when it is gone or is being deleted. `declared` are the bindings that it may
    have; other writes in flight are cancelled. `requeue_after` is in how many seconds to reconcile
    it again. `exists` is the question to the API server whether it is still there.
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
