"""The writes that one reconcile plans for its GroupAccess, and when to reconcile it again."""

import asyncio
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from groupaccess.application.ports.cluster import ObjectRef
from groupaccess.application.state.object_memory import ObjectMemory
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.bindings.plan import Plan

PLANNING_SHARE = 0.2  # of the time, as far as MAX_PAUSE_SECONDS allows, while writes are in flight
# A delete that waits for its replacement, or is tried again, waits for the next plan, too.
MAX_PAUSE_SECONDS = 2.0


@dataclass(slots=True)
class AccessWrites:
    """The writes of one GroupAccess; they say nothing of the order in which they are sent.

    `memory` is None when it is gone or is being deleted. `declared` are the bindings that it may
    have; other writes in flight are cancelled. `requeue_after` is in how many seconds to reconcile
    it again. `exists` is the question to the API server whether it is still there.
    `planning_seconds` is how long the plan took.
    """

    name: str
    plan: Plan
    regarding: ObjectRef | None = None
    memory: ObjectMemory | None = None
    declared: AbstractSet[BindingKey] = frozenset()
    requeue_after: float | None = None
    exists: asyncio.Task[bool] | None = field(default=None, repr=False)
    planning_seconds: float = 0.0

    @property
    def pause(self) -> float:
        """Return after how many seconds to plan again when only some writes have ended.

        To plan thousands of bindings takes long, and nothing is sent meanwhile.
        """
        return min(MAX_PAUSE_SECONDS, self.planning_seconds * (1 / PLANNING_SHARE - 1))

    def requeue_within(self, seconds: float) -> None:
        """Requeue in that time, or sooner if that was requested already."""
        seconds = max(0.0, seconds)
        self.requeue_after = (
            seconds if self.requeue_after is None else min(self.requeue_after, seconds)
        )
