"""The heart: for each mapping Grant, Hold or Revoke, with a reason and a sentence.

Kubernetes facts revoke always; Keycloak's facts revoke only when they are proven.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC

from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.keycloak_directory import ANY_ROLE
from groupaccess.domain.binding import RESERVED
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.group_rules import proven, refuse_reserved, would_bind
from groupaccess.domain.verdict.suspension import would_be
from groupaccess.domain.verdict.verdict import Circumstances, Outcome, Verdict, hold, say


def verdict(mapping: AccessMapping, given: Circumstances) -> Verdict:
    """Return the first answer that applies, in the order of the ladder."""
    answers = (rung(mapping, given) for rung in LADDER)
    answer = next(filter(None, answers), None) or proven(mapping, given)
    if answer.outcome is Outcome.REVOKE:
        return replace(answer, would_bind=would_bind(mapping, given))
    return answer


def _expired(mapping: AccessMapping, given: Circumstances) -> Verdict | None:
    end = mapping.expires_at
    if end is None or given.now < end:
        return None
    fact = f"it ended at {end.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return say(mapping, Outcome.REVOKE, Reason.EXPIRED, fact)


def _reserved(mapping: AccessMapping, given: Circumstances) -> Verdict | None:
    prefix = given.directory.groups_prefix if given.directory else ""
    subject = prefix + mapping.group
    return refuse_reserved(mapping, subject) if subject.startswith(RESERVED) else None


def _role_not_allowed(mapping: AccessMapping, given: Circumstances) -> Verdict | None:
    if given.directory is None or not mapping.cluster_role:  # an unreadable one holds
        return None
    allowed = given.directory.allowed_roles
    if ANY_ROLE in allowed or mapping.cluster_role in allowed:
        return None
    fact = (
        f'ClusterRole "{mapping.cluster_role}" is not in the list of directory '
        f'"{given.directory_name}": {", ".join(sorted(allowed))}'
    )
    return say(mapping, Outcome.REVOKE, Reason.CLUSTER_ROLE_NOT_ALLOWED, fact)


def _unreadable(mapping: AccessMapping, given: Circumstances) -> Verdict | None:
    fact = mapping.unreadable or given.unreadable
    return say(mapping, Outcome.HOLD, Reason.UNREADABLE, fact) if fact else None


def _suspended(mapping: AccessMapping, given: Circumstances) -> Verdict | None:
    by = given.suspended_by
    if by is None:
        return None
    would = verdict(mapping, given.resumed)
    fact = f"suspended by {by}: {would_be(would, given)}"
    held = say(mapping, Outcome.HOLD, Reason.SUSPENDED, fact)
    return replace(held, would=would, until=would.until)


def _no_directory(mapping: AccessMapping, given: Circumstances) -> Verdict | None:
    if given.directory is not None:
        return None
    fact = f'there is no KeycloakDirectory "{given.directory_name}"'
    return say(mapping, Outcome.HOLD, Reason.DIRECTORY_NOT_FOUND, fact)


def _frozen(mapping: AccessMapping, given: Circumstances) -> Verdict | None:
    return hold(mapping, given.frozen) if given.frozen is not None else None


def _prefix_shared(mapping: AccessMapping, given: Circumstances) -> Verdict | None:
    conflict = given.prefixes.conflict
    return hold(mapping, conflict) if conflict is not None else None


def _other_issuer(mapping: AccessMapping, given: Circumstances) -> Verdict | None:
    failure = given.reading.failure
    if failure is None or failure.reason is not Reason.ISSUER_MISMATCH:
        return None
    return hold(mapping, failure)


def _not_read(mapping: AccessMapping, given: Circumstances) -> Verdict | None:
    gap = given.gaps.get(mapping.name)
    answered = given.reading.snapshot is not None and (gap is None or gap.answered)
    failure = given.reading.failure or (gap.failure if gap else None)
    if failure is not None:
        last = _last(mapping, given) if answered else None
        return replace(hold(mapping, failure), last=last)
    if not answered or given.awaits_canary:
        fact = f'directory "{given.directory_name}" was not read yet'
        return say(mapping, Outcome.HOLD, Reason.KEYCLOAK_UNAVAILABLE, fact)
    return None


def _last(mapping: AccessMapping, given: Circumstances) -> Verdict:
    """Judge by the last reading, which revokes nothing any more."""
    last = proven(mapping, given)
    about = last.outcome is Outcome.REVOKE and not last.forgets
    return replace(last, outcome=Outcome.HOLD) if about else last


LADDER: tuple[Callable[[AccessMapping, Circumstances], Verdict | None], ...] = (
    _expired,
    _reserved,
    _role_not_allowed,
    _suspended,
    _unreadable,
    _no_directory,
    _frozen,
    _prefix_shared,
    _other_issuer,
    _not_read,
)
