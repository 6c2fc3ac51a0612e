"""The answer of `groupaccess why WHO` without a request: who somebody is, and what is bound."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from groupaccess.domain.binding import Binding, BindingName
from groupaccess.domain.diagnosis.access_facts import AccessFacts, PersonFacts
from groupaccess.domain.diagnosis.access_rules import near_subjects, no_mapping, not_granted
from groupaccess.domain.diagnosis.chain import Step, bindings_read, groups_step, listed
from groupaccess.domain.diagnosis.declared_rules import SOUND
from groupaccess.domain.diagnosis.explanation import Explanation, explain_access
from groupaccess.domain.diagnosis.finding import Finding
from groupaccess.domain.diagnosis.grant_lines import maker, subject_text
from groupaccess.domain.diagnosis.person import Person
from groupaccess.domain.text import counted

MAX_ROLES = 8  # lines with a role
MAX_IN_ANSWER = 3  # roles in the sentence
MAX_NAMESPACES = 3
MAX_NEAR = 3  # bindings for a string that is spelled alike


def explain_facts(facts: PersonFacts, before: tuple[Step, ...] = ()) -> Explanation:
    """Explain a request, or without one who the person is and what is bound for them."""
    if isinstance(facts, AccessFacts):
        return explain_access(facts, before)
    return explain_identity(facts, before)


def explain_identity(facts: PersonFacts, before: tuple[Step, ...] = ()) -> Explanation:
    """Explain what kube-apiserver reads for a person, and what is bound for that.

    `before` are the links up to what kube-apiserver reads.
    """
    bindings = sorted(facts.bindings_for_person(), key=lambda each: each.key)
    count = len(bindings)
    verb = "is" if count == 1 else "are"
    fact = f"{counted(count, 'binding')} {verb} for this"
    steps = (*before, groups_step(facts), Step("RBAC", fact, f"{bindings_read(facts)}, now"))
    return Explanation(
        _answer(facts, bindings),
        allowed=None,
        steps=steps,
        findings=() if facts.not_read else tuple(_findings(facts)),
        grants=tuple(_role_lines(bindings, facts.person)),
        not_checked=facts.not_read,
    )


def _answer(facts: PersonFacts, bindings: Iterable[Binding]) -> str:
    """Return each role and where; what every login may do besides is not asked."""
    if facts.without_bindings:
        return f"Cannot tell what is bound for {facts.person.name}."
    places = defaultdict[str, set[str]](set)
    for binding in bindings:
        places[binding.content.role.name].add(binding.key.namespace)
    if not places:
        return f"Nothing is bound for {facts.person.name}."
    roles = [f"{role} {_where(where)}" for role, where in sorted(places.items())]
    more = len(roles) - MAX_IN_ANSWER
    named = roles[:MAX_IN_ANSWER] + ([counted(more, "role") + " more"] if more > 0 else [])
    return f"{facts.person.name} has {'; '.join(named)}."


def _role_lines(bindings: Iterable[Binding], person: Person) -> Iterator[str]:
    """Yield what is bound for each string, and by what; namespaces of one grant in one line."""
    grants = defaultdict[tuple[str, str, str], list[Binding]](list)
    for each in bindings:
        grants[subject_text(each, person), each.content.role.name, maker(each)].append(each)
    for (subject, role, by), same in list(grants.items())[:MAX_ROLES]:
        place = _where({each.key.namespace for each in same})
        yield f"{subject} → {role} {place} ({by}{_names(same)})"
    if len(grants) > MAX_ROLES:
        yield f"and {len(grants) - MAX_ROLES} more"


def _names(bindings: list[Binding]) -> str:
    """Return the names of bindings by hand; those of ours follow from the mapping."""
    if BindingName.parse(bindings[0].key.name) is not None:
        return ""
    return f": {listed((str(each.key) for each in bindings), MAX_NAMESPACES)}"


def _where(namespaces: set[str]) -> str:
    if "" in namespaces:
        return "everywhere"
    return f"in {listed(namespaces, MAX_NAMESPACES)}"


def _findings(facts: PersonFacts) -> Iterator[Finding]:
    """Yield what was meant for the person and does not reach them, the nearest first."""
    for each in facts.own_mappings:
        if each.state not in SOUND:
            yield not_granted(each, facts)
    yield from list(near_subjects(facts.bindings, facts))[:MAX_NEAR]
    yield from no_mapping(facts)
