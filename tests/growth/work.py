"""The work of one event: how many lines of the operator are run, and what is requested."""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, NamedTuple

import groupaccess
from simulation.cluster import SimulatedCluster
from simulation.virtual_time import virtual_time

OURS = f"{groupaccess.__name__}."
CONVERGES = 400.0  # seconds of virtual time: all is bound, and all events are posted
ACTS = 9.0  # seconds in which the event has its effect: a shared group is looked at after three


class Work(NamedTuple):
    """Lines of the operator that are run, each turn of a loop anew, and its requests."""

    lines: int
    requests: int


@dataclass
class Counted:
    """Counts the lines that are run; `by_name` is for whoever looks for what has grown."""

    by_name: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def counting(self) -> Iterator[None]:
        before = sys.gettrace()
        sys.settrace(self._count)
        try:
            yield
        finally:
            sys.settrace(before)

    def _count(self, frame: FrameType, event: str, _: object) -> Any:
        # A generated `__hash__` has no file: it shows what is done with a whole set at once.
        if not frame.f_globals.get("__name__", "").startswith(OURS):
            return None
        self.by_name[frame.f_code.co_qualname] += event == "line"
        return self._count


Act = Callable[[SimulatedCluster], None]


def work_of(declare: Act, event: Act) -> Work:
    """Declare objects, let everything settle, and count what an event takes beyond idleness."""
    with virtual_time() as loop:
        cluster = SimulatedCluster(loop)
        cluster.elects = False
        work: Work = loop.run_until_complete(_work(cluster, declare, event))
        loop.run_until_complete(cluster.close())
    assert not cluster.broken, cluster.broken
    return work


async def _work(cluster: SimulatedCluster, declare: Act, event: Act) -> Work:
    declare(cluster)
    cluster.start()
    await asyncio.sleep(CONVERGES)
    idle = await _counted(cluster, lambda _: None)
    acted = await _counted(cluster, event)
    assert acted.requests > 0, "the event has no effect"
    return Work(acted.lines - idle.lines, acted.requests - idle.requests)


async def _counted(cluster: SimulatedCluster, act: Act) -> Work:
    counted, before = Counted(), _requests(cluster)
    with counted.counting():
        act(cluster)
        await asyncio.sleep(ACTS)
    return Work(counted.by_name.total(), _requests(cluster) - before)


def _requests(cluster: SimulatedCluster) -> int:
    answers = sum(len(each) for each in cluster.keycloak.replies.values())
    return len(cluster.writes) + answers
