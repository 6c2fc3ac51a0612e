"""Play a scenario in virtual time, and tell the story when a promise is broken."""

import asyncio
import gc

from fakes.clock import VirtualLoop
from simulation.calm import come_to_rest, end
from simulation.revocation import LOOK, Revocations
from simulation.scenarios import GROUPS, Scenario
from simulation.suspension import Suspensions
from simulation.truth import Truth
from simulation.world import SimulatedCluster, alarmed

STARTS = 3.0  # seconds
LONGEST = 120  # lines of a story that are told


class BrokenPromise(AssertionError):  # noqa: N818 -- it is what is asserted
    """A promise was broken; the message is the story."""


def play(scenario: Scenario) -> SimulatedCluster:
    """Play a scenario from start to end; raise BrokenPromise with its story."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    world = SimulatedCluster(loop)
    collects = gc.isenabled()
    gc.disable()  # its moment is not ours to say
    try:
        with alarmed(world):
            loop.run_until_complete(_play(world, scenario))
            loop.run_until_complete(world.close())
    finally:
        asyncio.set_event_loop(None)
        loop.close()
        if collects:
            gc.enable()
    if world.broken:
        raise BrokenPromise(tell(world))
    return world


def tell(world: SimulatedCluster) -> str:
    """Return the story, with what was broken first."""
    lines = world.story if len(world.story) <= LONGEST else ["…", *world.story[-LONGEST:]]
    return "\n".join(["", *(f"BROKEN: {each}" for each in world.broken), "", *lines])


async def _play(world: SimulatedCluster, scenario: Scenario) -> None:
    Truth(world)
    looking = asyncio.ensure_future(_look(world))
    try:
        await _happen(world, scenario)
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)


async def _happen(world: SimulatedCluster, scenario: Scenario) -> None:
    world.requests.page = scenario.page
    for group in GROUPS:
        world.keycloak.create(group)
    world.say(f"the directory says {scenario.realm}")
    world.direct(scenario.realm)
    for access in scenario.accesses:
        world.declared[access.name] = access
        world.say(f"{access.name}: {'; '.join(map(str, access.lines))}")
        world.declare(access)
    world.elects = scenario.replicas > 0
    world.thorough = scenario.thorough
    for _ in range(max(scenario.replicas, 1)):
        world.start()
    await asyncio.sleep(STARTS)
    for pause, action in scenario.steps:
        await pause.wait(world)
        if world.broken:
            return
        await action.act(world)
    for part in (come_to_rest, end):
        if not world.broken:
            await part(world)


async def _look(world: SimulatedCluster) -> None:
    revocations, suspensions = Revocations(world), Suspensions(world)
    while True:
        await asyncio.sleep(LOOK)
        if not world.broken:
            revocations.look()
            suspensions.look()
