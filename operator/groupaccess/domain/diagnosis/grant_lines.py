"""How an answer names what is bound for a person: here, elsewhere, and for how long.

What a role allows is never judged: "also by" and "close" mean bindings of the same ClusterRole, or
of any other, for one of the person's strings.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from groupaccess.domain.binding import Binding, BindingName, RoleRef, Subject
from groupaccess.domain.diagnosis.access_facts import AccessFacts, MappingFacts
from groupaccess.domain.diagnosis.access_rules import close_mappings
from groupaccess.domain.diagnosis.chain import listed
from groupaccess.domain.diagnosis.login_facts import Token
from groupaccess.domain.diagnosis.person import Person
from groupaccess.domain.text import counted
from groupaccess.domain.timestamp import format_time

MAX_GRANTS = 5  # roles that an answer names
MAX_ALSO = 3  # further bindings of one of them
MAX_CLOSE = 3  # mappings, and bindings by hand, that give something else
MAX_NAMESPACES = 3
A_MINUTE = 60


def grant_lines(facts: AccessFacts) -> Iterator[str]:
    """Yield the bindings that may give a request that RBAC allows, by role; ours come first.

    Which role gives it is RBAC's; of several bindings of one role none is needed alone.
    """
    by_role = defaultdict[RoleRef, list[Binding]](list)
    for binding in sorted(facts.bindings_here(), key=_order):
        by_role[binding.content.role].append(binding)
    for first, *others in list(by_role.values())[:MAX_GRANTS]:
        yield _grant(first, facts.person)
        if others:
            yield _also(others)
    if len(by_role) > MAX_GRANTS:
        yield f"and {counted(len(by_role) - MAX_GRANTS, 'role')} more"
    yield from _leaving(facts)


def close_lines(facts: AccessFacts) -> Iterator[str]:
    """Yield what is granted to the person's groups elsewhere, or for something else."""
    mappings = [_close_mapping(each) for each in close_mappings(facts)]
    yield from _some(mappings, "mapping")
    place = facts.request.namespace
    elsewhere = [
        _close_binding(each, facts.person, place)
        for each in sorted(facts.bindings_for_person(), key=_order)
        if each.key.namespace not in ("", place) and BindingName.parse(each.key.name) is None
    ]
    yield from _some(elsewhere, "binding")


def subject_text(binding: Binding, person: Person) -> str:
    """Return which of the person's strings a binding names: a group in quotes, or the user."""
    names = sorted(filter(person.is_meant_by, binding.content.subjects))
    return _named(names[0])


def maker(binding: Binding) -> str:
    """Return by which mapping a binding is made, or that it is made by hand."""
    name = BindingName.parse(binding.key.name)
    return f"GroupAccess {name.owner}, mapping {name.mapping}" if name else "by hand"


def _named(subject: Subject) -> str:
    return f'"{subject.name}"' if subject.kind == "Group" else f'user "{subject.name}"'


def _order(binding: Binding) -> tuple[bool, str, str]:
    return (BindingName.parse(binding.key.name) is None, *binding.key)


def _grant(binding: Binding, person: Person) -> str:
    role = binding.content.role.name
    return f"{subject_text(binding, person)} → {binding.key} → {role} ({maker(binding)})"


def _also(others: Sequence[Binding]) -> str:
    named = [f"{each.key} ({maker(each)})" for each in others[:MAX_ALSO]]
    more = len(others) - MAX_ALSO
    named += [f"{more} more"] if more > 0 else []
    return f"also by {' and '.join(named)}: removing one of them takes nothing away"


def _leaving(facts: AccessFacts) -> Iterator[str]:
    """Yield how long somebody who leaves the groups keeps what only these give.

    Only a realm's groups are left, not those of a client certificate: without a token and without
    a person of the realm, a mapping of ours has to be for them.
    """
    groups, person = facts.groups_here(), facts.person
    ours = any(BindingName.parse(each.key.name) for each in facts.bindings_here())
    of_realm = ours or facts.token is not None or person.groups
    if facts.allowed_without_groups is not False or not groups or not of_realm:
        return
    out = "the group" if len(groups) == 1 else "all these groups"
    yield f"out of {out}, {person.name} keeps it until {_token_end(facts.token)}"


def _token_end(token: Token | None) -> str:
    """Return when a token ends; of an example only how long it is good."""
    ends = token.time("exp") if token else None
    began = token.time("iat") if token else None
    if token is None or ends is None or (token.example and began is None):
        return "their token ends"
    if not token.example or began is None:
        return f"the token ends, {format_time(ends)} at the latest"
    return f"their token ends, {_duration(ends - began)} after its issue"


def _duration(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    if seconds % A_MINUTE:
        return counted(seconds, "second")
    return counted(seconds // A_MINUTE, "minute")


def _close_mapping(each: MappingFacts) -> str:
    return f"{each.title}: {each.mapping.cluster_role} {_where(each)}"


def _where(each: MappingFacts) -> str:
    scope = each.mapping.scope
    if scope is None:
        return "everywhere"
    if scope.requirements:
        return "in some namespaces"
    return f"in {listed(scope.names, MAX_NAMESPACES)}"


def _close_binding(binding: Binding, person: Person, place: str) -> str:
    but = "but in" if place else "in"
    subject, role = subject_text(binding, person), binding.content.role.name
    return f"{binding.key}: {role} for {subject}, {but} {binding.key.namespace} (by hand)"


def _some(lines: Iterable[str], noun: str) -> Iterator[str]:
    """Yield the first lines, and how many there are beside."""
    known = list(lines)
    yield from known[:MAX_CLOSE]
    if len(known) > MAX_CLOSE:
        yield f"and {counted(len(known) - MAX_CLOSE, noun)} more"
