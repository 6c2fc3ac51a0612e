"""The promises for when nothing happens any more."""

import asyncio
from collections.abc import Iterator

from fakes.kube.requests import BINDINGS
from fakes.kube.storage import Body, Key, Stored
from simulation.cluster import SimulatedCluster
from simulation.declared import DIRECTORY
from simulation.memory import UID, tell, texts, uids
from simulation.replica import Replica
from simulation.revocation import LOST
from simulation.rules import (
    RESERVED,
    Bound,
    Name,
    Seen,
    mappings,
    places,
    suspended,
    verdict_holds,
)

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
    for key, access in seen.get("groupaccesses", {}).items():
        status = access.body.get("status", {})
        if status.get("observedGeneration") != access.body["metadata"]["generation"]:
            yield f"{key.name}: its status does not speak of its generation"
            continue
        for mapping in mappings(access):
            yield from _mapping(cluster, seen, access, mapping)
    yield from _agree(cluster, seen)


def _mapping(cluster: SimulatedCluster, seen: Seen, access: Stored, mapping: Body) -> Iterator[str]:
    name = access.body["metadata"]["name"]
    said = f"{name}: {mapping['name']}"
    stated = next(
        (each for each in access.body["status"]["mappings"] if each["name"] == mapping["name"]),
        None,
    )
    if stated is None:
        yield f"{said} is not in the status"
        return
    expected = list(places(mapping, seen.get("namespaces", {})))
    bound_in = {place: _bound(seen, name, mapping, place) for place in expected}
    grants = {place for place, bound in bound_in.items() if bound and bound.subjects}
    foreign = [bound for bound in bound_in.values() if bound and not bound.has_its_role]
    state = stated["state"]
    if state == "Granted" and len(grants) != len(expected):
        yield f"{said} is Granted, but bound in {sorted(grants)} of {expected}"
    whom = {text for bound in bound_in.values() if bound for text in bound.subjects}
    formers = {text for bound in bound_in.values() if bound for text in bound.formers}
    if (
        state == "Granted"
        and expected
        and set(stated.get("subjects", whom)) - formers != whom - formers
    ):
        yield f"{said} is said to bind {stated.get('subjects')}, bound are {whom}"
    if state == "Pending" and grants and not foreign:
        yield f"{said} is Pending, but bound in {sorted(grants)}"
    holds = verdict_holds(mapping, seen, cluster.clock.now(), suspended=False)
    if holds and suspended(access, seen) and "would bind" not in stated["message"]:
        yield f"{said} is suspended, and does not say what would be bound: {stated['message']}"
    subject = _subject(cluster, seen, access, mapping)
    if subject is None or foreign:
        return
    if not subject.startswith(RESERVED):
        yield from _as_declared(said, mapping, stated, bound_in, subject)
    elif grants or state != "Revoked":
        yield f"{said} would bind {subject}: it is {state}, and bound in {sorted(grants)}"


def _as_declared(
    said: str, mapping: Body, stated: Body, bound_in: dict[str, Bound | None], subject: str
) -> Iterator[str]:
    for place, bound in bound_in.items():
        whom = set(bound.subjects) - bound.formers.keys() if bound else set()
        if whom != {subject}:
            yield f"{said} should bind {subject} in {place or 'the cluster'}, not {whom}"
    missing = mapping.get("namespaces", {}).get("names", ())
    if stated["state"] != "Granted" and set(missing) <= bound_in.keys():
        yield f"{said} is bound as declared, but {stated['state']} ({stated['message']})"


def _bound(seen: Seen, name: str, mapping: Body, place: str) -> Bound | None:
    plural = "rolebindings" if place else "clusterrolebindings"
    key = Key(place, str(Name(name, mapping["name"], mapping["clusterRole"])))
    stored = seen.get(plural, {}).get(key)
    return None if stored is None else Bound.of(plural, key, stored)


def _subject(cluster: SimulatedCluster, seen: Seen, access: Stored, mapping: Body) -> str | None:
    """Return the subject that must be bound, None where the model does not know."""
    now = cluster.clock.now()
    if not verdict_holds(mapping, seen, now, suspended=suspended(access, seen)):
        return None
    ours = [
        bound
        for plural in BINDINGS
        for key, stored in seen.get(plural, {}).items()
        if (bound := Bound.of(plural, key, stored)) is not None
    ]
    names = cluster.keycloak.names
    dead = {bound.annotation("group-id") for bound in ours} - names.keys() - {None}
    if len(dead) > 1:  # the directory may be frozen
        return None
    mine = [bound for bound in ours if bound.name.access == access.body["metadata"]["name"]]
    same = [bound for bound in mine if bound.annotation("group") == mapping["group"]]
    alike = {"/" + mapping["group"].lstrip("/"), mapping["group"].lstrip("/"), mapping["group"]}
    others = [bound for bound in mine if bound not in same and bound.annotation("group") in alike]
    if others:  # whether it is the same group, and pinned, depends on what was edited when
        return None
    # One whose annotations somebody took may be pinned by a reference that is not seen here.
    if any(bound.annotation("group") is None for bound in mine):
        return None
    pins = {bound.annotation("group-id") for bound in same} - {None}
    if pins:
        return names.get(next(iter(pins)) or "") if len(pins) == 1 else None
    name = mapping["group"].lstrip("/")
    pinned = {names.get(pin or "") for pin in _lost_pins(cluster, access, mapping)}
    # Whether such a pin is remembered or not: where both lead to the same group, it is this.
    return name if name in names.values() and pinned <= {name} else None


def _lost_pins(cluster: SimulatedCluster, access: Stored, mapping: Body) -> set[str | None]:
    """Return the pins of bindings that somebody deleted: who wrote them may know them yet.

    So does a namespace that takes its bindings along.
    """
    lost = (
        Bound.of(plural, change.key, change.stored)
        for plural in BINDINGS
        for change in cluster.storage.history[plural]
        if change.kind == "DELETED" and not change.by.startswith("operator")
    )
    return {
        bound.annotation("group-id")
        for bound in lost
        if bound is not None
        and access.uid in bound.owners
        and bound.annotation("group") == mapping["group"]
    }


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
