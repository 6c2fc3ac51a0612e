"""Suggestions for a declared group that Keycloak does not have."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from groupaccess.domain.directory.group import Group


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What somebody may have meant who declared a group that does not exist.

    `similar` are at most three existing paths; `is_role` tells that a realm role has that name.
    """

    similar: tuple[str, ...] = ()
    is_role: bool = False


MAX_SUGGESTIONS = 3
MIN_HALF_LETTERS = 3  # letters; fewer would match half of all names
MIN_SIMILARITY = 0.7


def search_terms(reference: str) -> tuple[str, ...]:
    """Return at most three texts to search for in names: the leaf name, and its two halves."""
    name = reference.strip("/ ").rpartition("/")[2].strip()
    half = len(name) // 2
    halves = (name[:half].strip(), name[half:].strip()) if half >= MIN_HALF_LETTERS else ()
    return tuple(filter(None, dict.fromkeys((name, *halves))))


def similar_paths(reference: str, groups: Iterable[Group]) -> tuple[str, ...]:
    """Return the paths of at most three of these groups that are spelled similarly.

    If some differ only in case or in outer slashes, return only these.
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
