"""Which groups the GroupAccesses of a cluster need from a directory."""

from collections.abc import Iterable, Mapping

from groupaccess.application.state.declared_objects import DeclaredAccess
from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import GroupsInUse, PinnedId
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.identity.freeze import PinnedGroup
from groupaccess.domain.identity.pins import Pin


def groups_in_use(
    directory: Directory,
    declared: GroupsInUse,
    uses: Iterable[PinnedGroup],
    formers: Iterable[str],
) -> GroupsInUse:
    """Return the groups that are declared for a directory, and those that its bindings pin.

    `uses` are the pins. `formers` are the former subjects that these bindings grant: other groups
    may have these names now.
    """
    references = declared.references.union(filter(None, [directory.canary]))
    ids = declared.pinned_ids.union(PinnedId(use.group_id, use.name) for use in uses)
    return GroupsInUse(references, ids, claim_values(directory, formers))


def claim_values(directory: Directory, subjects: Iterable[str]) -> frozenset[str]:
    """Return the claim values for which kube-apiserver sees one of the subjects."""
    return frozenset(subject.removeprefix(directory.groups_prefix) for subject in subjects)


def groups_in_use_by(mapping: AccessMapping, pins: Mapping[str, Pin]) -> GroupsInUse:
    """Return the group of a mapping, as declared and as pinned."""
    pin = pins.get(mapping.group)
    pinned = () if pin is None else (PinnedId(pin.group_id, pin.name),)
    return GroupsInUse(
        frozenset(filter(None, (mapping.group,))), frozenset((*pinned, *declared_ids(mapping)))
    )


def declared_groups(declared: DeclaredAccess | None) -> frozenset[tuple[str, str, str | None]]:
    """Return (directory, group, groupId) of each mapping of a GroupAccess."""
    if declared is None:
        return frozenset()
    access = declared.access
    name = access.directory
    return frozenset((name, mapping.group, mapping.group_id) for mapping in access.mappings)


def sample_groups(
    directory: Directory, snapshot: Snapshot | None, used: GroupsInUse
) -> tuple[Group, ...] | None:
    """Return the groups whose members can provide an example token; None while none is known.

    With a canary these are its groups only, else the groups in use.
    """
    if snapshot is None:
        return None
    if directory.canary is not None:
        return snapshot.by_reference.get(directory.canary, ())
    return snapshot.in_use(used.references, {pin.group_id for pin in used.pinned_ids})


def awaits_proof(snapshot: Snapshot | None) -> bool:
    """Return whether an example token must be checked as soon as a group is in use."""
    return snapshot is not None and any(client.proof_pending for client in snapshot.clients)


def declared_ids(mapping: AccessMapping) -> tuple[PinnedId, ...]:
    """Return the id that is declared, with the declared group; nothing if none is."""
    return (PinnedId(mapping.group_id, mapping.group),) if mapping.group_id else ()
