"""No two replicas ever lead at once, however the ways to the Lease behave."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import given as each
from hypothesis import strategies as st

from fakes.clock import FakeClock, VirtualLoop
from fakes.leases import Call, FakeLeases, Line
from groupaccess.application.ports.clock import TimerHandle
from groupaccess.application.runtime.leader_election import LeaderElector, LostLeaseError

LASTS = 300  # seconds of each schedule
SETTLES = 60  # seconds after which somebody must lead when nothing goes wrong any more

SECONDS = st.sampled_from([0, 0, 0, 0.1, 1, 3, 6, 9, 12, 16, 40])
CALLS = st.lists(st.builds(Call, SECONDS, SECONDS, st.sampled_from([False] * 3 + [True])))
LIVES = st.lists(st.tuples(st.sampled_from([5, 20, 60, 100]), st.booleans()), max_size=3)


class Skewed:
    """A clock that tells other times than that of another machine."""

    def __init__(self, clock: FakeClock, seconds: float) -> None:
        self._clock = clock
        self._ahead = seconds

    def now(self) -> datetime:
        return self._clock.now() + timedelta(seconds=self._ahead)

    def monotonic(self) -> float:
        return self._clock.monotonic() + abs(self._ahead)

    def call_later(self, seconds: float, call: Callable[[], None]) -> TimerHandle:
        return self._clock.call_later(seconds, call)


class Replica:
    """One place for a replica: a process that leads when it may, ends, and is started anew.

    Each of `lives` is how long a process lives and whether it ends in order; the last one stays.
    """

    def __init__(self, name: str, line: Line, clock: Skewed, lives: list[tuple[int, bool]]) -> None:
        self._name = name
        self._line = line
        self._clock = clock
        self._lives = lives
        self.elector: LeaderElector | None = None

    @property
    def leads(self) -> bool:
        return self.elector is not None and self.elector.is_leader

    async def run(self) -> None:
        lives: list[tuple[int | None, bool]] = [*self._lives, (None, True)]
        for number, (seconds, in_order) in enumerate(lives):
            await self._live(f"{self._name}{number}", seconds, in_order=in_order)

    async def _live(self, identity: str, seconds: int | None, *, in_order: bool) -> None:
        try:
            async with asyncio.timeout(seconds):
                while True:
                    self.elector = LeaderElector(self._line, self._clock, identity)
                    await self._lead(self.elector)
        except TimeoutError:
            pass
        if in_order and self.elector is not None:
            await self.elector.release()
        self.elector = None

    async def _lead(self, elector: LeaderElector) -> None:
        try:
            await elector.acquire()
            await elector.keep()
        except LostLeaseError:
            return


async def watch(replicas: list[Replica], seconds: float) -> None:
    for _ in range(int(seconds * 4)):
        await asyncio.sleep(0.25)
        assert sum(replica.leads for replica in replicas) <= 1


async def play(
    loop: VirtualLoop, scripts: list[tuple[list[Call], list[tuple[int, bool]], float]]
) -> None:
    leases = FakeLeases()
    lines = [Line(leases, calls) for calls, _, _ in scripts]
    replicas = [
        Replica(f"replica-{number}-", line, Skewed(loop.clock, ahead), lives)
        for number, (line, (_, lives, ahead)) in enumerate(zip(lines, scripts, strict=True))
    ]
    tasks = [asyncio.create_task(replica.run()) for replica in replicas]
    try:
        await watch(replicas, LASTS)
        for line in lines:
            line.calls.clear()
        await watch(replicas, SETTLES)
        assert sum(replica.leads for replica in replicas) == 1
        assert not any(task.done() for task in tasks)
    finally:
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
@each(
    st.lists(
        st.tuples(CALLS, LIVES, st.sampled_from([0.0, 3600.0, -86400.0])), min_size=2, max_size=3
    )
)
def test_no_two_replicas_ever_lead_and_in_the_end_one_does(
    scripts: list[tuple[list[Call], list[tuple[int, bool]], float]],
) -> None:
    loop = VirtualLoop()
    try:
        loop.run_until_complete(play(loop, scripts))
    finally:
        loop.close()
