"""What a start among many new objects costs, counted."""

import asyncio
from collections import Counter

from fakes.clock import VirtualLoop
from growth.objects import declare, direct, mapping
from simulation.cluster import SimulatedCluster

SIZE, SHARED = 600, 10  # objects, and how many of them have the same group
ENOUGH = 60.0  # seconds of virtual time


def test_each_new_object_takes_one_write_of_its_binding_and_one_of_its_status() -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        writes = runner.run(_cold_start())
    assert writes == {"clusterrolebindings": SIZE, "groupaccesses": SIZE}


async def _cold_start() -> Counter[str]:
    """Return the writes by plural, without those of events and of the directory."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    cluster = SimulatedCluster(loop)
    cluster.elects = False
    direct(cluster)
    for number in range(SIZE):
        group = f"g{number // SHARED}"
        cluster.keycloak.create(group)
        declare(cluster, f"a{number}", mapping(group))
    cluster.start()
    await asyncio.sleep(ENOUGH)
    await cluster.close()
    assert not cluster.broken, cluster.broken
    plurals = Counter(sent.call.plural for _, sent in cluster.writes)
    assert plurals.pop("events")
    assert plurals.pop("keycloakdirectories")
    return plurals
