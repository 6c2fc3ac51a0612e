"""The state of each mapping, and the conditions that kubectl wait, Helm, Flux and Argo CD read."""

import pytest

from domain.builders import (
    UNAVAILABLE,
    access,
    directory,
    key,
    make_context,
    mapping,
    realm,
)
from domain.saying import HEALTHY, say
from groupaccess.domain.access.group_access import AccessMapping as Declared
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.condition import StatusCondition
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.status.access_status import AccessStatus
from groupaccess.domain.status.mapping_status import MappingReport, MappingState
from groupaccess.domain.verdict.verdict import EvaluationContext

REFUSED = Failure(Reason.WRITE_REFUSED, "the API server says no.")
OVERLOAD = Failure(Reason.WRITE_REFUSED, "tried again: 503", transient=True)


def conditions(said: AccessStatus) -> dict[str, str]:
    return {condition.type: condition.status for condition in said.conditions}


READY = {"Ready": "True", "Reconciling": "False", "Stalled": "False", "Verified": "True"}


def test_all_granted_is_ready() -> None:
    two = access(mapping("a"), mapping("b", role="view"))
    assert say(two).conditions == (
        StatusCondition("Ready", "True", Reason.GRANTED, "2/2 mappings are bound as declared."),
        StatusCondition("Reconciling", "False", Reason.GRANTED, ""),
        StatusCondition("Stalled", "False", Reason.GRANTED, ""),
        StatusCondition(
            "Verified",
            "True",
            Reason.GRANTED,
            "Keycloak confirms each mapping that needs its answer.",
        ),
    )
    assert say(two).granted == "2/2"
    assert not say(two).waiting


def test_mapping_says_whom_it_binds() -> None:
    assert say(access()).mappings == (
        MappingReport(
            name="sre",
            state=MappingState.GRANTED,
            reason=Reason.GRANTED,
            message="members of /SRE appear in Kubernetes as group /SRE.",
            cluster_role="edit",
            scoped=False,
            wanted=1,
            granted=1,
            group_path="/SRE",
            group_id="id of /SRE",
            subjects=("/SRE",),
        ),
    )


def test_mapping_without_a_proven_group_names_none() -> None:
    (said,) = say(access(mapping(group="nobody"))).mappings
    assert (said.group_path, said.group_id, said.subjects) == (None, None, ())


def test_mappings_are_sorted_by_name() -> None:
    said = say(access(mapping("b"), mapping("c"), mapping("a")))
    assert [mapping.name for mapping in said.mappings] == ["a", "b", "c"]


def states(context: EvaluationContext, *existing: BindingKey, one: Declared) -> MappingState:
    return say(access(one), context, existing=existing).mappings[0].state


@pytest.mark.parametrize(
    ("context", "existing", "state"),
    [
        (HEALTHY, (key(),), MappingState.GRANTED),
        (HEALTHY, (), MappingState.PENDING),
        (make_context(realm("/x")), (key(),), MappingState.HELD),
        (make_context(realm("/x")), (), MappingState.PENDING),
        (make_context(realm(), failure=UNAVAILABLE), (key(),), MappingState.GRANTED),
        (make_context(realm(), failure=UNAVAILABLE), (), MappingState.PENDING),
        (make_context(realm(), failure=UNAVAILABLE), (key("another"),), MappingState.PENDING),
        (make_context(realm(), of=directory(allowed=["view"])), (key(),), MappingState.HELD),
        (make_context(realm(), of=directory(allowed=["view"])), (), MappingState.REVOKED),
    ],
    ids=[
        "granted and bound",
        "granted and not written",
        "held and bound",
        "held and never stood",
        "not read and bound",
        "not read and never stood",
        "not read and another is bound",
        "revoked and not yet gone",
        "revoked",
    ],
)
def test_state_of_a_mapping(
    context: EvaluationContext, existing: tuple[BindingKey, ...], state: MappingState
) -> None:
    assert states(context, *existing, one=mapping()) is state


def test_one_problem_among_many_is_named() -> None:
    many = [mapping(f"m{n:02}") for n in range(24)]
    many[7] = mapping("m07", "nobody")
    said = say(access(*many))
    assert said.granted == "23/24"
    assert said.ready == said.conditions[0]
    assert said.ready.status == "False"
    assert said.ready.reason == Reason.GROUP_NOT_FOUND
    assert said.ready.message.startswith('m07: Keycloak has no group "nobody". ')
    assert not said.ready.message.endswith("more)")


def test_more_problems_are_counted() -> None:
    said = say(access(mapping("c", "x"), mapping("b", "y"), mapping("a"), mapping("d", "z")))
    assert said.granted == "1/4"
    assert said.ready.message.startswith('b: Keycloak has no group "y"')
    assert said.ready.message.endswith(" (and 2 more)")


def test_what_may_come_by_itself_is_waited_for() -> None:
    said = say(access(mapping("a"), mapping("b", "nobody")))
    assert said.waiting
    assert conditions(said) == READY | {
        "Ready": "False",
        "Reconciling": "True",
        "Verified": "False",
    }
    assert said.conditions[1].message == said.ready.message
    assert said.conditions[1].reason == Reason.GROUP_NOT_FOUND
    assert said.conditions[2].message == ""


def test_patience_ends_in_stalled() -> None:
    said = say(access(mapping("a"), mapping("b", "nobody")), patient=False)
    assert not said.waiting
    assert conditions(said) == READY | {"Ready": "False", "Stalled": "True", "Verified": "False"}
    assert said.conditions[2].message == said.ready.message


def test_patience_matters_only_where_something_is_wrong() -> None:
    assert say(access(), patient=True) == say(access(), patient=False)


def test_one_problem_that_needs_a_person_stalls_at_once() -> None:
    said = say(
        access(mapping("a", "nobody"), mapping("b")), faults={key("b"): REFUSED}, existing=()
    )
    assert not said.waiting
    assert conditions(said)["Stalled"] == "True"
    assert said.ready.message.startswith("b: the API server says no.")  # not what may come


def test_write_that_is_tried_again_is_waited_for_whatever_its_reason() -> None:
    said = say(access(), faults={key(): OVERLOAD}, existing=())
    assert said.waiting
    assert conditions(said) == READY | {"Ready": "False", "Reconciling": "True"}
    assert (said.ready.reason, said.ready.message) == (OVERLOAD.reason, "sre: tried again: 503")


@pytest.mark.parametrize("fault", [REFUSED, OVERLOAD], ids=["refused", "tried again"])
def test_a_binding_that_could_not_be_deleted_is_named_although_all_mappings_are_granted(
    fault: Failure,
) -> None:
    said = say(access(), left={key("old"): fault})
    assert said.granted == "1/1"
    assert said.waiting is fault.transient
    expected = "Reconciling" if fault.transient else "Stalled"
    assert conditions(said) == READY | {"Ready": "False", expected: "True"}
    assert said.ready.reason is Reason.WRITE_REFUSED
    assert (
        said.ready.message
        == f"This access should be removed but is still bound: {key('old')}: {fault.message}"
    )


def test_what_is_left_is_said_in_its_order_after_the_mappings() -> None:
    left = {key("z"): OVERLOAD, key("y"): REFUSED, key("x"): REFUSED}
    said = say(access(), left=left)
    assert said.ready.message.startswith(
        f"This access should be removed but is still bound: {key('x')}: "
    )
    assert said.ready.message.endswith(" (and 2 more)")
    said = say(access(), faults={key(): REFUSED}, existing=(), left=left)
    assert said.ready.message == f"sre: {REFUSED.message} (and 3 more)"


def test_a_granted_object_stays_ready_while_keycloak_is_silent() -> None:
    said = say(access(), make_context(realm(), failure=UNAVAILABLE), existing=(key(),))
    assert conditions(said) == READY | {"Verified": "Unknown"}
    assert said.granted == "1/1"
    assert said.mappings[0].reason is Reason.KEYCLOAK_UNAVAILABLE


def test_fault_of_the_api_server_is_said_instead_of_the_grant() -> None:
    said = say(access(), faults={key(): REFUSED}, existing=())
    assert said.granted == "0/1"
    assert conditions(said) == READY | {"Ready": "False", "Stalled": "True"}
    assert said.ready.message == "sre: the API server says no."
    assert said.mappings[0].reason is Reason.WRITE_REFUSED
    assert said.mappings[0].subjects == ()


def test_mapping_with_a_fault_is_held_although_it_is_bound_as_declared() -> None:
    assert say(access(), faults={key(): REFUSED}).mappings[0].state is MappingState.HELD


def test_fault_of_one_mapping_is_no_other_mappings() -> None:
    two = access(mapping("a"), mapping("b"))
    said = say(two, faults={key("b"): REFUSED}, existing=(key("a"),))
    assert [mapping.state for mapping in said.mappings] == [
        MappingState.GRANTED,
        MappingState.PENDING,
    ]
    assert [mapping.reason for mapping in said.mappings] == [Reason.GRANTED, Reason.WRITE_REFUSED]


def test_a_mapping_that_must_not_be_bound_stalls() -> None:
    said = say(access(), make_context(realm(), of=directory(allowed=["view"])), existing=())
    assert conditions(said) == READY | {"Ready": "False", "Stalled": "True"}
