"""Which strings GroupAccesses bind, so far as tokens of another directory may carry them, too."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

from groupaccess.domain.directory import Group, Snapshot
from groupaccess.domain.model import Access, Directory
from groupaccess.domain.siblings import Sibling


class Pinned(Protocol):
    """What a binding says of a group."""

    @property
    def group_id(self) -> str:
        """Return its id."""

    @property
    def path(self) -> str:
        """Return its last path."""


@dataclass(frozen=True, slots=True)
class Strings:
    """What kube-apiserver may see for some groups of a directory.

    By those that are `sure` other directories are asked who carries them; `all` may have more.
    """

    sure: frozenset[str]
    all: frozenset[str]


def strings(
    directory: Directory,
    references: Iterable[str],
    pinned: Iterable[Pinned],
    snapshot: Snapshot | None,
) -> Strings:
    """Return the strings of groups: as declared, as they were bound, as they are now."""
    references = tuple(references)
    by_id: Mapping[str, Group] = snapshot.by_id if snapshot else {}
    named: Mapping[str, tuple[Group, ...]] = snapshot.by_reference if snapshot else {}
    sure = {text for reference in references for text in _path_and_name(reference)}
    for pin in pinned:
        sure.update(_path_and_name(pin.path))
        if (group := by_id.get(pin.group_id)) is not None:
            sure.update((group.path, group.name))
    found = (group for reference in references for group in named.get(reference, ()))
    more = {text for group in found for text in (group.path, group.name)}
    prefix = directory.groups_prefix
    known = frozenset(prefix + text for text in sure if text)
    return Strings(known, known | {prefix + text for text in more})


def strings_of(
    access: Access, directory: Directory, pinned: Mapping[str, Pinned], snapshot: Snapshot | None
) -> Strings:
    """Return the strings of the groups of one GroupAccess."""
    references = {mapping.group for mapping in access.mappings}
    return strings(directory, references, (pinned[r] for r in references & pinned.keys()), snapshot)


def is_touched_by(
    before: Sibling | None, after: Sibling | None, changed: AbstractSet[str], own: Strings
) -> bool:
    """Tell whether some of its own strings may be among what changed in another directory.

    So are those that wait for that to be read, or need not any more.
    """
    answered, answers = (each is None or each.answers(own.sure) for each in (before, after))
    return bool(own.all & changed) or answered != answers


def _path_and_name(path: str) -> tuple[str, str]:
    """Return a path, and what is after its last slash: the name, unless that has one."""
    return path, path.rpartition("/")[2]
