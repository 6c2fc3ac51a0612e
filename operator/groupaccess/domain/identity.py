"""Which group a mapping means: the pinned one, or the one of its name at the first grant."""

from dataclasses import dataclass
from datetime import datetime

from groupaccess.domain import model
from groupaccess.domain.directory import Ambiguous, Failure, Group, Missing, Reading, Snapshot
from groupaccess.domain.pins import Pin, stamp
from groupaccess.domain.reasons import Reason, advise


@dataclass(frozen=True, slots=True)
class Found:
    """The group that is meant; it replaced another id where the directory follows that."""

    group: Group
    replaced_id: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """There is no group that may be bound: `proven` revokes.

    Of one that is gone, `since` is the start of its grace and `until` the end that is to come.
    """

    failure: Failure
    proven: bool = False
    since: datetime | None = None
    until: datetime | None = None


def locate(
    mapping: model.Mapping,
    pin: Pin | None,
    reading: Reading,
    directory: model.Directory,
    now: datetime,
) -> Found | Lost:
    """Find the group: by its id once that is known, by its name before."""
    snapshot = reading.snapshot
    if snapshot is None:
        raise ValueError("a group is looked for only in what was read")
    if mapping.group_id is not None and (pin is None or pin.group_id != mapping.group_id):
        return _accept(mapping, mapping.group_id, snapshot, directory)
    if pin is None:
        return _by_name(mapping, snapshot)
    group = snapshot.by_id.get(pin.group_id)
    if group is not None:
        return Found(group, pin.replaced_id if mapping.group_id is None else None)
    if pin.group_id not in reading.gone:
        fact = f"group {pin.path} (id {pin.group_id}) is not listed, which is not confirmed yet"
        return _lost(Reason.KEYCLOAK_UNAVAILABLE, fact)
    grace = _missing(pin, reading.gone[pin.group_id], directory, now)
    return _gone(mapping, pin, snapshot, directory, grace)


def replaced(pin: Pin, directory: model.Directory, fact: str) -> Lost:
    """Say that another group has the name, or the string, of one that is gone."""
    was = f"group {pin.path} (id {pin.group_id}) is gone, and {fact}"
    return _lost(Reason.GROUP_REPLACED, was, proven=directory.refuses_replaced)


def changed_ids(before: Reading, after: Reading) -> frozenset[str]:
    """Return the ids of the groups of which something else is known now."""
    old, new = (set(each.snapshot.groups) if each.snapshot else set() for each in (before, after))
    return frozenset(each.id for each in old ^ new) | (before.gone.keys() ^ after.gone.keys())


def _accept(
    mapping: model.Mapping, group_id: str, snapshot: Snapshot, directory: model.Directory
) -> Found | Lost:
    """Take the id that is declared: at first it must bear the name that is declared."""
    group = snapshot.by_id.get(group_id)
    if group is not None and mapping.group in (group.path, group.name):
        return Found(group)
    named = snapshot.find(mapping.group)
    if group is None and not isinstance(named, Group):
        return _lost(Reason.GROUP_NOT_FOUND, f"Keycloak has no group with id {group_id}")
    if group is not None:
        fact = f'spec.mappings[].groupId {group_id} is group {group.path}, not "{mapping.group}"'
    else:
        other = named.id if isinstance(named, Group) else ""
        fact = f'group "{mapping.group}" has id {other}, not {group_id}'
    return _lost(Reason.GROUP_REPLACED, fact, proven=directory.refuses_replaced)


def _by_name(mapping: model.Mapping, snapshot: Snapshot) -> Found | Lost:
    match snapshot.find(mapping.group):
        case Missing(near):
            fact = f'Keycloak has no group "{mapping.group}"'
            hint = f": did you mean {' or '.join(near)}?" if near else ""
            return _lost(Reason.GROUP_NOT_FOUND, fact + hint)
        case Ambiguous(paths):
            return _ambiguous(mapping, paths)
        case group:
            return Found(group)


def _gone(
    mapping: model.Mapping,
    pin: Pin,
    snapshot: Snapshot,
    directory: model.Directory,
    grace: Lost,
) -> Found | Lost:
    """Judge a pinned group that is confirmed gone: by who has its name now, else by the time."""
    named = snapshot.find(mapping.group)
    if isinstance(named, Group):
        if not directory.refuses_replaced and mapping.group_id is None:
            return Found(named, pin.group_id)
        return replaced(pin, directory, f"group {named.path} has another id, {named.id}")
    if isinstance(named, Ambiguous):
        if not directory.refuses_replaced:
            return _ambiguous(mapping, named.paths)
        return replaced(pin, directory, f"others have its name: {', '.join(named.paths)}")
    heir = next((group for group in sorted(snapshot.groups) if group.path == pin.path), None)
    if heir is not None:
        return replaced(pin, directory, f"group {heir.path} has another id, {heir.id}")
    return grace


def _missing(pin: Pin, confirmed: datetime, directory: model.Directory, now: datetime) -> Lost:
    """Judge by the start of the grace: as the binding has it, or as it is remembered.

    What the binding cannot be made to say, since the API server refuses it, counts all the same.
    """
    now = now.replace(microsecond=0)
    since = min(pin.missing_since or now, confirmed.replace(microsecond=0), now)
    end = since + directory.grace
    over = now >= end
    ends = "its bindings went at" if over else "its bindings go at"
    fact = (
        f"group {pin.path} (id {pin.group_id}) is gone from Keycloak since {stamp(since)}; "
        f"{ends} {stamp(end)}"
    )
    lost = _lost(Reason.GROUP_MISSING, fact, proven=over)
    return Lost(lost.failure, over, since, None if over else end)


def _ambiguous(mapping: model.Mapping, paths: tuple[str, ...]) -> Lost:
    fact = f'"{mapping.group}" fits several groups: {", ".join(paths)}'
    return _lost(Reason.GROUP_AMBIGUOUS, fact)


def _lost(reason: Reason, fact: str, *, proven: bool = False) -> Lost:
    return Lost(Failure(reason, advise(reason, fact)), proven)
