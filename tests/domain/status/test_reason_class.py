"""What follows from the class of a reason, for each reason: the table of ReasonClass."""

import pytest

from domain.builders import access, binding, key, mapping
from groupaccess.domain.access.namespace_scope import CLUSTER_WIDE
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.reasons import REASONS, Reason, ReasonClass
from groupaccess.domain.status.access_status import AccessStatus, access_status
from groupaccess.domain.status.mapping_status import MappingState
from groupaccess.domain.status.observation import Observation, bindings_by_mapping
from groupaccess.domain.verdict.verdict import Outcome, Verdict

FINE, KUBERNETES, KEYCLOAK, UNAVAILABLE = ReasonClass
OBJECTIONS = [each for each in Reason if REASONS[each].reason_class is not FINE]
ASKED = {Reason.CLUSTER_ROLE_NOT_FOUND}  # Keycloak was asked before, and objects to nothing

VERIFIED = {
    (KUBERNETES, Outcome.HOLD): "Unknown",
    (KUBERNETES, Outcome.REVOKE): "True",  # left out, and nothing else is left
    (KEYCLOAK, Outcome.HOLD): "False",
    (KEYCLOAK, Outcome.REVOKE): "False",
    (UNAVAILABLE, Outcome.HOLD): "Unknown",
}


def status(outcome: Outcome, reason: Reason) -> AccessStatus:
    """Return the status of a mapping that is bound as declared, by a verdict."""
    one = mapping()
    verdict = Verdict(one, outcome, reason, "why")
    desired = DesiredState(preserved=frozenset({key()}), placements={one.name: CLUSTER_WIDE})
    bound = Observation(bindings_by_mapping([binding()]))
    return access_status(access(one), [verdict], desired, bound, patient=False)


def test_a_reason_that_is_fine_leaves_nothing_unverified() -> None:
    assert status(Outcome.GRANT, Reason.GRANTED).conditions[-1].status == "True"


@pytest.mark.parametrize("reason", OBJECTIONS)
def test_verified_follows_from_the_class(reason: Reason) -> None:
    for (reason_class, outcome), expected in VERIFIED.items():
        if REASONS[reason].reason_class is reason_class:
            verified = status(outcome, reason).conditions[-1]
            asked = outcome is Outcome.HOLD and reason in ASKED
            assert (verified.type, verified.reason) == (
                "Verified",
                Reason.GRANTED if asked else reason,
            )
            assert verified.status == ("True" if asked else expected)


@pytest.mark.parametrize("reason", OBJECTIONS)
def test_only_an_objection_of_keycloak_keeps_the_pin_of_what_it_revokes(reason: Reason) -> None:
    verdict = Verdict(mapping(), Outcome.REVOKE, reason, "why")
    assert verdict.drops_pin is (REASONS[reason].reason_class is not KEYCLOAK)


@pytest.mark.parametrize("reason", OBJECTIONS)
def test_what_is_bound_counts_as_granted_only_while_keycloak_is_not_read(reason: Reason) -> None:
    (report,) = status(Outcome.HOLD, reason).mappings
    unread = REASONS[reason].reason_class is UNAVAILABLE
    assert report.state is (MappingState.GRANTED if unread else MappingState.HELD)
