"""A realm as the directory of groups: what is known of it, and how a group is found in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from groupaccess.domain.directory.group import Group


@dataclass(frozen=True, slots=True)
class Hint:
    """What somebody may have meant who named a group that is not there.

    `near` are at most three spellings that exist; `role` tells that a realm role has that name.
    """

    near: tuple[str, ...] = ()
    role: bool = False


MOST = 3
SHORTEST = 3  # letters; fewer are in half of all names
ALIKE = 0.7


def parts(reference: str) -> tuple[str, ...]:
    """Return what to search for in names, at most three texts: the name, and its two halves."""
    name = reference.strip("/ ").rpartition("/")[2].strip()
    half = len(name) // 2
    halves = (name[:half].strip(), name[half:].strip()) if half >= SHORTEST else ()
    return tuple(filter(None, dict.fromkeys((name, *halves))))


def near(reference: str, groups: Iterable[Group]) -> tuple[str, ...]:
    """Return the paths of at most three of these groups that are spelled nearly so.

    Those that differ only in case or in slashes come before any other.
    """
    wanted = _loose(reference)
    known = sorted(groups)
    same = [group.path for group in known if wanted in (_loose(group.path), _loose(group.name))]
    if same:
        return tuple(dict.fromkeys(same))[:MOST]
    spelled: dict[str, str] = {}
    for group in known:
        spelled.setdefault(_loose(group.path), group.path)
        spelled.setdefault(_loose(group.name), group.path)
    alike = get_close_matches(wanted, sorted(spelled), n=MOST, cutoff=ALIKE)
    return tuple(dict.fromkeys(spelled[each] for each in alike))


def _loose(text: str) -> str:
    return text.strip("/ ").casefold()
