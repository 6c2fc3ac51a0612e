"""A realm as the directory of groups: what is known of it, and how a group is found in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from groupaccess.domain.directory.group import Group


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What somebody may have meant who named a group that is not there.

    `similar` are at most three spellings that exist; `is_role` tells that a realm role has that
    name.
    """

    similar: tuple[str, ...] = ()
    is_role: bool = False


MAX_SUGGESTIONS = 3
MIN_HALF_LETTERS = 3  # letters; fewer are in half of all names
MIN_SIMILARITY = 0.7


def search_terms(reference: str) -> tuple[str, ...]:
    """Return what to search for in names, at most three texts: the name, and its two halves."""
    name = reference.strip("/ ").rpartition("/")[2].strip()
    half = len(name) // 2
    halves = (name[:half].strip(), name[half:].strip()) if half >= MIN_HALF_LETTERS else ()
    return tuple(filter(None, dict.fromkeys((name, *halves))))


def similar_paths(reference: str, groups: Iterable[Group]) -> tuple[str, ...]:
    """Return the paths of at most three of these groups that are spelled nearly so.

    Those that differ only in case or in slashes come before any other.
    """
    wanted = _normalize(reference)
    known = sorted(groups)
    same = [
        group.path for group in known if wanted in (_normalize(group.path), _normalize(group.name))
    ]
    if same:
        return tuple(dict.fromkeys(same))[:MAX_SUGGESTIONS]
    spelled: dict[str, str] = {}
    for group in known:
        spelled.setdefault(_normalize(group.path), group.path)
        spelled.setdefault(_normalize(group.name), group.path)
    alike = get_close_matches(wanted, sorted(spelled), n=MAX_SUGGESTIONS, cutoff=MIN_SIMILARITY)
    return tuple(dict.fromkeys(spelled[each] for each in alike))


def _normalize(text: str) -> str:
    return text.strip("/ ").casefold()
