"""Play a scenario in virtual time, and tell the story when a promise is broken."""

import asyncio

from simulation.alarm import alarmed
from simulation.calm import come_to_rest, end
from simulation.cluster import SimulatedCluster
from simulation.revocation import LOOK, Revocations
from simulation.scenarios import GROUPS, Scenario
from simulation.suspension import Suspensions
from simulation.truth import Truth
from simulation.virtual_time import virtual_time

STARTS = 3.0  # seconds
LONGEST = 120  # lines of a story that are told


class BrokenPromise(AssertionError):  # noqa: N818 -- it is what is asserted
    """A promise was broken; the message is the story."""


def play(scenario: Scenario) -> SimulatedCluster:
    """Play a scenario from start to end; raise BrokenPromise with its story."""
    with virtual_time() as loop:
        cluster = SimulatedCluster(loop)
        with alarmed(cluster):
            loop.run_until_complete(_play(cluster, scenario))
            loop.run_until_complete(cluster.close())
    if cluster.broken:
        raise BrokenPromise(tell(cluster))
    return cluster


def tell(cluster: SimulatedCluster) -> str:
    """Return the story, with what was broken first."""
    lines = cluster.story if len(cluster.story) <= LONGEST else ["…", *cluster.story[-LONGEST:]]
    return "\n".join(["", *(f"BROKEN: {each}" for each in cluster.broken), "", *lines])


async def _play(cluster: SimulatedCluster, scenario: Scenario) -> None:
    Truth(cluster)
    looking = asyncio.ensure_future(_look(cluster))
    try:
        await _happen(cluster, scenario)
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def _happen(cluster: SimulatedCluster, scenario: Scenario) -> None:
    cluster.requests.page = scenario.page
    for group in GROUPS:
        cluster.keycloak.create(group)
    cluster.say(f"the directory says {scenario.realm}")
    cluster.direct(scenario.realm)
    for access in scenario.accesses:
        cluster.declared[access.name] = access
        cluster.say(f"{access.name}: {'; '.join(map(str, access.lines))}")
        cluster.declare(access)
    cluster.elects = scenario.replicas > 0
    cluster.thorough = scenario.thorough
    cluster.event_delay = scenario.event_delay
    for _ in range(max(scenario.replicas, 1)):
        cluster.start()
    await asyncio.sleep(STARTS)
    for pause, action in scenario.steps:
        await pause.wait(cluster)
        if cluster.broken:
            return
        await action.act(cluster)
    for part in (come_to_rest, end):
        if not cluster.broken:
            await part(cluster)


async def _look(cluster: SimulatedCluster) -> None:
    revocations, suspensions = Revocations(cluster), Suspensions(cluster)
    while True:
        await asyncio.sleep(LOOK)
        if not cluster.broken:
            revocations.look()
            suspensions.look()
