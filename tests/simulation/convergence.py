"""Whether what is bound and what statuses say is as declared, when nothing happens any more."""

from collections.abc import Iterator

from fakes.kube.requests import BINDINGS
from fakes.kube.storage import Body, Key, Stored
from simulation.cluster import SimulatedCluster
from simulation.rules import RESERVED, Bound, Name, Seen, mappings, places, suspended, verdict_holds


def deviations(cluster: SimulatedCluster, seen: Seen) -> Iterator[str]:
    """Say where what is bound or said is not as declared."""
    for key, access in seen.get("groupaccesses", {}).items():
        status = access.body.get("status", {})
        if status.get("observedGeneration") != access.body["metadata"]["generation"]:
            yield f"{key.name}: its status does not speak of its generation"
            continue
        for mapping in mappings(access):
            yield from _mapping(cluster, seen, access, mapping)


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
