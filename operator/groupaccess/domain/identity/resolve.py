"""Which group a mapping means: the pinned one, or at the first grant the one with its name."""

from dataclasses import dataclass, replace
from datetime import datetime

from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.directory.snapshot import NoGroup, SeveralGroups, Snapshot
from groupaccess.domain.directory.suggestions import Suggestion
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.pins import Pin
from groupaccess.domain.reasons import Reason
from groupaccess.domain.timestamp import format_time

CORRECT_GROUP_ID = "Correct spec.mappings[].groupId."


@dataclass(frozen=True, slots=True)
class ResolvedGroup:
    """The group of a mapping; `replaced_id` is the id before, if the directory follows it."""

    group: Group
    replaced_id: str | None = None


@dataclass(frozen=True, slots=True)
class UnresolvedGroup:
    """No group that may be bound; `confirmed` means that the mapping is revoked.

    For a group that is gone, `missing_since` is the start of its grace, and `grace_ends` the end if
    that is in the future.
    """

    failure: Failure
    confirmed: bool = False
    missing_since: datetime | None = None
    grace_ends: datetime | None = None


def resolve_group(
    mapping: AccessMapping,
    pin: Pin | None,
    reading: Reading,
    directory: Directory,
    now: datetime,
    hint: Suggestion | None = None,
) -> ResolvedGroup | UnresolvedGroup:
    """Return the group of a mapping: by its id once that is known, before that by its name."""
    snapshot = reading.snapshot
    if snapshot is None:
        raise ValueError("a group is looked for only in what was read")
    if mapping.group_id is not None and (pin is None or pin.group_id != mapping.group_id):
        return _resolve_declared_id(mapping, mapping.group_id, reading, snapshot, directory)
    if pin is None:
        return _resolve_name(mapping, snapshot, hint)
    group = snapshot.by_id.get(pin.group_id)
    if group is not None:
        return ResolvedGroup(group, pin.replaced_id if mapping.group_id is None else None)
    if pin.group_id not in reading.confirmed_absent:
        fact = (
            f"group {pin.path} (id {pin.group_id}) was not found in Keycloak. The operator acts on "
            "this only after it has asked about all groups in use"
        )
        return _unresolved(Reason.KEYCLOAK_UNAVAILABLE, fact)
    grace = _grace(pin, reading.confirmed_absent[pin.group_id], directory, now)
    return _resolve_absent(mapping, pin, snapshot, directory, grace)


def replaced_group(
    pin: Pin, directory: Directory, grace: UnresolvedGroup, fact: str
) -> UnresolvedGroup:
    """Return the failure that others have the name, or the string, of a group that is gone.

    If the directory follows replaced groups and there is none to follow, the grace continues.
    """
    if not directory.refuses_replaced:
        message = f"{grace.failure.message} {fact[0].upper()}{fact[1:]}."
        return replace(grace, failure=replace(grace.failure, message=message))
    was = f"group {pin.path} (id {pin.group_id}) no longer exists in Keycloak; {fact}"
    return _unresolved(Reason.GROUP_REPLACED, was, proven=True)


def _resolve_declared_id(
    mapping: AccessMapping,
    group_id: str,
    reading: Reading,
    snapshot: Snapshot,
    directory: Directory,
) -> ResolvedGroup | UnresolvedGroup:
    """Resolve the declared id: at first its group must have the declared path or name."""
    group = snapshot.by_id.get(group_id)
    if group is not None and mapping.group in group.references:
        return ResolvedGroup(group)
    named = snapshot.find(mapping.group)
    if group is None and not isinstance(named, Group):
        fact, advice = f"Keycloak has no group with the id {group_id}", CORRECT_GROUP_ID
        return UnresolvedGroup(Failure.of(Reason.GROUP_NOT_FOUND, fact, advice))
    if group is not None:
        fact = (
            f"spec.mappings[].groupId {group_id} is the id of group {group.path}, not of "
            f'"{mapping.group}"'
        )
    else:
        other = named.id if isinstance(named, Group) else ""
        fact = f'group "{mapping.group}" has the id {other}, but the mapping has groupId {group_id}'
    answered = group is not None or group_id in reading.confirmed_absent
    return _unresolved(Reason.GROUP_REPLACED, fact, proven=directory.refuses_replaced and answered)


def _resolve_name(
    mapping: AccessMapping, snapshot: Snapshot, hint: Suggestion | None
) -> ResolvedGroup | UnresolvedGroup:
    match snapshot.find(mapping.group):
        case NoGroup():
            return _unresolved(
                Reason.GROUP_NOT_FOUND, _unknown_group(mapping.group, hint or Suggestion())
            )
        case SeveralGroups(paths):
            return _ambiguous(mapping, paths)
        case group:
            return ResolvedGroup(group)


def _unknown_group(group: str, hint: Suggestion) -> str:
    fact = f'Keycloak has no group "{group}"'
    if hint.is_role:
        fact += "; a realm role has that name, but a role is not a group"
    return f"{fact}: did you mean {' or '.join(hint.similar)}?" if hint.similar else fact


def _resolve_absent(
    mapping: AccessMapping,
    pin: Pin,
    snapshot: Snapshot,
    directory: Directory,
    grace: UnresolvedGroup,
) -> ResolvedGroup | UnresolvedGroup:
    """Resolve a pinned group that is confirmed absent: by who has its name now, else by time."""
    named = snapshot.find(mapping.group)
    if isinstance(named, Group):
        if not directory.refuses_replaced and mapping.group_id is None:
            return ResolvedGroup(named, pin.group_id)
        fact = f"group {named.path} has the id {named.id}"
        return replaced_group(pin, directory, grace, fact)
    if isinstance(named, SeveralGroups):
        fact = f"these groups have its name now: {', '.join(named.paths)}"
        return replaced_group(pin, directory, grace, fact)
    successors = (
        group for group in snapshot.by_reference.get(pin.path, ()) if group.path == pin.path
    )
    if (successor := next(successors, None)) is not None:
        fact = f"group {successor.path} has the id {successor.id}"
        return replaced_group(pin, directory, grace, fact)
    return grace


def _grace(pin: Pin, confirmed: datetime, directory: Directory, now: datetime) -> UnresolvedGroup:
    """Return the state of the grace; it starts at the time on the binding, or in memory if earlier.

    The time in memory counts too, since the API server may reject an update of the binding.
    """
    now = now.replace(microsecond=0)
    since = min(pin.missing_since or now, confirmed.replace(microsecond=0), now)
    end = since + directory.grace
    has_ended = now >= end
    ends = "ended at" if has_ended else "ends at"
    fact = (
        f"group {pin.path} (id {pin.group_id}) has been missing from Keycloak since "
        f"{format_time(since)}; the grace period (onMissing.grace), after which its access is "
        f"revoked, {ends} {format_time(end)}"
    )
    unresolved = _unresolved(Reason.GROUP_MISSING, fact, proven=has_ended)
    return UnresolvedGroup(unresolved.failure, has_ended, since, None if has_ended else end)


def _ambiguous(mapping: AccessMapping, paths: tuple[str, ...]) -> UnresolvedGroup:
    fact = f'several groups match "{mapping.group}": {", ".join(paths)}'
    return _unresolved(Reason.GROUP_AMBIGUOUS, fact)


def _unresolved(reason: Reason, fact: str, *, proven: bool = False) -> UnresolvedGroup:
    return UnresolvedGroup(Failure.of(reason, fact), proven)
