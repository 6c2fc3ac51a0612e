"""Remember the subjects that Keycloak's last answers gave to each group.

When no answer is known any more, drift is not repaired to any other subject.
"""

from collections.abc import Iterable, Iterator

from groupaccess.application.state.object_memory import ObjectMemory
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.binding import Binding
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.bindings.last_answers import DeclaredGroup, LastAnswers
from groupaccess.domain.verdict.verdict import Outcome, Verdict


def remember_answers(
    access: Access,
    memory: ObjectMemory,
    verdicts: Iterable[Verdict],
    desired: DesiredState,
    bindings: Iterable[Binding],
) -> None:
    """Remember the subjects of each group; without an answer, keep those from before.

    They are kept as long as the group is declared, or one of the `bindings` names it.

    For a suspended mapping they are the subjects that it would have. Where an answer revokes a
    mapping there are none, so that an outage gives nothing back; of several mappings of a group
    with one id, the narrowest counts.
    """
    judged = tuple(each.without_suspend or each for each in verdicts)
    declared = {DeclaredGroup(access.directory, each.mapping.group) for each in judged}
    before = memory.answers
    bound = set[tuple[str | None, str | None]]()
    if before.keys() - declared:  # seldom: else the bindings need not be read
        bound = {each.content.declared_group for each in bindings}
    memory.answers = {
        group: answers for group, answers in before.items() if group in declared or group in bound
    }
    by_id, waiting = dict[DeclaredGroup, dict[str, frozenset[str]]](), set[DeclaredGroup]()
    for verdict in judged:
        group = DeclaredGroup(access.directory, verdict.mapping.group)
        if not _is_answered(verdict):
            waiting.add(group)
            continue
        subjects = frozenset({*_bound_subjects(verdict, desired), *verdict.subjects})
        answers, group_id = by_id.setdefault(group, {}), _group_id(verdict)
        answers[group_id] = subjects & answers.get(group_id, subjects)
    for group, answers in by_id.items():
        others = memory.answers[group].by_id if group in waiting and group in before else {}
        memory.answers[group] = LastAnswers({**others, **answers})


def _is_answered(verdict: Verdict) -> bool:
    if verdict.outcome is Outcome.REVOKE:
        return verdict.keycloak_objects
    return verdict.outcome is Outcome.GRANT and not verdict.incomplete


def _group_id(verdict: Verdict) -> str:
    """Return the id of the group for which an answer was given, empty if there was none."""
    found = verdict.group.id if verdict.group else verdict.mapping.group_id
    return found or (verdict.pin.group_id if verdict.pin else "")


def _bound_subjects(verdict: Verdict, desired: DesiredState) -> Iterator[str]:
    for item in desired.bindings:
        if item.mapping == verdict.mapping.name:
            yield from item.content.groups
