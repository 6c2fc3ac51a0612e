"""Keep whom Keycloak's last answers gave each group: later nobody else is bound for it."""

from collections.abc import Iterable

from groupaccess.application.memory import DeclaredGroup, ObjectMemory
from groupaccess.domain.model import Access
from groupaccess.domain.verdict import Outcome, Verdict
from groupaccess.domain.wanted import Wanted


def keep_answers(
    access: Access, memory: ObjectMemory, verdicts: Iterable[Verdict], wanted: Wanted
) -> None:
    """Keep the subjects of each group; of one without an answer now, those before.

    Of a mapping that is suspended they are those that it would have.
    """
    before, memory.answered = memory.answered, {}
    for each in verdicts:
        group, judged = DeclaredGroup(access.directory, each.mapping.group), each.would or each
        if judged.outcome is Outcome.GRANT and not judged.partial:
            contents = (
                want.content for want in wanted.bindings if want.mapping == each.mapping.name
            )
            bound = {name for content in contents for name in content.groups}
            memory.answered[group] = frozenset(bound.union(judged.subjects))
        elif group in before:
            memory.answered.setdefault(group, before[group])
