"""What the canary does to a verdict: it holds or doubts a grant, and overrules nothing else."""

from dataclasses import replace

import pytest

from domain.builders import UNAVAILABLE, access, directory, make_context, mapping, realm
from groupaccess.domain.access.namespace_scope import Placement
from groupaccess.domain.apiserver.oidc_check_result import (
    OidcCheckResult,
    check_inconclusive,
    check_matches,
    check_mismatch,
)
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.reasons import Reason
from groupaccess.domain.status.access_status import access_status
from groupaccess.domain.status.observation import Observation
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome, Verdict

WITH_CANARY = replace(directory(), canary="canary")


def seen(sight: OidcCheckResult | None, group: str = "SRE") -> Verdict:
    return evaluate(
        mapping(group=group), replace(make_context(realm(), of=WITH_CANARY), oidc_check=sight)
    )


def verified(judged: Verdict) -> tuple[str, str]:
    desired = DesiredState(placements={judged.mapping.name: Placement(("",))})
    said = access_status(access(), [judged], desired, Observation(), patient=False)
    found = {condition.type: condition for condition in said.conditions}["Verified"]
    return found.status, found.reason


def test_a_canary_that_agrees_grants() -> None:
    judged = seen(check_matches("well"))
    assert (judged.outcome, judged.doubts) == (Outcome.GRANT, ())
    assert verified(judged) == ("True", "Granted")


def test_a_canary_that_contradicts_holds() -> None:
    sight = check_mismatch("another prefix")
    judged = seen(sight)
    assert (judged.outcome, judged.reason) == (Outcome.HOLD, Reason.API_SERVER_MISMATCH)
    assert judged.message == sight.message
    assert verified(judged) == ("False", "ApiServerMismatch")


def test_a_canary_that_cannot_be_asked_grants_and_is_in_doubt() -> None:
    judged = seen(check_inconclusive("no right"))
    assert judged.outcome is Outcome.GRANT
    assert verified(judged) == ("Unknown", "ApiServerUnknown")


def test_a_canary_that_was_not_asked_yet_is_waited_for() -> None:
    judged = seen(None)
    assert (judged.outcome, judged.reason) == (Outcome.HOLD, Reason.KEYCLOAK_UNAVAILABLE)
    assert judged.directory_unavailable


def test_a_contradiction_overrules_no_other_answer() -> None:
    assert seen(check_mismatch("another prefix"), "Nobody").reason is Reason.GROUP_NOT_FOUND


def test_a_contradiction_is_remembered_while_keycloak_is_silent() -> None:
    silent = replace(
        make_context(realm(), of=WITH_CANARY, failure=UNAVAILABLE),
        oidc_check=check_mismatch("another prefix"),
    )
    judged = evaluate(mapping(), silent)
    assert judged.directory_unavailable
    assert judged.reported.reason is Reason.API_SERVER_MISMATCH


@pytest.mark.parametrize(
    "sight", [None, check_mismatch("flags differ"), check_inconclusive("nothing seen")]
)
def test_without_a_canary_what_flags_show_holds_and_doubts_nothing(
    sight: OidcCheckResult | None,
) -> None:
    judged = evaluate(mapping(), replace(make_context(realm()), oidc_check=sight))
    assert (judged.outcome, judged.doubts) == (Outcome.GRANT, ())


@pytest.mark.parametrize(
    ("context", "unread"),
    [
        (make_context(realm(), of=WITH_CANARY), True),
        (replace(make_context(realm(), of=WITH_CANARY), oidc_check=check_matches("well")), False),
        (make_context(realm()), False),
        (make_context(), True),
        (replace(make_context(), directory=None), False),
    ],
)
def test_before_the_first_answer_nothing_is_said(
    context: EvaluationContext, *, unread: bool
) -> None:
    assert context.awaits_first_reading == unread
