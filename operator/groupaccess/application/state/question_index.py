"""Which GroupAccesses depend on which of Keycloak's answers."""

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from groupaccess.application.state.reference_index import NOTHING, discard
from groupaccess.domain.directory.questions import Question

DirectoryQuestion = tuple[str, Question]  # name of the directory, and the question


@dataclass
class QuestionIndex:
    """An index of the questions that each GroupAccess depends on."""

    _needed: dict[str, frozenset[DirectoryQuestion]] = field(default_factory=dict)
    _by_question: defaultdict[DirectoryQuestion, set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def put(self, access: str, directory: str, needed: Iterable[Question]) -> None:
        """Record the questions that a GroupAccess depends on, in place of the previous ones."""
        questions = frozenset((directory, question) for question in needed)
        if questions == self._needed.get(access):
            return
        self.drop(access)
        if questions:
            self._needed[access] = questions
        for each in questions:
            self._by_question[each].add(access)

    def drop(self, access: str) -> None:
        """Forget a GroupAccess."""
        for each in self._needed.pop(access, frozenset()):
            discard(self._by_question, each, access)

    def accesses_of(self, directory: str, questions: Iterable[Question]) -> AbstractSet[str]:
        """Return the GroupAccesses that depend on one of these questions."""
        result = (self._by_question.get((directory, each), NOTHING) for each in questions)
        return frozenset().union(*result)
