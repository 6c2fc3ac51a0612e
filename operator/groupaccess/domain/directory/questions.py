"""The questions to Keycloak: who has a name, what is at a path, and whether an id exists.

They are only about the groups in use, so that their number does not depend on the size of the
realm.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from groupaccess.domain.directory.group import ClaimContent, Group

MAX_SEARCH_RESULTS = 20  # groups, at most, in the answer to a search
CACHED_TEXTS = 8192  # declared groups whose questions are computed once
SLASH, ESCAPED = "/", "~/"  # a slash in a name; Keycloak can be set to escape it in paths


@dataclass(frozen=True, slots=True)
class Search:
    """Which groups have exactly this name? The answer has at most MAX_SEARCH_RESULTS of them."""

    name: str


@dataclass(frozen=True, slots=True)
class ByPath:
    """Which group is at this path? An empty answer proves nothing: the group may be hidden."""

    path: str


@dataclass(frozen=True, slots=True)
class ById:
    """Which group has this id? An empty answer means that the group does not exist."""

    group_id: str


Question = Search | ByPath | ById


@dataclass(frozen=True, slots=True)
class Answer:
    """The groups, sorted. If `truncated`, there may be others that the search did not return."""

    groups: tuple[Group, ...] = ()
    truncated: bool = False


class PinnedId(NamedTuple):
    """A pinned id, and the last known name of its group, or what the group is declared as."""

    group_id: str
    name: str

    @property
    def is_valid(self) -> bool:
        """Tell whether the id can be requested: an id of dots would lead to another URL path."""
        return bool(self.group_id.strip("."))


@dataclass(frozen=True, slots=True)
class GroupsInUse:
    """The groups in use: as they are declared, and as they are pinned.

    `strings` are further strings of tokens that are bound: former paths and names of groups.
    """

    references: frozenset[str] = frozenset()
    pinned_ids: frozenset[PinnedId] = frozenset()
    strings: frozenset[str] = frozenset()


# The answers so far; None if a question had no answer.
Answers = Mapping[Question, Answer | None]


def questions_about(
    used: GroupsInUse, answers: Answers, content: ClaimContent
) -> frozenset[Question]:
    """Return the questions about the groups in use, as far as the answers show what to ask.

    Each answer may lead to more questions: about the current name of a pinned group, or about an id
    that no search returned. Other groups may share one of the strings that tokens carry
    (`content`).
    """
    texts = (*used.references, *used.strings, *(pin.name for pin in used.pinned_ids))
    questions: set[Question] = _searches(texts)
    questions |= _left_out(used.references, answers)
    shown = _shown(questions, answers)
    for pin in used.pinned_ids:
        if pin.group_id not in shown and _is_searched(pin, answers):
            questions.add(ById(pin.group_id))
    shown |= _shown(questions, answers)
    ids = {pin.group_id for pin in used.pinned_ids}
    called = Counter(group.name for group in shown.values())
    for group in shown.values():
        named = group.name in used.references and called[group.name] == 1  # else it is ambiguous
        if group.id in ids or group.path in used.references or named:
            questions.add(Search(group.name))
            questions |= _searches(content.values_of(group) - {group.name})
    return frozenset(questions)


@lru_cache(maxsize=CACHED_TEXTS)
def possible_names(text: str) -> frozenset[str]:
    """Return the names that a group may have whose path or name is this text.

    A name may contain slashes, so that each part of a path may belong to the name. No name is
    blank.
    """
    result = {text}
    if text.startswith(SLASH):
        result |= {text[at + 1 :] for at, letter in enumerate(text) if letter == SLASH}
        result |= {name.replace(ESCAPED, SLASH) for name in result}
    return frozenset(name for name in result if name.replace(SLASH, "").strip())


def _searches(texts: Iterable[str]) -> set[Question]:
    return set().union(*map(_searches_for, texts))


@lru_cache(maxsize=CACHED_TEXTS)
def _searches_for(text: str) -> frozenset[Question]:
    return frozenset(Search(name) for name in possible_names(text))


def _left_out(references: Iterable[str], answers: Answers) -> set[Question]:
    """Return questions for the paths that a truncated search may have left out."""
    result: set[Question] = set()
    for path in references:
        answers_to_names = [answers.get(Search(name)) for name in possible_names(path)]
        seen = {group.path for answer in answers_to_names if answer for group in answer.groups}
        if (
            path.startswith(SLASH)
            and path not in seen
            and any(a and a.truncated for a in answers_to_names)
        ):
            result.add(ByPath(path))
    return result


def _shown(questions: Iterable[Question], answers: Answers) -> dict[str, Group]:
    received = (answers.get(question) for question in questions)
    return {group.id: group for answer in received if answer for group in answer.groups}


def _is_searched(pin: PinnedId, answers: Answers) -> bool:
    """Tell whether the searches that would return a pinned group were made."""
    return pin.is_valid and all(Search(name) in answers for name in possible_names(pin.name))
