"""The status of a mapping for namespaces: numbers, and the first problems in bounded words."""

from dataclasses import replace

import pytest

from domain.builders import (
    UNAVAILABLE,
    access,
    content,
    directory,
    key,
    make_context,
    mapping,
    realm,
    scope,
    team,
    terminating,
    there,
)
from domain.saying import say
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.bindings.other_grants import OtherGrants
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import REASONS, Reason
from groupaccess.domain.status.mapping_status import MappingReport, MappingState
from groupaccess.domain.status.placement_problems import PlacementProblem
from groupaccess.domain.verdict.verdict import EvaluationContext

SHOP, BANK = key(namespace="shop"), key(namespace="bank")
BOTH = make_context(realm(), namespaces=there("shop", "bank"))
REFUSED = Failure(Reason.WRITE_REFUSED, "the API server says no.")
NOWHERE = PlacementProblem(
    "nowhere",
    Reason.NAMESPACE_NOT_FOUND,
    f'there is no namespace "nowhere". {REASONS[Reason.NAMESPACE_NOT_FOUND].advice}',
    transient=True,
)


def within(*names: str) -> Access:
    return access(mapping(within=scope(*names)))


def said(
    declared: Access,
    context: EvaluationContext = BOTH,
    *,
    existing: tuple[BindingKey, ...] | None = None,
    faults: dict[BindingKey, Failure] | None = None,
) -> MappingReport:
    return say(declared, context, existing=existing, faults=faults).mappings[0]


def test_all_namespaces_are_counted() -> None:
    one = said(within("shop", "bank"))
    assert (one.state, one.scoped, one.wanted, one.granted) == (MappingState.GRANTED, True, 2, 2)
    assert one.problems == ()
    assert one.message == "members of /SRE appear in Kubernetes as group /SRE."
    assert one.as_declared


def test_an_absent_namespace_is_named_and_the_others_are_granted() -> None:
    declared = within("shop", "nowhere", "bank")
    one = said(declared)
    assert (one.state, one.wanted, one.granted) == (MappingState.PARTIAL, 3, 2)
    assert one.problems == (NOWHERE,)
    assert (one.reason, one.message) == (NOWHERE.reason, NOWHERE.message)
    assert not one.as_declared
    whole = say(declared, BOTH)
    assert whole.granted == "1/1"
    assert whole.waiting
    assert whole.ready.message == f"sre: {NOWHERE.message}"


def test_a_mapping_without_any_binding_is_pending() -> None:
    one = said(within("nowhere"))
    assert (one.state, one.wanted, one.granted) == (MappingState.PENDING, 1, 0)
    assert one.reason is Reason.NAMESPACE_NOT_FOUND


def test_no_match_is_as_declared_in_0_namespaces() -> None:
    declared = access(mapping(within=scope(of=[team("nobody")])))
    one = said(declared)
    assert (one.state, one.wanted, one.granted) == (MappingState.GRANTED, 0, 0)
    assert (
        one.message
        == "members of /SRE appear in Kubernetes as group /SRE. It selects no active namespace now."
    )
    whole = say(declared, BOTH)
    assert whole.ready.status == "True"
    assert whole.granted == "1/1"


def test_a_terminating_namespace_needs_no_binding_and_is_no_problem() -> None:
    ending = make_context(realm(), namespaces=there("bank") | terminating("shop"))
    one = said(within("shop", "bank"), ending)
    assert (one.state, one.wanted, one.granted, one.problems) == (MappingState.GRANTED, 1, 1, ())


def test_a_refusal_in_one_namespace_is_named_there() -> None:
    one = said(within("shop", "bank"), existing=(SHOP,), faults={BANK: REFUSED})
    assert (one.state, one.wanted, one.granted) == (MappingState.PARTIAL, 2, 1)
    assert one.problems == (PlacementProblem("bank", REFUSED.reason, REFUSED.message),)
    assert (one.reason, one.message) == (REFUSED.reason, REFUSED.message)
    assert one.subjects == ("/SRE",)


def test_problems_come_in_the_order_of_their_namespaces_whatever_they_are() -> None:
    declared = within("shop", "nowhere", "a", "bank")
    one = said(declared, existing=(), faults={SHOP: REFUSED, BANK: REFUSED})
    assert [problem.namespace for problem in one.problems] == ["a", "bank", "nowhere", "shop"]


def test_the_one_that_needs_a_person_is_said_before_those_that_may_pass() -> None:
    one = said(within("shop", "a", "b"), existing=(), faults={SHOP: REFUSED})
    assert one.reason is Reason.WRITE_REFUSED
    assert one.message == f"{REFUSED.message} (and 2 more)"


def test_a_fault_that_may_pass_is_passing_whatever_its_reason() -> None:
    overload = Failure(Reason.WRITE_REFUSED, "503", transient=True)
    one = said(within("shop", "bank"), existing=(BANK,), faults={SHOP: overload})
    assert one.transient
    assert one.problems == (PlacementProblem("shop", Reason.WRITE_REFUSED, "503", transient=True),)
    both = said(within("shop", "bank"), existing=(), faults={BANK: overload, SHOP: REFUSED})
    assert not both.transient
    assert both.message == f"{REFUSED.message} (and 1 more)"


def test_two_thousand_problems_stay_ten() -> None:
    names = [f"n{number:04}" for number in range(2000)]
    many = access(mapping(within=scope(of=[team("x")])))
    context = make_context(realm(), namespaces=there(**dict.fromkeys(names, "x")))
    faults = {key(namespace=name): REFUSED for name in names}
    one = said(many, context, existing=(), faults=faults)
    assert (one.state, one.wanted, one.granted) == (MappingState.PENDING, 2000, 0)
    assert [problem.namespace for problem in one.problems] == names[:10]
    assert one.message == f"{REFUSED.message} (and 1999 more)"


def test_what_was_not_answered_yet_is_partial_too_and_waited_for() -> None:
    one = said(within("shop", "bank"), existing=(SHOP,))
    assert (one.state, one.granted, one.reason) == (MappingState.PARTIAL, 1, Reason.PROGRESSING)
    assert [problem.namespace for problem in one.problems] == ["bank"]
    assert one.transient


def test_another_subject_than_the_desired_one_is_not_as_declared() -> None:
    one = say(access(), bound={key(): content("/former", group="SRE")}).mappings[0]
    assert (one.state, one.reason) == (MappingState.HELD, Reason.PROGRESSING)
    refused = say(access(), bound={key(): content("/former", group="SRE")}, faults={key(): REFUSED})
    assert refused.mappings[0].state is MappingState.HELD
    other = f"The binding does not have the declared subjects: {key()}."
    assert refused.mappings[0].message == f"{REFUSED.message} {other}"
    assert refused.granted == "1/1"


def test_a_binding_with_another_role_is_still_bound_and_nothing_else() -> None:
    said = say(access(), bound={key(): content(role="admin", group="SRE")})
    (one,) = said.mappings
    assert (one.state, one.granted) == (MappingState.HELD, 0)
    assert one.message.endswith(f"This access should be removed but is still bound: {key()}.")


def test_a_former_role_that_is_bound_yet_is_named() -> None:
    old = key(role="view")
    one = say(access(), bound={key(): content(), old: content(role="view")}).mappings[0]
    assert (one.state, one.reason, one.transient) == (MappingState.HELD, Reason.PROGRESSING, True)
    assert one.message == f"This access should be removed but is still bound: {old}."


@pytest.mark.parametrize(
    ("existing", "state"),
    [
        ((SHOP, BANK), MappingState.GRANTED),
        ((SHOP,), MappingState.HELD),
        ((), MappingState.PENDING),
    ],
)
def test_state_while_keycloak_is_silent(
    existing: tuple[BindingKey, ...], state: MappingState
) -> None:
    silent = make_context(realm(), namespaces=BOTH.namespaces, failure=UNAVAILABLE)
    one = said(within("shop", "bank"), silent, existing=existing)
    assert (one.state, one.reason) == (state, UNAVAILABLE.reason)
    assert (one.wanted, one.granted) == (2, len(existing))


def test_an_objection_of_keycloak_is_said_before_that_of_a_namespace() -> None:
    gone = make_context(realm("/x"), namespaces=BOTH.namespaces)
    one = said(within("shop", "nowhere"), gone, existing=(SHOP,))
    assert (one.state, one.reason) == (MappingState.HELD, Reason.GROUP_NOT_FOUND)
    assert one.problems == (NOWHERE,)


def test_revoked_mapping_that_is_still_bound_says_so() -> None:
    refused = replace(BOTH, directory=directory(allowed=["view"]))
    one = said(within("shop", "nowhere"), refused, existing=(SHOP,), faults={SHOP: REFUSED})
    assert (one.state, one.wanted, one.granted) == (MappingState.HELD, 2, 1)
    assert (one.reason, one.problems) == (Reason.CLUSTER_ROLE_NOT_ALLOWED, ())
    assert one.message.endswith(
        f" This access should be removed but is still bound: {SHOP}: {REFUSED.message}"
    )
    assert not one.transient
    gone = said(within("shop", "nowhere"), refused, existing=())
    assert (gone.state, gone.granted) == (MappingState.REVOKED, 0)


def test_a_binding_without_subjects_that_could_not_be_deleted_is_named() -> None:
    refused = replace(BOTH, directory=directory(allowed=["view"]))
    one = said(within("shop"), refused, existing=(), faults={SHOP: REFUSED})
    assert one.state is MappingState.REVOKED
    left = "A binding without subjects could not be deleted"
    assert one.message.endswith(f" {left}: {REFUSED.message}")


def test_the_whole_cluster_names_no_namespace() -> None:
    one = said(access(), existing=(), faults={key(): REFUSED})
    assert (one.scoped, one.problems) == (False, ())
    assert (one.reason, one.message) == (REFUSED.reason, REFUSED.message)


def test_others_that_grant_the_same_are_told_of_their_mapping_alone() -> None:
    also = OtherGrants(1, ("ClusterRoleBinding/by-hand",))
    two = say(access(mapping("a"), mapping("b")), also={"a": also}).mappings
    assert [one.other_grants for one in two] == [also, None]
