"""Whether the operator's account sees all groups: Keycloak silently leaves out hidden ones."""

from collections.abc import Iterator, Mapping

from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.questions import Answer, Answers, ById, Question, Search
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

# A fine-grained permission first, then the role of realm-management that has the same effect.
VIEW_GROUPS = 'the permission "view" on all Groups (or the role "view-users")'


def hidden_groups(answers: Answers) -> Iterator[Group]:
    """Yield the groups that exist and that the search for their own name does not return.

    Then the account sees only a part of the groups, and a search without a result proves nothing.
    """
    for question, answer in answers.items():
        if isinstance(question, Search) or answer is None:
            continue
        for group in answer.groups:
            search = answers.get(Search(group.name))
            if search is not None and not search.truncated and not _shows(search, group):
                yield group


def forbidden_group(results: Mapping[Question, Answer | Failure]) -> ById | None:
    """Return the id of a group that exists, may not be read, and that no search returns.

    An id is only requested if the searches for its group do not return it. Searches that failed or
    were truncated prove nothing.
    """
    searches = (each for question, each in results.items() if isinstance(question, Search))
    if any(isinstance(each, Failure) or each.truncated for each in searches):
        return None
    for question, result in results.items():
        forbidden = isinstance(result, Failure) and result.reason is Reason.KEYCLOAK_FORBIDDEN
        if isinstance(question, ById) and forbidden:
            return question
    return None


def groups_hidden(fact: str) -> Failure:
    """Return the failure of answers that are not trusted, since they leave groups out."""
    text = f"{fact}. The operator's account lacks {VIEW_GROUPS}"
    return Failure.of(Reason.KEYCLOAK_FORBIDDEN, text)


def _shows(search: Answer, group: Group) -> bool:
    return any(each.id == group.id for each in search.groups)
