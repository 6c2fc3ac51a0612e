"""The promises about statuses and subjects, checked at each write of the operator."""

import json
from datetime import timedelta

from fakes.kube.link import Sent
from fakes.kube.requests import BINDINGS
from fakes.kube.storage import Body, Change, Key, Stored
from simulation.cluster import SimulatedCluster
from simulation.history import History, State
from simulation.replica import Replica
from simulation.rules import RESERVED, Bound, Name, mapping_of, places, suspended, verdict_holds

MOST_FORMERS = 4
BEHIND = 2.0  # seconds that a status may be behind what is bound
ENDED = {"Expired", "Revoked", "Pending"}


class Truth:
    """Keeps the history of all bindings, and compares with it what the operator says."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster
        self._history = History()
        cluster.storage.listeners.append(self._changed)
        cluster.listeners.append(self._written)

    def _changed(self, change: Change) -> None:
        if change.plural not in BINDINGS:
            return
        bound = Bound.of(change.plural, change.key, change.stored)
        if bound is None:
            return
        now = None if change.kind == "DELETED" else bound
        self._history.add(change.key, State(self._cluster.now, now))
        if change.by.startswith("operator"):
            self._granted(change, bound)
            self._bounded(change, bound)
            self._replaced(change, bound)

    # Statuses.

    def _written(self, replica: Replica, sent: Sent, answer: str) -> None:
        call = sent.call
        if call.verb != "status" or call.plural != "groupaccesses":
            return
        body = json.loads(answer)
        plurals = (*BINDINGS, "namespaces")
        since = min(sent.at, *(replica.link.untold(sent, plural) for plural in plurals)) - BEHIND
        for status in body["status"].get("mappings", ()):
            self._status(body, status, since)

    def _status(self, access: Body, status: Body, since: float) -> None:
        name = str(Name(access["metadata"]["name"], status["name"], status["clusterRole"]))
        counts, lasting = self._history.counts(name, since), self._history.lasting(name, since)
        said = f"status of {access['metadata']['name']}: {status['name']} is {status['state']}"
        says_bound = "still bound" in status.get("message", "").lower()
        says_bound = says_bound or status.get("where", {}).get("granted")
        unsaid = not says_bound and lasting > 0
        if status["state"] in ENDED and unsaid and not self._history.is_evil(name):
            self._cluster.violate(f"{said}, but {name} is bound in {lasting} places")
        if status["state"] == "Granted" and max(counts) == 0 and _has_places(status):
            self._cluster.violate(f"{said}, but {name} is not bound")
        granted = status.get("where", {}).get("granted")
        # What should be gone is counted while it binds anybody, also to a role that others wrote.
        most = self._history.places(name, since, any_role=bool(says_bound))
        if granted is not None and granted > most:
            self._cluster.violate(f"{said} in {granted} places, but bound in {most}")

    # Subjects.

    def _granted(self, change: Change, bound: Bound) -> None:
        """Check that nobody is bound anew whom Keycloak's last answers did not give."""
        if change.kind == "DELETED":
            return
        cluster, asked = self._cluster, self._cluster.requests.asked
        if any(subject.startswith(RESERVED) for subject in bound.subjects):
            cluster.violate(f"{bound} binds a name that Kubernetes reserves")
        before = Bound.of(change.plural, change.key, change.before) if change.before else None
        anew = set(bound.subjects) - set(before.subjects if before else ())
        pin = bound.annotation("group-id")
        if not anew or pin is None:
            return
        declared = (bound.annotation("group") or "").lstrip("/")
        replies = [
            reply
            for reply in cluster.keycloak.replies[change.by]
            if reply.about in {pin, declared, reply.names.get(pin)}
        ]
        recent = [reply for reply in replies if reply.at >= asked - BEHIND]
        earlier = [reply for reply in replies if reply.at < asked - BEHIND and pin in reply.names]
        names = {each.names[pin] for each in (*earlier[-1:], *recent) if pin in each.names}
        if not replies or not names:
            names |= self._history.elsewhere(bound, pin, cluster.now - BEHIND)
        self._first(change, bound, pin)
        ever = {subject for each in self._history.ever(bound, pin) for subject in each.subjects}
        names |= bound.formers.keys() & ever
        if anew - names:
            cluster.violate(
                f"{', '.join(sorted(anew - names))} is bound anew by {bound}, but Keycloak's last "
                f"answers call its group {', '.join(sorted(names)) or 'nothing'}"
            )

    def _bounded(self, change: Change, bound: Bound) -> None:
        """Check that few former subjects are kept, and none for longer than may be."""
        latest = self._cluster.clock.now() + timedelta(hours=1)
        far = [text for text, until in bound.formers.items() if until > latest]
        if change.kind != "DELETED" and (far or len(bound.formers) > MOST_FORMERS):
            self._cluster.violate(f"{bound} keeps {bound.formers}, {far} for more than an hour")

    def _first(self, change: Change, bound: Bound, pin: str) -> None:
        """Check that no object gets its first binding for a group while Keycloak is silent."""
        cluster = self._cluster
        failed = cluster.keycloak.failed.get(change.by)
        before = {
            uid for each in self._history.ever(bound, pin) if each.subjects for uid in each.owners
        }
        if (
            failed is not None
            and failed < cluster.requests.asked - BEHIND
            and not before & {*bound.owners}
        ):
            cluster.violate(f"{bound} is a new grant, though Keycloak is not read")

    # Replacements.

    def _replaced(self, change: Change, bound: Bound) -> None:
        """Check that what goes for a replacement does not go before that is bound."""
        cluster = self._cluster
        before = Bound.of(change.plural, change.key, change.before) if change.before else None
        if before is None or not before.subjects or not before.has_its_role:
            return
        if change.kind != "DELETED" and bound.subjects:
            return
        leader = next((replica for replica in cluster.replicas if replica.name == change.by), None)
        if leader is None or not self._is_calm():
            return
        known = leader.kopf.versions_at(Key("", before.name.access), cluster.requests.asked)
        missing = [access and self._missing(before, access, leader) for access in known]
        if missing and all(missing):
            cluster.violate(f"{before} went before {missing[-1]} was bound in its place")

    def _missing(self, before: Bound, access: Stored, leader: Replica) -> str | None:
        """Return the binding that replaces another one by what is declared, unless it grants."""
        mapping = mapping_of(access, before.name.mapping)
        if mapping is None or not self._would_grant(before, mapping, access, leader):
            return None
        if mapping["group"] != before.annotation("group"):
            return None
        namespaces = leader.link.seen.get("namespaces", {})
        expected = {"", before.key.namespace}.intersection(places(mapping, namespaces))
        name = str(Name(before.name.access, mapping["name"], mapping["clusterRole"]))
        bound = any(self._history.grants(name, place) for place in expected)
        return name if expected and not bound else None

    def _is_calm(self) -> bool:
        """Tell whether nothing failed in the last minute."""
        cluster = self._cluster
        return (
            cluster.now - cluster.unrest > 40
            and not cluster.keycloak.trouble
            and cluster.faults.over() < cluster.now - 40
        )

    def _would_grant(self, before: Bound, mapping: Body, access: Stored, leader: Replica) -> bool:
        cluster = self._cluster
        replies = cluster.keycloak.replies[leader.name]
        names = replies[-1].names if replies else {}
        pinned = names.get(before.annotation("group-id") or "", RESERVED)
        return (
            not pinned.startswith(RESERVED)
            and verdict_holds(
                mapping,
                leader.link.seen,
                cluster.clock.now(),
                suspended=suspended(access, leader.link.seen),
            )
            and mapping["group"].lstrip("/") in names.values()
        )


def _has_places(status: Body) -> bool:
    where = status.get("where", {})
    return where.get("scope") != "Namespaces" or bool(where.get("wanted"))
