"""What a realm with known groups answers to the questions about groups in use."""

from collections.abc import Iterable
from datetime import datetime

from groupaccess.application.state.directory_memory import RoundResult
from groupaccess.application.state.evaluation import evaluation_context, needed_questions
from groupaccess.application.state.store import Store
from groupaccess.domain.directory.group import ANY_CONTENT, Group
from groupaccess.domain.directory.questions import (
    MAX_SEARCH_RESULTS,
    Answer,
    ById,
    ByPath,
    GroupsInUse,
    Question,
    Search,
    questions_about,
)
from groupaccess.domain.directory.snapshot import Realm, Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.verdict.verdict import EvaluationContext


def answer(groups: Iterable[Group], question: Question) -> Answer:
    """Answer as Keycloak does to an account that sees all groups."""
    match question:
        case Search(name):
            found = [group for group in groups if group.name == name]
            return Answer(
                tuple(sorted(found[:MAX_SEARCH_RESULTS])),
                truncated=len(found) >= MAX_SEARCH_RESULTS,
            )
        case ById(group_id):
            return Answer(tuple(group for group in groups if group.id == group_id))
        case ByPath(path):
            return Answer(tuple(group for group in groups if group.path == path)[:1])


def answers(groups: Iterable[Group], used: GroupsInUse) -> dict[Question, Answer | Failure]:
    """Answer all questions about groups in use."""
    known, found = tuple(groups), dict[Question, Answer | Failure]()
    while new := questions_about(used, _answered(found), ANY_CONTENT) - found.keys():
        found |= {question: answer(known, question) for question in new}
    return found


def whole_round(found: Snapshot, used: GroupsInUse, at: datetime) -> RoundResult:
    """Return a round in which a realm answered that has the groups of a snapshot."""
    realm = Realm(found.directory_id, found.clients)
    return RoundResult(realm, answers(found.groups, used), used, at)


def context_of(store: Store, name: str, at: datetime) -> EvaluationContext:
    """Return what a GroupAccess is judged by; from then on the answers to it affect it."""
    declared = store.accesses[name]
    needed = needed_questions(store, declared)
    store.question_index.put(name, declared.access.directory, needed.all)
    return evaluation_context(store, declared, needed, at)


def _answered(found: dict[Question, Answer | Failure]) -> dict[Question, Answer]:
    return {each: result for each, result in found.items() if isinstance(result, Answer)}


def take_in(store: Store, found: Snapshot, at: datetime, of: str = "default") -> frozenset[str]:
    """Let a directory be asked once, and each of its users be judged; return whom it touches."""
    touched = store.put_round(of, whole_round(found, store.groups_in_use(of), at))
    for name in store.users_of(of):
        context_of(store, name, at)
    return frozenset(touched)
