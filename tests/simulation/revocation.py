"""The promise of revocation: what must not be bound is gone in seconds, whatever else fails."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from fakes.kube.requests import BINDINGS, Call
from fakes.kube.storage import Key, Stored
from fakes.simulated_keycloak import Reply
from simulation.cluster import LEASE, SimulatedCluster
from simulation.replica import Replica
from simulation.rules import (
    Bound,
    Seen,
    forbidden,
    mapping_of,
    moment,
    spec_of_directory,
    successors,
    suspended,
)

PROMISED = 3.0  # seconds
LOOK = 0.5  # seconds between two looks, which are no more exact than that
REPLACED = 30.0  # seconds more for one whose replacement cannot be written
LOST = 100.0  # seconds until a deletion is noticed that no watch told of
REPLACED_GROUP = "its group was replaced"
FRESH = 15.0  # seconds that an answer of Keycloak's is new


@dataclass
class Due:
    """A binding that must go: since when, and since when the API server would delete it."""

    leader: str
    why: str
    since: float
    spec: int = 0
    replaced: bool = False


class Revocations:
    """Looks at every binding, and measures how long those stay that must go."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster
        self._due: dict[str, Due] = {}
        self._known: object = None  # what was known when it was last looked
        self._frozen = -1.0  # when the directory may last have been frozen
        self._absent: dict[str, float] = {}  # uid of a GroupAccess's binding -> since

    def look(self) -> None:
        cluster, leader = self._cluster, self._cluster.leader()
        delivered = sum(leader.link.delivered.values()) if leader else 0
        replies = len(cluster.keycloak.replies[leader.name]) if leader else 0
        known = (leader, cluster.storage.revision, delivered, replies, int(cluster.now))
        if known == self._known and not self._due:
            return
        self._known = known
        before, self._due = self._due, {}
        if leader is None:
            return
        for plural in BINDINGS:
            for key, stored in cluster.storage.objects[plural].items():
                bound = Bound.of(plural, key, stored)
                if bound is not None and bound.subjects:
                    self._judge(bound, leader, before)

    def _judge(self, bound: Bound, leader: Replica, before: Mapping[str, Due]) -> None:
        declared = forbidden(bound, leader.link.seen, self._cluster.clock.now())
        why = declared or self._vanished(bound) or self._by_keycloak(bound, leader)
        uid = bound.stored.uid
        if why is not None:
            # What Keycloak's word revokes is not replaced by anything.
            keys = tuple(successors(bound, leader.link.seen)) if declared else ()
            self._measure(uid, why, bound, leader, before, keys)
            return
        for subject, reason in self._ended(bound, leader):
            own = ((bound.plural, bound.key),)
            self._measure(f"{uid} {subject}", reason, bound, leader, before, own)

    def _measure(
        self,
        what: str,
        why: str,
        bound: Bound,
        leader: Replica,
        before: Mapping[str, Due],
        keys: Collection[tuple[str, Key]],
    ) -> None:
        """See how long something is bound that must go; `keys` are what has to be written."""
        cluster, now, due = self._cluster, self._cluster.now, before.get(what)
        access = leader.link.seen.get("groupaccesses", {}).get(Key("", bound.name.access))
        spec = access.body["metadata"]["generation"] if access else 0
        if due is None or due.leader != leader.name or due.why != why:
            due = Due(leader.name, why, now, spec=spec)
        elif keys and due.spec != spec:  # another replacement, which has its own time
            due.since, due.spec = now, spec
        self._due[what] = due
        if self._is_blocked(bound, leader):
            due.since = now
        due.replaced |= any(self._is_disturbed(*key) for key in keys)
        limit = PROMISED + 2 * LOOK
        if due.replaced:
            limit += REPLACED
        if now - due.since > limit:
            late = f"{bound} is bound for {now - due.since:.1f} s although {why}"
            cluster.violate(late)

    def _is_blocked(self, bound: Bound, leader: Replica) -> bool:
        """Tell whether the API server would not take the delete now, or not from this leader."""
        cluster, now = self._cluster, self._cluster.now
        calls = [
            Call("DELETE", bound.plural, bound.key),
            Call("PUT", "leases", LEASE),
            Call("GET", "leases", LEASE),
            Call("GET", "groupaccesses", Key("", bound.name.access)),
        ]
        if any(cluster.faults.of(call, now) for call in calls):
            return True
        for sent in leader.link.under_way:
            if sent.way is not None and sent.call.key in {bound.key, calls[3].key, LEASE}:
                return True
        known = leader.link.seen.get(bound.plural, {}).get(bound.key)
        return known is None or known.revision != bound.stored.revision

    def _is_disturbed(self, plural: str, key: Key) -> bool:
        """Tell whether writing a replacement fails now, or failed a moment ago.

        An ending namespace takes none, whether or not the operator knows that yet.
        """
        call = Call("PATCH", plural, key)
        now, storage = self._cluster.now, self._cluster.storage
        namespace = storage.get("namespaces", Key("", key.namespace))
        if key.namespace and (
            namespace is None or "deletionTimestamp" in namespace.body["metadata"]
        ):
            return True
        return any(
            fault.begin <= now <= fault.end + fault.seconds + PROMISED
            and fault.hits(call, fault.begin)
            for fault in self._cluster.faults.all
        )

    def _ended(self, bound: Bound, leader: Replica) -> Iterator[tuple[str, str]]:
        """Yield the former subjects that must go, and why."""
        cluster, seen = self._cluster, leader.link.seen
        access = seen.get("groupaccesses", {}).get(Key("", bound.name.access))
        namespace = seen.get("namespaces", {}).get(Key("", bound.key.namespace))
        ending = namespace is not None and "deletionTimestamp" in namespace.body["metadata"]
        if access is None or ending or not bound.has_its_role:
            return
        for subject, until in bound.formers.items():
            if until <= cluster.clock.now():
                yield subject, f"{subject} was to end at {until:%H:%M:%S}"
            elif self._drops(seen):
                yield subject, f"{subject} is dropped by the directory"
            elif self._is_others(subject, bound, access, leader):
                yield subject, f"{subject} is the name of another group"

    def _drops(self, seen: Seen) -> bool:
        spec = spec_of_directory(seen)
        return spec is not None and spec["onRenamed"] == "Drop"

    def _is_others(self, subject: str, bound: Bound, access: Stored, leader: Replica) -> bool:
        """Tell whether Keycloak's answers count, and all new ones have another group so called."""
        cluster, replies = self._cluster, self._cluster.keycloak.replies[leader.name]
        seen, pin = leader.link.seen, bound.annotation("group-id")
        if pin is None or spec_of_directory(seen) is None or suspended(access, seen):
            return False
        if not replies or cluster.keycloak.trouble:
            return False
        last, new = replies[-1], [reply for reply in replies if reply.at > cluster.now - FRESH]
        if cluster.now - last.at > FRESH or self._is_frozen(last) or pin not in last.names:
            return False
        return all(
            any(name == subject and uid != pin for uid, name in each.names.items()) for each in new
        )

    def _vanished(self, bound: Bound) -> str | None:
        """Say that its GroupAccess is long gone, though no watch told of that."""
        cluster, uid = self._cluster, bound.stored.uid
        owners = set(bound.owners)
        if not owners or not owners <= cluster.deleted:
            self._absent.pop(uid, None)
            return None
        since = self._absent.setdefault(uid, cluster.now)
        return "its GroupAccess is long gone" if cluster.now - since > LOST else None

    def _by_keycloak(self, bound: Bound, leader: Replica) -> str | None:
        """Say why Keycloak's proven word revokes it (rule 3)."""
        cluster, seen = self._cluster, leader.link.seen
        access = seen.get("groupaccesses", {}).get(Key("", bound.name.access))
        spec, pin = spec_of_directory(seen), bound.annotation("group-id")
        if access is None or spec is None or pin is None:
            return None
        mapping = mapping_of(access, bound.name.mapping)
        # Without its mapping, suspended, or in conflict, Keycloak's word does not revoke it.
        if mapping is None or suspended(access, seen) or not bound.has_its_role:
            return None
        concerned = {pin, mapping["group"].lstrip("/")}
        # What was answered to a directory that was deleted since is forgotten with it.
        replies = [
            each
            for each in cluster.keycloak.replies[leader.name]
            if each.about in concerned and each.at >= cluster.directory_since
        ]
        if not replies or cluster.keycloak.trouble:
            return None
        if (
            cluster.now - replies[-1].at > FRESH
            or pin in replies[-1].names
            or self._is_frozen(replies[-1])
        ):
            return None
        gone = next(
            (replies[at + 1] for at in range(len(replies) - 2, -1, -1) if pin in replies[at].names),
            replies[0],
        )
        if mapping["group"].lstrip("/") in replies[-1].names.values():
            return REPLACED_GROUP if spec["onReplaced"] == "Refuse" else None
        since = gone.at
        if mark := bound.annotation("missing-since"):
            marked = cluster.now - (cluster.clock.now() - moment(mark)).total_seconds()
            since = min(since, marked + 1)
        grace = float(spec["onMissing"]["grace"].rstrip("s"))
        return "its group's grace is over" if cluster.now >= since + grace + 1 else None

    def _is_frozen(self, reply: Reply) -> bool:
        """Tell whether the directory may be frozen: several pinned ids are absent.

        It is judged by rounds: what was frozen stays so until the next answer.
        """
        pins: set[str | None] = set()
        for plural in BINDINGS:
            for key, stored in self._cluster.storage.objects[plural].items():
                bound = Bound.of(plural, key, stored)
                if bound is not None and bound.subjects:
                    pins.add(bound.annotation("group-id"))
        if len(pins - reply.names.keys() - {None}) > 1:
            self._frozen = self._cluster.now
        return reply.at <= self._frozen
