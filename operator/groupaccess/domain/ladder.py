"""The heart: for each mapping Grant, Hold or Revoke, with a reason and a sentence.

Kubernetes facts revoke always; Keycloak's facts revoke only when they are proven.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC

from groupaccess.domain.claims import RESERVED, claim, collision
from groupaccess.domain.directory import Ambiguous, Failure, Group, Missing, Snapshot
from groupaccess.domain.model import Directory, Mapping
from groupaccess.domain.reasons import Reason, advise
from groupaccess.domain.verdict import Circumstances, Outcome, Verdict


def verdict(mapping: Mapping, given: Circumstances) -> Verdict:
    """Return the first answer that applies, in the order of the ladder."""
    answers = (rung(mapping, given) for rung in LADDER)
    answer = next(filter(None, answers), None) or _proven(mapping, given)
    if answer.outcome is Outcome.REVOKE:
        return replace(answer, would_bind=_would_bind(mapping, given))
    return answer


def _expired(mapping: Mapping, given: Circumstances) -> Verdict | None:
    end = mapping.expires_at
    if end is None or given.now < end:
        return None
    fact = f"it ended at {end.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return _say(mapping, Outcome.REVOKE, Reason.EXPIRED, fact)


def _reserved(mapping: Mapping, given: Circumstances) -> Verdict | None:
    prefix = given.directory.groups_prefix if given.directory else ""
    subject = prefix + mapping.group
    return _refuse_reserved(mapping, subject) if subject.startswith(RESERVED) else None


def _role_not_allowed(mapping: Mapping, given: Circumstances) -> Verdict | None:
    allowed = given.directory.allowed_roles if given.directory else frozenset[str]()
    if not allowed or mapping.cluster_role in allowed:
        return None
    fact = (
        f'ClusterRole "{mapping.cluster_role}" is not in the list of directory '
        f'"{given.directory_name}": {", ".join(sorted(allowed))}'
    )
    return _say(mapping, Outcome.REVOKE, Reason.CLUSTER_ROLE_NOT_ALLOWED, fact)


def _suspended(mapping: Mapping, given: Circumstances) -> Verdict | None:
    if not given.suspend:
        return None
    fact = "suspended: what stands is left as it is"
    return _say(mapping, Outcome.HOLD, Reason.SUSPENDED, fact)


def _no_directory(mapping: Mapping, given: Circumstances) -> Verdict | None:
    if given.directory is not None:
        return None
    fact = f'there is no KeycloakDirectory "{given.directory_name}"'
    return _say(mapping, Outcome.HOLD, Reason.DIRECTORY_NOT_FOUND, fact)


def _other_issuer(mapping: Mapping, given: Circumstances) -> Verdict | None:
    failure = given.reading.failure
    if failure is None or failure.reason is not Reason.ISSUER_MISMATCH:
        return None
    return _hold(mapping, failure)


def _not_supported(mapping: Mapping, given: Circumstances) -> Verdict | None:
    directory = given.directory.unsupported if given.directory else ()
    fields = [*given.unsupported, *mapping.unsupported, *directory]
    if not fields:
        return None
    fact = f"not supported by this version: {', '.join(fields)}"
    return _say(mapping, Outcome.HOLD, Reason.NOT_SUPPORTED, fact)


def _not_read(mapping: Mapping, given: Circumstances) -> Verdict | None:
    failure = given.reading.failure
    if failure is not None:
        last = _proven(mapping, given) if given.reading.snapshot is not None else None
        return replace(_hold(mapping, failure), last=last)
    if given.reading.snapshot is None:
        fact = f'directory "{given.directory_name}" was not read yet'
        return _say(mapping, Outcome.HOLD, Reason.KEYCLOAK_UNAVAILABLE, fact)
    return None


LADDER: tuple[Callable[[Mapping, Circumstances], Verdict | None], ...] = (
    _expired,
    _reserved,
    _role_not_allowed,
    _suspended,
    _no_directory,
    _other_issuer,
    _not_supported,
    _not_read,
)


def _proven(mapping: Mapping, given: Circumstances) -> Verdict:
    """Decide by what Keycloak was read to say, and by the ClusterRole."""
    directory, snapshot = given.directory, given.reading.snapshot
    if directory is None or snapshot is None:
        raise ValueError("a mapping is judged by a directory only after it was read")
    match snapshot.find(mapping.group):
        case Missing(near):
            return _group_missing(mapping, near)
        case Ambiguous(paths):
            fact = f'"{mapping.group}" fits several groups: {", ".join(paths)}'
            return _say(mapping, Outcome.HOLD, Reason.GROUP_AMBIGUOUS, fact)
        case group:
            return _claimed(mapping, group, directory, snapshot, given.cluster_roles)


def _would_bind(mapping: Mapping, given: Circumstances) -> tuple[str, ...]:
    """Return the subjects of the group so far as it is known: others may still bind them."""
    directory, snapshot = given.directory, given.reading.snapshot
    group = snapshot.find(mapping.group) if snapshot is not None else None
    if directory is None or snapshot is None or not isinstance(group, Group):
        return ()
    claimed = claim(group, directory, snapshot)
    return () if isinstance(claimed, Failure) else claimed.subjects


def _claimed(
    mapping: Mapping,
    group: Group,
    directory: Directory,
    snapshot: Snapshot,
    cluster_roles: AbstractSet[str],
) -> Verdict:
    claimed = claim(group, directory, snapshot)
    if isinstance(claimed, Failure):
        return _hold(mapping, claimed)
    for subject in claimed.subjects:
        if subject.startswith(RESERVED):
            return _refuse_reserved(mapping, subject)
    collided = collision(group, claimed, directory, snapshot)
    if collided is not None:
        return _hold(mapping, collided)
    if mapping.cluster_role not in cluster_roles:
        fact = f'there is no ClusterRole "{mapping.cluster_role}"'
        return _say(mapping, Outcome.HOLD, Reason.CLUSTER_ROLE_NOT_FOUND, fact)
    return Verdict(
        mapping,
        Outcome.GRANT,
        Reason.GRANTED,
        f"members of {group.path} carry {' and '.join(claimed.subjects)}.",
        group,
        claimed.subjects,
        claimed.doubts,
        claimed.partial,
    )


def _group_missing(mapping: Mapping, near: tuple[str, ...]) -> Verdict:
    fact = f'Keycloak has no group "{mapping.group}"'
    if near:
        fact += f": did you mean {' or '.join(near)}?"
    return _say(mapping, Outcome.HOLD, Reason.GROUP_NOT_FOUND, fact)


def _refuse_reserved(mapping: Mapping, subject: str) -> Verdict:
    fact = f'kube-apiserver would see the group "{subject}"'
    return _say(mapping, Outcome.REVOKE, Reason.INVALID_SUBJECT, fact)


def _hold(mapping: Mapping, failure: Failure) -> Verdict:
    return Verdict(mapping, Outcome.HOLD, failure.reason, failure.message)


def _say(mapping: Mapping, outcome: Outcome, reason: Reason, fact: str) -> Verdict:
    return Verdict(mapping, outcome, reason, advise(reason, fact))
