"""Why kube-apiserver answers 403 to somebody whose token it accepts.

What a role allows is never judged here: only kube-apiserver knows. So a mapping that is close may
give the wanted right, or another one.
"""

import shlex
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet

from groupaccess.domain.binding import SYSTEM_PREFIX, Binding
from groupaccess.domain.diagnosis.access_facts import AccessFacts, MappingFacts, PersonFacts
from groupaccess.domain.diagnosis.finding import Cause, Finding
from groupaccess.domain.diagnosis.fix import Advice, Command, Fix
from groupaccess.domain.diagnosis.mapping_fixes import add_namespace, mapping_fixes
from groupaccess.domain.status.mapping_status import MappingState

MAX_NAMED = 5  # namespaces, groups or bindings that one sentence names
EFFECTIVE = frozenset({MappingState.GRANTED, MappingState.PARTIAL})


def denied(facts: AccessFacts) -> Iterator[Finding]:
    """Yield why a request is denied, the nearest cause first; nothing if it is allowed."""
    if facts.decision.allowed:
        return
    found = [finding for rule in ACCESS_RULES for finding in rule(facts)]
    yield from found or [_nothing_fits(facts)]


def _all_namespaces(facts: AccessFacts) -> Iterator[Finding]:
    if facts.request.namespace or not facts.allowed_in:
        return
    places = _named(facts.allowed_in)
    fact = (
        f"{facts.person.name} may {facts.request} in {places}, and the request is for all "
        "namespaces at once"
    )
    advice = Advice(
        f"In Headlamp, open Settings, the cluster, and list {places} under Allowed namespaces. "
        f"With kubectl, give the namespace: -n {facts.allowed_in[0]}."
    )
    yield Finding(Cause.ALL_NAMESPACES_REQUESTED, fact, (), (Fix((advice,)),))


def _mapping_not_granted(facts: AccessFacts) -> Iterator[Finding]:
    """Yield the mappings of the person's groups for this place that are not bound."""
    for each in facts.own_mappings:
        covers = each.covers(facts.request.namespace, facts.namespaces)
        if covers and each.state not in EFFECTIVE:
            yield not_granted(each, facts)


def not_granted(mapping: MappingFacts, facts: PersonFacts) -> Finding:
    """Return that a mapping of one of the person's groups is not bound, and why."""
    role, reason = mapping.mapping.cluster_role, mapping.reason or "no operator has seen it"
    fact = f"{mapping.title} would give {role}, and is not granted: {reason}"
    evidence = (mapping.message,) if mapping.message else ()
    fixes = mapping_fixes(mapping, facts)
    return Finding(Cause.MAPPING_NOT_GRANTED, fact, evidence, fixes, mapping.reason)


def _granted_elsewhere(facts: AccessFacts) -> Iterator[Finding]:
    place = facts.request.namespace
    if not place:
        return
    for each in facts.own_mappings:
        if each.covers(place, facts.namespaces) or place not in facts.namespaces:
            continue
        fact = f"{each.title} is for {each.mapping.cluster_role}, but not in {place}"
        yield Finding(Cause.GRANTED_ELSEWHERE, fact, (), (add_namespace(each, place),))


def _near_subject(facts: AccessFacts) -> Iterator[Finding]:
    """Yield bindings here whose group differs from one of the person's only in its spelling."""
    here = ("", facts.request.namespace)
    bindings = [each for each in facts.bindings if each.key.namespace in here]
    yield from near_subjects(bindings, facts)


def near_subjects(bindings: Iterable[Binding], facts: PersonFacts) -> Iterator[Finding]:
    """Yield bindings whose group differs from one of the person's only in its spelling."""
    prefixes = {each.groups_prefix for each in facts.directories.values()} - {""}
    for binding in bindings:
        for group in binding.content.groups:
            if group in facts.person.subjects or group.startswith(SYSTEM_PREFIX):
                continue
            for mine in sorted(facts.person.subjects):
                if _are_alike(group, mine, prefixes):
                    yield _dangling(binding, group, mine, facts)


def _dangling(binding: Binding, group: str, meant: str, facts: PersonFacts) -> Finding:
    fact = (
        f'{binding.key} gives {binding.content.role.name} to group "{group}", and '
        f'kube-apiserver reads "{meant}" for {facts.person.name}'
    )
    advice = Advice(
        "Declare the group in a GroupAccess instead of that binding: the operator binds what "
        "tokens carry. This prints one:"
    )
    command = Command(f"groupaccess import --subject {shlex.quote(group)}")
    return Finding(Cause.DANGLING_SUBJECT, fact, (), (Fix((advice, command)),))


def _role_not_enough(facts: AccessFacts) -> Iterator[Finding]:
    """Yield that what is bound here gives other rights; kube-apiserver has said so."""
    place = facts.request.namespace
    roles = {
        binding.content.role.name
        for binding in facts.bindings_for_person()
        if binding.key.namespace in ("", place)
    }
    roles |= {
        each.mapping.cluster_role
        for each in close_mappings(facts)
        if each.covers(place, facts.namespaces)
    }
    if not roles or (not place and facts.allowed_in):
        return
    named = _named(sorted(roles))
    fact = f"{facts.person.name} has {named} here, and that does not allow to {facts.request}"
    advice = Advice(
        "Add a mapping with a ClusterRole that allows it; kubectl describe clusterrole NAME shows "
        "what a role allows."
    )
    yield Finding(Cause.ROLE_NOT_ENOUGH, fact, (), (Fix((advice,)),))


def no_mapping(facts: PersonFacts) -> Iterator[Finding]:
    """Yield that nothing is declared and nothing is bound for the person's groups, and why."""
    if facts.own_mappings or any(facts.bindings_for_groups()):
        return
    person = facts.person
    if not person.subjects:
        yield _without_groups(facts)
        return
    groups = _named(sorted(group.path for group in person.groups) or sorted(person.subjects))
    fact = f"no mapping and no other binding is for {groups}"
    advice = Advice("Add a mapping for one of these groups to a GroupAccess.")
    yield Finding(Cause.NO_MAPPING, fact, (), (Fix((advice,)),))


def _without_groups(facts: PersonFacts) -> Finding:
    """Return why kube-apiserver reads no group at all."""
    claim, person = facts.groups_claim, facts.person
    if facts.token_groups:
        carried = _named(sorted(facts.token_groups))
        fact = f'the token has {carried} in claim "{claim}", and kube-apiserver reads no groups'
        advice = Advice(
            f"Give kube-apiserver --oidc-groups-claim={claim}, or claimMappings.groups.claim in "
            "its configuration file: neither has a default."
        )
        return Finding(Cause.GROUPS_CLAIM_MISMATCH, fact, (), (Fix((advice,)),))
    fact = f"kube-apiserver reads no groups for {person.name}, so no mapping gives them anything"
    advice = Advice(
        "In Keycloak, open the user, Groups, and join one. If there are some, the client lacks a "
        f'Group Membership mapper for claim "{claim}", or the login does not request its scope.'
    )
    return Finding(Cause.NOT_IN_A_GROUP, fact, (), (Fix((advice,)),))


def _nothing_fits(facts: AccessFacts) -> Finding:
    """Return the last resort: something is bound for the person, and nothing of it is for this."""
    fact = f"nothing that is bound for {facts.person.name}'s groups is for this"
    advice = Advice("Add a mapping for one of these groups, with a role and a place that fit.")
    return Finding(Cause.NO_MAPPING, fact, (), (Fix((advice,)),))


def close_mappings(facts: AccessFacts) -> tuple[MappingFacts, ...]:
    """Return the mappings of the person's groups that give something else, or elsewhere."""
    return tuple(
        each
        for each in facts.own_mappings
        if each.state in EFFECTIVE and facts.person.subjects.intersection(each.subjects)
    )


def _are_alike(one: str, other: str, prefixes: AbstractSet[str]) -> bool:
    """Tell whether two spellings may mean one group.

    They differ by case, quotes, a directory's prefix, or only one of them is a path: two paths are
    two groups.
    """
    a, b = _without_prefix(one, prefixes), _without_prefix(other, prefixes)
    if a == b:
        return True
    if a.startswith("/") == b.startswith("/"):
        return False
    return a.rpartition("/")[2] == b.rpartition("/")[2]


def _without_prefix(text: str, prefixes: AbstractSet[str]) -> str:
    plain = text.strip("\"' ")
    fits = [prefix for prefix in prefixes if plain.startswith(prefix)]
    return plain.removeprefix(max(fits, key=len, default="")).casefold()


def _named(names: Iterable[str]) -> str:
    listed = list(names)
    more = len(listed) - MAX_NAMED
    text = ", ".join(listed[:MAX_NAMED])
    return f"{text} and {more} more" if more > 0 else text


ACCESS_RULES: tuple[Callable[[AccessFacts], Iterator[Finding]], ...] = (
    _all_namespaces,
    _mapping_not_granted,
    _near_subject,
    _granted_elsewhere,
    _role_not_enough,
    no_mapping,
)
"""The nearest cause comes first: what grants it already, what would, what is spelled alike."""
