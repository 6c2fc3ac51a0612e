"""Why somebody whose token is accepted gets a 403, the nearest cause first."""

import shlex
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.builders import NOW, directory, group, mapping, scope, team, there
from domain.diagnosis.accesses import ALICE, FACTS, by_hand, causes, facts, findings, mapped
from groupaccess.domain.diagnosis.access_facts import AccessFacts, MappingFacts
from groupaccess.domain.diagnosis.access_request import AccessRequest, Decision
from groupaccess.domain.diagnosis.finding import Cause
from groupaccess.domain.diagnosis.fix import Command
from groupaccess.domain.diagnosis.person import Person
from groupaccess.domain.reasons import Reason

PODS_EVERYWHERE = AccessRequest("list", "pods")
NOBODY = Person("bob", frozenset())
DENIED: dict[str, tuple[AccessFacts, Cause]] = {
    "no mapping": (FACTS, Cause.NO_MAPPING),
    "in no group": (facts(person=NOBODY), Cause.NOT_IN_A_GROUP),
    "not granted": (
        facts(mappings=(mapped(state="Pending", reason="GroupNotFound"),)),
        Cause.MAPPING_NOT_GRANTED,
    ),
    "elsewhere": (facts(mappings=(mapped("/platform/SRE", "bank"),)), Cause.GRANTED_ELSEWHERE),
    "all namespaces": (
        facts(
            request=PODS_EVERYWHERE,
            allowed_in=("shop",),
            mappings=(mapped("/platform/SRE", "shop"),),
        ),
        Cause.ALL_NAMESPACES_REQUESTED,
    ),
}


@pytest.mark.parametrize("case", DENIED)
def test_each_is_found_alone_and_with_a_way_to_mend_it(case: str) -> None:
    known, cause = DENIED[case]
    (finding,) = findings(known)
    assert finding.cause is cause
    assert finding.fact
    assert not finding.fact.endswith(".")
    assert finding.fixes


@pytest.mark.parametrize("case", DENIED)
def test_of_what_is_allowed_nothing_is_found(case: str) -> None:
    assert findings(replace(DENIED[case][0], decision=Decision(allowed=True))) == []


@pytest.mark.parametrize("subject", ["/platform/SRE", "sre", '"SRE"', "/SRE"])
def test_a_binding_for_a_string_that_is_spelled_alike_is_named_first(subject: str) -> None:
    found = findings(facts(bindings=(by_hand(subject),)))
    assert [each.cause for each in found] == [Cause.DANGLING_SUBJECT, Cause.NO_MAPPING]
    assert f'"{subject}"' in found[0].fact
    assert '"SRE"' in found[0].fact


def test_a_directorys_prefix_too_much_is_spelled_alike() -> None:
    known = facts(
        directories={"default": directory(prefix="oidc:")}, bindings=(by_hand("oidc:SRE"),)
    )
    assert causes(known)[0] is Cause.DANGLING_SUBJECT


@pytest.mark.parametrize(
    ("subject", "mine"),
    [("/apps/SRE", "/platform/SRE"), ("system:SRE", "SRE"), ("team:SRE", "ops:SRE")],
)
def test_two_groups_are_not_one_because_their_ends_are_equal(subject: str, mine: str) -> None:
    person = Person("alice", frozenset({mine}))
    assert causes(facts(person=person, bindings=(by_hand(subject),))) == [Cause.NO_MAPPING]


def test_what_is_printed_to_be_pasted_is_one_argument_whatever_others_chose() -> None:
    name = "/x'; touch /tmp/pwn; '/SRE"
    line = findings(facts(bindings=(by_hand(name),)))[0].fixes[0].steps[-1]
    assert isinstance(line, Command)
    assert shlex.split(line.line) == ["groupaccess", "import", "--subject", name]


def test_a_mapping_that_is_bound_for_another_string_gives_the_person_nothing() -> None:
    known = mapped("SRE", subjects=("kc:SRE",))
    (finding,) = findings(facts(mappings=(known,)))
    assert finding.cause is Cause.NO_MAPPING


def test_without_namespaces_nothing_is_said_of_them() -> None:
    known = replace(mapped(), mapping=mapping("sre", "SRE", within=scope(of=[team("bank")])))
    assert Cause.GRANTED_ELSEWHERE not in causes(facts(mappings=(known,), namespaces={}))


def test_a_binding_of_another_namespace_is_not_close() -> None:
    assert causes(facts(bindings=(by_hand("sre", "bank"),))) == [Cause.NO_MAPPING]


def test_a_binding_for_the_persons_own_string_gives_something_else() -> None:
    (finding,) = findings(facts(bindings=(by_hand("SRE"),)))
    assert finding.cause is Cause.ROLE_NOT_ENOUGH
    assert "alice has view here" in finding.fact


def test_the_word_of_a_mapping_that_is_not_granted_is_its_reason() -> None:
    known = mapped(state="Revoked", reason="GroupReplaced", message="The group was re-created.")
    (finding,) = findings(facts(mappings=(known,)))
    assert finding.word == "GroupReplaced"
    assert finding.evidence == ("The group was re-created.",)


def test_a_mapping_of_another_group_is_no_cause() -> None:
    other = mapped("/apps/shop", state="Pending", reason="GroupNotFound")
    assert causes(facts(mappings=(other,))) == [Cause.NO_MAPPING]


@pytest.mark.parametrize(
    "known",
    [
        mapped("SRE"),
        mapped("/platform/SRE"),
        mapped("former", group_path="/platform/SRE"),
        mapped("former", subjects=("SRE",)),
    ],
)
def test_a_mapping_is_the_persons_by_path_name_or_subject(known: MappingFacts) -> None:
    assert FACTS.own_mappings == ()
    assert facts(mappings=(known,)).own_mappings == (known,)


def test_without_groups_of_keycloak_the_subjects_decide_whose_a_mapping_is() -> None:
    person = Person("alice", frozenset({"oidc:SRE"}))
    known = mapped("/platform/sre", state="Pending", reason="GroupNotFound")
    prefixed = {"default": directory(prefix="oidc:")}
    with_prefix = facts(person=person, directories=prefixed, mappings=(known,))
    assert with_prefix.own_mappings == (known,)
    assert facts(person=person, mappings=(known,)).own_mappings == ()


def test_a_mapping_covers_the_namespaces_that_it_selects() -> None:
    selected = replace(mapped(), mapping=mapping("sre", "SRE", within=scope(of=[team("shop")])))
    labelled = there("bank", shop="shop")
    assert selected.covers("shop", labelled)
    assert not selected.covers("bank", labelled)
    assert not selected.covers("", labelled)
    assert mapped().covers("", labelled)


def fix_of(known: MappingFacts, **more: object) -> str:
    step = findings(facts(mappings=(known,), **more))[0].fixes[0].steps[0]
    assert isinstance(step, Command)
    return step.line


def test_a_suspended_object_is_resumed() -> None:
    suspended = mapped(state="Pending", reason="Suspended")
    assert fix_of(suspended) == (
        'kubectl patch ga apps --type=merge -p \'{"spec": {"suspend": false}}\''
    )
    whole = {"default": replace(directory(), suspend=True)}
    assert fix_of(suspended, directories=whole).startswith("kubectl patch kcd default ")


def test_an_expired_grant_gets_a_day() -> None:
    line = fix_of(mapped(state="Expired", reason="Expired"))
    assert '"path": "/spec/mappings/0/name", "value": "sre"' in line
    assert f'"path": "/spec/mappings/0/expiresAt", "value": "{NOW + timedelta(days=1):%F}' in line


@pytest.mark.parametrize("reason", ["GroupNotFound", "GroupAmbiguous"])
def test_a_group_that_is_spelled_otherwise_is_corrected(reason: str) -> None:
    known = mapped("sre", state="Pending", reason=reason, subjects=("SRE",))
    assert '"path": "/spec/mappings/0/group", "value": "/platform/SRE"' in fix_of(known)


def test_of_two_groups_that_may_be_meant_none_is_chosen() -> None:
    person = replace(ALICE, groups=(group("/platform/SRE"), group("/apps/sre")))
    known = mapped("sre", state="Pending", reason="GroupAmbiguous", subjects=("SRE",))
    (finding,) = findings(facts(person=person, mappings=(known,)))
    assert not isinstance(finding.fixes[0].steps[0], Command)


@pytest.mark.parametrize("reason", [*sorted(Reason), "NewerThanThis"])
def test_every_reason_has_something_to_do(reason: str) -> None:
    (finding,) = findings(facts(mappings=(mapped(state="Pending", reason=reason),)))
    assert finding.fixes[0].steps


@pytest.mark.parametrize(
    ("known", "step"),
    [
        (mapped("SRE", "bank"), '{"op": "add", "path": "/spec/mappings/0/namespaces/names/-"'),
        (
            replace(mapped(), mapping=mapping("sre", "SRE", within=scope(of=[team("bank")]))),
            '{"op": "add", "path": "/spec/mappings/0/namespaces/names", "value": ["shop"]}',
        ),
    ],
)
def test_a_namespace_is_added_to_those_by_name(known: MappingFacts, step: str) -> None:
    assert step in fix_of(known)


@pytest.mark.parametrize(
    ("declared", "carried", "same"),
    [
        ("SRE", "/platform/SRE", True),
        ("/platform/SRE", "sre", True),
        ("/platform/sre", "/platform/SRE", True),
        ("/apps/SRE", "/platform/SRE", False),
    ],
)
def test_a_mapping_is_about_a_group_that_its_path_or_name_may_mean(
    declared: str, carried: str, *, same: bool
) -> None:
    person = Person("alice", frozenset({carried}))
    assert mapped(declared).is_about(person) is same
