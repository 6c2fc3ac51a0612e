"""The inputs of a GroupAccess's verdicts, and what Keycloak must still be asked for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from groupaccess.application.state.cluster_state import ClusterState
from groupaccess.application.state.declared_objects import DeclaredAccess
from groupaccess.application.state.demand import (
    awaits_proof,
    claim_values,
    groups_in_use_by,
)
from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.group import ClaimContent, Group
from groupaccess.domain.directory.questions import Answers, GroupsInUse, Question, questions_about
from groupaccess.domain.directory.reading import MissingAnswer
from groupaccess.domain.identity.former_subjects import former_subjects
from groupaccess.domain.identity.pins import Pin
from groupaccess.domain.tokens.client_claims import claim_content
from groupaccess.domain.verdict.verdict import EvaluationContext


@dataclass(frozen=True, slots=True)
class NeededQuestions:
    """The questions that the verdicts of a GroupAccess depend on, by the name of the mapping.

    `pins` are its pins, by group as declared. `former` are the questions about its former subjects:
    a verdict does not wait for their answers.
    """

    pins: Mapping[str, Pin]
    by_mapping: Mapping[str, frozenset[Question]]
    former: frozenset[Question]

    @property
    def all(self) -> frozenset[Question]:
        """Return all questions: a change of their answers affects the GroupAccess."""
        return self.former.union(*self.by_mapping.values())


def needed_questions(state: ClusterState, declared: DeclaredAccess) -> NeededQuestions:
    """Return the questions that the verdicts of a GroupAccess depend on."""
    access, name = declared.access, declared.access.directory
    directory, memory = state.directories.declared.get(name), state.directories.memory(name)
    pins = state.pins_of(access.name)
    return NeededQuestions(
        pins,
        {
            each.name: _questions_of(state, name, each, pins, memory.answers)
            for each in access.mappings
        },
        _questions_of_former(state, access.name, directory.directory if directory else None),
    )


def evaluation_context(
    state: ClusterState, declared: DeclaredAccess, needed: NeededQuestions, now: datetime
) -> EvaluationContext:
    """Return the inputs of the verdicts of a GroupAccess at the time `now`."""
    access, name = declared.access, declared.access.directory
    directory, memory = state.directories.declared.get(name), state.directories.memory(name)
    groups = {each.group for each in access.mappings}
    gaps = (
        (
            each,
            _missing_answer(
                state, name, each, needed.by_mapping[each.name], needed.pins.get(each.group)
            ),
        )
        for each in access.mappings
    )
    return EvaluationContext(
        directory_name=name,
        directory=directory.directory if directory else None,
        reading=memory.reading,
        cluster_roles=state.cluster_roles,
        now=now,
        namespaces=state.namespaces,
        suspend=declared.access.suspend,
        oidc_check=state.directories.oidc_checks.get(name),
        pins=needed.pins,
        frozen=state.check_freeze(name),
        prefixes=state.prefixes.of(name),
        unreadable=_unreadable(state, name),
        missing_answers={mapping.name: gap for mapping, gap in gaps if gap is not None},
        suggestions={
            each: memory.suggestions[each][0] for each in groups & memory.suggestions.keys()
        },
    )


def open_questions(
    state: ClusterState, directory: str, accesses: Iterable[str], fresh: Answers | None = None
) -> set[Question]:
    """Return the questions of some GroupAccesses that a directory was never asked.

    `fresh` are answers that are not stored yet.
    """
    memory, needed = state.directories.memory(directory), set[Question]()
    answers: Answers = {**memory.answers, **fresh} if fresh else memory.answers
    for access in (state.accesses[name].access for name in accesses if name in state.accesses):
        if access.directory == directory:
            pinned = state.pins_of(access.name)
            for mapping in access.mappings:
                needed |= _questions_of(state, directory, mapping, pinned, answers)
    # A difference with all answers would look at each of them.
    return {each for each in needed if each not in answers and each not in memory.failures}


def _questions_of_former(
    state: ClusterState, access: str, directory: Directory | None
) -> frozenset[Question]:
    """Return the questions about the former subjects of a GroupAccess.

    It is evaluated without their answers, and again when they arrive.
    """
    if directory is None:
        return frozenset()
    bound = (former_subjects(binding.content) for binding in state.bindings_of(access).values())
    texts = claim_values(directory, {name for formers in bound for name in formers})
    return questions_about(GroupsInUse(strings=texts), {}, ClaimContent())


def _questions_of(
    state: ClusterState,
    directory: str,
    mapping: AccessMapping,
    pinned: Mapping[str, Pin],
    answers: Answers,
) -> frozenset[Question]:
    """Return the questions that a mapping depends on, as far as the answers so far show them."""
    declared, memory = (
        state.directories.declared.get(directory),
        state.directories.memory(directory),
    )
    if declared is None or memory.realm is None or mapping.unreadable is not None:
        return frozenset()
    content = claim_content(declared.directory, memory.realm.clients)
    return questions_about(groups_in_use_by(mapping, pinned), answers, content)


def _missing_answer(
    state: ClusterState,
    directory: str,
    mapping: AccessMapping,
    needed: frozenset[Question],
    pin: Pin | None,
) -> MissingAnswer | None:
    """Return what is missing for a mapping: an answer, or the check of an example token."""
    memory = state.directories.memory(directory)
    gap, snapshot = memory.missing_answer(needed), memory.snapshot
    if gap is None and snapshot is not None and awaits_proof(snapshot):
        ids = {mapping.group_id, pin.group_id if pin else None}
        result = isinstance(snapshot.find(mapping.group), Group) or ids & snapshot.by_id.keys()
        return MissingAnswer() if result else None
    return gap


def _unreadable(state: ClusterState, directory: str) -> str | None:
    unreadable = state.directories.unreadable.get(directory)
    return f'directory "{directory}": {unreadable.fact}' if unreadable is not None else None
