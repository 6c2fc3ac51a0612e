"""After a rename: which former subjects of a group stay bound, and until when.

Tokens carry another string after a rename, a move, another "Full group path" in the mapper or an
edited `groupsPrefix`. Tokens from before stay valid until they expire.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.bindings.history import EarlierGrant
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.identity.former_subjects import (
    MAX_FORMER_LIFETIME,
    FormerSubject,
    last_to_end,
    merge_former,
    unexpired,
)
from groupaccess.domain.reasons import Reason
from groupaccess.domain.tokens.collisions import others_with_subjects
from groupaccess.domain.tokens.group_claims import GroupClaim, clients_with_groups, group_claim
from groupaccess.domain.tokens.prefixes import PeerPrefixes
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome, Verdict

DEFAULT_TOKEN_LIFETIME = timedelta(minutes=5)  # Keycloak's default token lifetime


@dataclass(frozen=True, slots=True)
class CurrentGroup:
    """What Keycloak's answers say now about a group that has bindings.

    `subjects` are those of its tokens, None if not all are known. `prefixes` is what the prefixes
    of other directories mean for this one.
    """

    directory: Directory
    snapshot: Snapshot
    group: Group
    subjects: frozenset[str] | None
    prefixes: PeerPrefixes

    def former_subjects(
        self, before: Iterable[EarlierGrant], now: datetime
    ) -> dict[str, FormerSubject]:
        """Return the former subjects that stay bound, at most four: those that end last."""
        many = tuple(before)
        carried = self.subjects or frozenset()
        if not any(each.former or each.subjects - carried for each in many):
            return {}  # by far the most: nothing was renamed
        result = merge_former(
            [*(each.former for each in many), *(self._newly_former(e, now) for e in many)]
        )
        clients = clients_with_groups(self.directory, self.snapshot) if result else frozenset()
        stay = {
            name: item
            for name, item in unexpired(result, now, max_former_lifetime(self.directory)).items()
            if name not in (self.subjects or ()) and not self._has_ended(name, item, clients)
        }
        return last_to_end(stay)

    def _newly_former(self, before: EarlierGrant, now: datetime) -> dict[str, FormerSubject]:
        not_carried = before.subjects - self.subjects if self.subjects is not None else frozenset()
        if not not_carried:
            return {}
        until = (now + token_lifetime(self.directory, self.snapshot)).replace(microsecond=0)
        return dict(self._outdated(before, not_carried, until))

    def _outdated(
        self, before: EarlierGrant, not_carried: AbstractSet[str], until: datetime
    ) -> Iterator[tuple[str, FormerSubject]]:
        """Yield the subjects that the tokens of some client carried until now.

        Leave out a subject that only a removed client carried: it ends with that client.
        """
        clients = clients_with_groups(self.directory, self.snapshot)
        clients_gone = {each.client_id for each in self.directory.clients} - clients
        moved = before.path != self.group.path
        remaining = moved or before.subjects >= (self.subjects or frozenset())
        for name in sorted(not_carried):
            by = self._former_clients(before, name, clients)
            if by or not clients_gone or not remaining:
                yield name, FormerSubject(until, by or clients)

    def _former_clients(
        self, before: EarlierGrant, subject: str, clients: frozenset[str]
    ) -> frozenset[str]:
        """Return the clients whose tokens carried a subject while the group had its former name."""
        claimed = group_claim(before.group(self.group.id), self.directory, self.snapshot)
        if not isinstance(claimed, GroupClaim) or subject not in claimed.subjects:
            return frozenset()
        return (
            frozenset(name for name, each in claimed.subjects_by_client if subject in each)
            or clients
        )

    def _has_ended(self, subject: str, former: FormerSubject, clients: frozenset[str]) -> bool:
        """Tell whether others carry the subject now, or none of its clients is left."""
        deserted = bool(former.clients) and former.clients.isdisjoint(clients)
        others = others_with_subjects(self.group, [subject], self.directory, self.snapshot)
        elsewhere = self.prefixes.find_prefix_collision([subject]) is not None
        elsewhere |= self.prefixes.own_now(subject, self.directory.groups_prefix, {subject})
        return deserted or elsewhere or any(True for _ in others)


def current_group(verdict: Verdict, context: EvaluationContext) -> CurrentGroup | None:
    """Return what Keycloak says about a mapping's group, None if Keycloak was not asked.

    Under ApiServerMismatch the subjects are not known: kube-apiserver reads other strings than the
    mappers write.
    """
    directory, snapshot, pin = context.directory, context.reading.snapshot, verdict.pin
    if directory is None or snapshot is None:
        return None

    def of(group: Group, subjects: Iterable[str] | None) -> CurrentGroup:
        known = None if subjects is None else frozenset(subjects)
        return CurrentGroup(directory, snapshot, group, known, context.prefixes)

    if verdict.outcome is Outcome.GRANT and verdict.group is not None:
        return of(verdict.group, verdict.subjects)
    if pin is None:
        return None
    group = snapshot.by_id.get(pin.group_id)
    if group is None:
        return of(Group(pin.path, pin.group_name or pin.path, pin.group_id), None)
    result = group_claim(group, directory, snapshot)
    if not isinstance(result, GroupClaim) or result.incomplete:
        return of(group, None)
    contradicted = verdict.reason is Reason.API_SERVER_MISMATCH
    return of(group, None if contradicted else result.subjects)


def max_former_lifetime(directory: Directory | None) -> timedelta:
    """Return how long a former subject may stay at most; zero under `onRenamed: Drop`."""
    keeps = directory is None or directory.keeps_renamed
    return MAX_FORMER_LIFETIME if keeps else timedelta(0)


def token_lifetime(directory: Directory, snapshot: Snapshot) -> timedelta:
    """Return the longest known lifetime of the clients' tokens, at most one hour.

    It is five minutes if none is known.
    """
    clients = (snapshot.by_client_id.get(each.client_id) for each in directory.clients)
    proofs = (client.proof for client in clients if client is not None)
    known = [proof.lifetime for proof in proofs if proof is not None and proof.lifetime]
    return (
        min(timedelta(seconds=max(known)), MAX_FORMER_LIFETIME) if known else DEFAULT_TOKEN_LIFETIME
    )
