"""What a start among many new objects costs, counted."""

import asyncio
import gc
from collections import Counter

from fakes.clock import VirtualLoop
from groupaccess.adapters.garbage_collector import freeze_objects
from growth.objects import declare, direct, mapping
from simulation.cluster import SimulatedCluster

SIZE, SHARED = 600, 10  # objects, and how many of them have the same group
LAST_GROUP = "g9"  # by name: objects are enqueued in the order of their groups
ENOUGH = 60.0  # seconds of virtual time
OUTAGE = 20.0  # seconds in which Keycloak is down
WORKERS = 16
DEFAULT_THRESHOLDS = gc.get_threshold()


def test_each_new_object_takes_one_write_of_its_binding_and_one_of_its_status() -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        writes = runner.run(_cold_start())
    assert writes == {"clusterrolebindings": SIZE, "groupaccesses": SIZE}


def test_what_was_there_at_the_start_is_left_out_of_garbage_collections() -> None:
    """Else each of them would stop the operator for a time that grows with the cluster."""
    before = gc.get_freeze_count()
    try:
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            frozen = runner.run(_frozen_at_start())
    finally:
        gc.unfreeze()
        gc.set_threshold(*DEFAULT_THRESHOLDS)
    assert frozen - before > SIZE


async def _frozen_at_start() -> int:
    """Return how many objects are frozen once the caches are synced, which happens once."""
    cluster, frozen = _declared(), list[int]()

    def freeze() -> None:
        freeze_objects()
        frozen.append(gc.get_freeze_count())

    cluster.on_synced = freeze
    cluster.start()
    await asyncio.sleep(ENOUGH)
    (replica,) = cluster.replicas
    assert replica.operator is not None
    assert len(replica.operator.store.accesses) == SIZE
    await cluster.close()
    (count,) = frozen
    return count


def _declared() -> SimulatedCluster:
    """Return a cluster with many new objects, before the operator starts."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    cluster = SimulatedCluster(loop)
    cluster.elects = False
    direct(cluster)
    for number in range(SIZE):
        group = f"g{number // SHARED}"
        cluster.keycloak.create(group)
        declare(cluster, f"a{number}", mapping(group))
    return cluster


async def _cold_start() -> Counter[str]:
    """Return the writes by plural, without those of events and of the directory."""
    cluster = _declared()
    cluster.start()
    await asyncio.sleep(ENOUGH)
    await cluster.close()
    assert not cluster.broken, cluster.broken
    plurals = Counter(sent.call.plural for _, sent in cluster.writes)
    assert plurals.pop("events")
    assert plurals.pop("keycloakdirectories")
    return plurals


def test_what_is_declared_during_an_outage_is_bound_before_what_was_there_at_the_start() -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        bound = runner.run(_start_in_an_outage())
    assert len(bound) == SIZE + 1
    assert bound.index("groupaccess:newcomer:m:view") < WORKERS


async def _start_in_an_outage() -> list[str]:
    """Return the names of the bindings, in the order in which they were made."""
    cluster = _declared()
    cluster.trouble("down", OUTAGE)
    cluster.start()
    await asyncio.sleep(OUTAGE / 2)
    declare(cluster, "newcomer", mapping(LAST_GROUP))
    await asyncio.sleep(OUTAGE + ENOUGH)
    await cluster.close()
    assert not cluster.broken, cluster.broken
    calls = (sent.call for _, sent in cluster.writes)
    return [call.key.name for call in calls if call.plural == "clusterrolebindings"]
