"""Remember the subjects that Keycloak's last answers gave to each group.

When no answer is known any more, drift is not repaired to any other subject.
"""

from collections.abc import Iterable

from groupaccess.application.state.object_memory import DeclaredGroup, ObjectMemory
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.verdict.verdict import Outcome, Verdict


def remember_answers(
    access: Access, memory: ObjectMemory, verdicts: Iterable[Verdict], desired: DesiredState
) -> None:
    """Remember the subjects of each group; without an answer, keep those from before.

    For a suspended mapping they are the subjects that it would have.
    """
    before, memory.answered_subjects = memory.answered_subjects, {}
    for each in verdicts:
        mapping, verdict = each.mapping, each.without_suspend or each
        group = DeclaredGroup(access.directory, mapping.group)
        if verdict.outcome is Outcome.GRANT and not verdict.incomplete:
            contents = (item.content for item in desired.bindings if item.mapping == mapping.name)
            bound = {name for content in contents for name in content.groups}
            memory.answered_subjects[group] = frozenset(bound.union(verdict.subjects))
        elif group in before:
            memory.answered_subjects.setdefault(group, before[group])
