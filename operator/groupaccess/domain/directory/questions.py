"""What a directory is asked: who has a name, what is at a path, and whether an id is there.

The questions are about the groups in use and no others, so that their number does not depend on the
size of the realm.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from groupaccess.domain.directory.group import Group

MAX_SEARCH_RESULTS = 20  # groups in the answer to a search, at most
SLASH, ESCAPED = "/", "~/"  # a slash in a name, as paths have it by Keycloak's own setting


@dataclass(frozen=True, slots=True)
class Search:
    """Which groups have exactly this name? Of more than ROWS, only some are answered."""

    name: str


@dataclass(frozen=True, slots=True)
class ByPath:
    """Which group is at this path? No group in the answer proves nothing: it may be hidden."""

    path: str


@dataclass(frozen=True, slots=True)
class ById:
    """Which group has this id? No group in the answer means that there is none."""

    group_id: str


Question = Search | ByPath | ById


@dataclass(frozen=True, slots=True)
class Answer:
    """The groups, sorted. With `truncated` there may be others, which a search did not show."""

    groups: tuple[Group, ...] = ()
    truncated: bool = False


class PinnedId(NamedTuple):
    """A pinned id, and the name that its group had last, or what it is declared as."""

    group_id: str
    name: str

    @property
    def is_valid(self) -> bool:
        """Tell whether it can be asked for: a path of dots would lead elsewhere."""
        return bool(self.group_id.strip("."))


@dataclass(frozen=True, slots=True)
class GroupsInUse:
    """The groups in use: as they are declared, and as they are pinned.

    `strings` are what tokens carry that is bound besides, of groups that were called so before.
    """

    references: frozenset[str] = frozenset()
    pinned_ids: frozenset[PinnedId] = frozenset()
    strings: frozenset[str] = frozenset()


# What was answered so far; None where there was no answer.
Answers = Mapping[Question, Answer | None]


def questions_about(used: GroupsInUse, answers: Answers, *, paths: bool) -> frozenset[Question]:
    """Return the questions about the groups in use, so far as the answers show what to ask.

    With each answer there may be more: for the name that a pinned group has now, for an id that no
    search showed. `paths` tells that tokens carry paths, too.
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
            questions |= _searches([group.path] if paths else ())
    return frozenset(questions)


def possible_names(text: str) -> frozenset[str]:
    """Return the names that a group may have whose path or name is this text.

    A name may hold slashes, so that each part of a path may belong to the name. No name is blank.
    """
    result = {text}
    if text.startswith(SLASH):
        result |= {text[at + 1 :] for at, letter in enumerate(text) if letter == SLASH}
        result |= {name.replace(ESCAPED, SLASH) for name in result}
    return frozenset(name for name in result if name.replace(SLASH, "").strip())


def _searches(texts: Iterable[str]) -> set[Question]:
    return {Search(name) for text in texts for name in possible_names(text)}


def _left_out(references: Iterable[str], answers: Answers) -> set[Question]:
    """Return the paths that a search may have left out among many of one name."""
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
    answers_to_names = (answers.get(question) for question in questions)
    return {group.id: group for answer in answers_to_names if answer for group in answer.groups}


def _is_searched(pin: PinnedId, answers: Answers) -> bool:
    """Tell whether the searches that would show a pinned group were made."""
    return pin.is_valid and all(Search(name) in answers for name in possible_names(pin.name))
