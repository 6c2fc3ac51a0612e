"""One process of the operator: its clock and its tasks end with it."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fakes.clock import Call, FakeClock
from fakes.kube.link import Link
from fakes.kube.watching import FakeKopf
from groupaccess.lifecycle import Operator

OWNER: ContextVar["Replica | None"] = ContextVar("replica", default=None)
TICK = 0.001  # seconds; in no time at all no clock moves, and who waits for it would spin
Work = Coroutine[Any, Any, Any] | Generator[Any, None, Any]


class ReplicaClock:
    """The clock of one process: with it end the calls that are still to come."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.alive = True

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def call_later(self, seconds: float, call: Callable[[], None]) -> Call:
        context = copy_context()

        def ring() -> None:
            if self.alive:
                context.run(call)

        return self._clock.call_later(max(seconds, TICK), ring)


@dataclass(eq=False)
class Replica:
    """One process of the operator."""

    name: str
    clock: ReplicaClock
    link: Link
    kopf: FakeKopf
    began: float
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set["asyncio.Task[Any]"] = field(default_factory=set)
    operator: Operator | None = None
    running: "asyncio.Task[None] | None" = None


def make_task(
    loop: asyncio.AbstractEventLoop, work: Work, context: Context | None = None
) -> "asyncio.Task[Any]":
    """Make a task that belongs to the process that makes it."""
    task = asyncio.Task(work, loop=loop, context=context)
    owner = context.get(OWNER) if context is not None else OWNER.get()
    if owner is not None:
        owner.tasks.add(task)
        task.add_done_callback(owner.tasks.discard)
    return task
