"""The promises for when nothing happens any more."""

import asyncio
from collections.abc import Iterator

from fakes.kube.requests import BINDINGS
from fakes.kube.storage import Key
from simulation.cluster import SimulatedCluster
from simulation.convergence import deviations
from simulation.declarations import DIRECTORY
from simulation.memory import UID, tell, texts, uids
from simulation.replica import Replica
from simulation.revocation import LOST
from simulation.rules import Name, Seen

BACKOFF = 3.0  # seconds until a write is tried again, for each in which it failed
STATUSES = ("alpha", "beta", "gamma", DIRECTORY)
QUIET = 12.0  # seconds
AUDITED = 620.0  # seconds in which an audit ends what was remembered against late news
LATE_NEWS = "_ended"  # remembers the uids of what ended until then
SETTLES = 14.0  # seconds: a round of Keycloak
BLIND = 45.0  # seconds more until a watch that was cut is back
LEASES = 16.0  # seconds more: a Lease that runs out


async def come_to_rest(cluster: SimulatedCluster) -> None:
    """Let everything that fails come to its end, and see that all is well and quiet then."""
    ends = [line.ends or 0 for access in cluster.declared.values() for line in access.lines]
    ends = [end for end in ends if end < cluster.now + 120]
    over = max(
        cluster.faults.over(), cluster.severed, cluster.busy, cluster.recovers, cluster.now, *ends
    )
    latest = over + SETTLES + LEASES * cluster.elects + BACKOFF * cluster.faults.lasting()
    latest += BLIND if cluster.severed else 0.0
    latest += LOST if cluster.lost else 0.0
    await asyncio.sleep(over - cluster.now)
    while True:
        before = len(cluster.writes)
        await asyncio.sleep(QUIET)
        written = cluster.writes[before:]
        problems = [] if written else list(check(cluster))
        if not written and not problems:
            return
        # Each status may say in its own time that patience is at its end.
        if cluster.now > latest + QUIET * (1 + len(STATUSES)):
            break
    if written:
        what = ", ".join(f"{sent.call.verb} {sent.call.key.name}" for _, sent in written[:4])
        problems = [f"it writes although nothing changes: {what}"]
    for problem in problems:
        cluster.violate(problem)


def check(cluster: SimulatedCluster) -> Iterator[str]:
    """Say where what is bound or said is not as declared, or a store does not agree."""
    if cluster.leader() is None:
        yield "nobody leads"
    seen = {plural: dict(objects) for plural, objects in cluster.storage.objects.items()}
    yield from deviations(cluster, seen)
    yield from _agree(cluster, seen)


def _agree(cluster: SimulatedCluster, seen: Seen) -> Iterator[str]:
    """Check that no memory has a binding that is gone, and that it has every object of ours.

    Of our own kinds the ends are remembered against late news until an audit.
    """
    gone_bindings = {
        change.stored.uid for plural in BINDINGS for change in cluster.storage.history[plural]
    } & cluster.deleted
    there = {
        stored.uid
        for plural in BINDINGS
        for key, stored in seen.get(plural, {}).items()
        if Name.of(key.name) is not None
    }
    for replica in cluster.replicas:
        if replica.operator is None or not replica.operator.ready:
            continue
        held = uids(replica.operator)
        if gone := sorted(held.keys() & gone_bindings):
            what = f"{_names(cluster, gone)} in {held[gone[0]]}"
            yield f"{replica.name} remembers what is gone: {what}"
        if unknown := sorted(there - held.keys()):
            yield f"{replica.name} does not know {_names(cluster, unknown)}"
        accesses = replica.operator.store.accesses
        known = {declared.access.uid for declared in accesses.values()}
        if lost := sorted({each.uid for each in seen.get("groupaccesses", {}).values()} - known):
            yield f"{replica.name} does not know {_names(cluster, lost)}"


def _names(cluster: SimulatedCluster, uids: list[str]) -> str:
    by_uid = {
        change.stored.uid: f"{change.plural} {change.key.name}"
        for changes in cluster.storage.history.values()
        for change in changes
    }
    return ", ".join(f"{by_uid.get(uid, '?')} ({uid})" for uid in uids[:3])


async def end(cluster: SimulatedCluster) -> None:
    """Delete everything, and check that nothing is left, in the cluster and in memory."""
    cluster.say("everything is deleted")
    accesses = [key.name for key in cluster.storage.objects["groupaccesses"]]
    for name in accesses:
        cluster.delete("groupaccesses", Key("", name))
    for plural in BINDINGS:
        for key, stored in tuple(cluster.storage.objects[plural].items()):
            if not stored.body["metadata"].get("ownerReferences"):
                cluster.delete(plural, key)
    await asyncio.sleep(2)
    cluster.delete("keycloakdirectories", Key("", DIRECTORY))
    await asyncio.sleep(QUIET)
    # Of a list without objects kopf tells nothing, not even that there was one.
    if cluster.thorough or (cluster.lost and any(_left(cluster))):
        await asyncio.sleep(AUDITED)
    for _ in range(3):
        await asyncio.sleep(QUIET / 3)
        if not any(_left(cluster)):
            return
    for left in _left(cluster):
        cluster.violate(left)


def _left(cluster: SimulatedCluster) -> Iterator[str]:
    """Say what is left when all is deleted."""
    left = [key.name for plural in BINDINGS for key in cluster.storage.objects[plural]]
    if left:
        yield f"bindings are left when all is deleted: {', '.join(left[:3])}"
    for replica in cluster.replicas:
        yield from _held(cluster, replica)


def _held(cluster: SimulatedCluster, replica: Replica) -> Iterator[str]:
    """Say which name or uid of what was deleted an operator holds."""
    for text, path in texts(replica.operator):
        if path is not None and not cluster.thorough and LATE_NEWS in tell(path):
            continue
        if text in cluster.declared or any(uid in cluster.deleted for uid in UID.findall(text)):
            yield f"{replica.name} still holds {text} in {tell(path)} when all is deleted"
            return
