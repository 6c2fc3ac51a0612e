"""Remember the subjects that Keycloak's last answers gave to each group.

When no answer is known any more, drift is not repaired to any other subject.
"""

from collections.abc import Iterable, Iterator

from groupaccess.application.state.object_memory import ObjectMemory
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.binding import Binding
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.bindings.history import DeclaredGroup
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
    mapping there are none, so that an outage gives nothing back; of several mappings of a group,
    the narrowest counts.
    """
    judged = tuple(each.without_suspend or each for each in verdicts)
    declared = {DeclaredGroup(access.directory, each.mapping.group) for each in judged}
    before = memory.answered_subjects
    bound = set[tuple[str | None, str | None]]()
    if before.keys() - declared:  # seldom: else the bindings need not be read
        bound = {each.content.declared_group for each in bindings}
    memory.answered_subjects = {
        group: subjects for group, subjects in before.items() if group in declared or group in bound
    }
    answers = dict[DeclaredGroup, frozenset[str]]()
    for verdict in filter(_is_answered, judged):
        group = DeclaredGroup(access.directory, verdict.mapping.group)
        subjects = frozenset({*_bound_subjects(verdict, desired), *verdict.subjects})
        answers[group] = subjects & answers.get(group, subjects)
    memory.answered_subjects |= answers


def _is_answered(verdict: Verdict) -> bool:
    if verdict.outcome is Outcome.REVOKE:
        return verdict.keycloak_objects
    return verdict.outcome is Outcome.GRANT and not verdict.incomplete


def _bound_subjects(verdict: Verdict, desired: DesiredState) -> Iterator[str]:
    for item in desired.bindings:
        if item.mapping == verdict.mapping.name:
            yield from item.content.groups
