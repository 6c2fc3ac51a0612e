"""Another prefix than declared is the cause, also where only the groups that are read are known."""

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from application.diagnosis.installations import TOLD, directory
from application.diagnosis.test_why import BY_HAND, PODS, cluster, explained, why
from domain.diagnosis.logins import ISSUER
from groupaccess.application.diagnosis.why import Why
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.authenticator import Arguments, Distribution
from groupaccess.domain.diagnosis.finding import Cause

Ask = Callable[[Why], Coroutine[Any, Any, Any]]
READ = TokenReviewResult(("oidc:SRE",), user=f"{ISSUER}#alice")
PREFIX = (*TOLD, "--oidc-groups-prefix=oidc:")


def told(*flags: str) -> Arguments:
    return Arguments("pod a", flags, Distribution.KUBEADM)


@pytest.mark.parametrize(
    "ask",
    [
        lambda asked: asked.explain_own(PODS),
        lambda asked: asked.explain(READ.user, READ.groups, PODS),
    ],
)
def test_another_prefix_is_the_only_finding(ask: Ask) -> None:
    known = cluster(user=READ, arguments=[told(*PREFIX)], bindings=[BY_HAND])
    answer = explained(ask(why(known)))
    assert [each.cause for each in answer.findings] == [Cause.GROUPS_PREFIX_MISMATCH]


def test_whose_realm_is_not_known_is_told_nothing_of_another_one() -> None:
    several = [directory(), directory(issuer=f"{ISSUER}-other")]
    known = cluster(directories=several, arguments=[told(*PREFIX)])
    answer = explained(why(known).explain("alice", READ.groups, PODS))
    assert Cause.GROUPS_PREFIX_MISMATCH not in {each.cause for each in answer.findings}
