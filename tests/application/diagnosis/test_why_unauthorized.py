"""A pasted 401: the finding that its words stand for, mended by what the cluster shows."""

import asyncio
from typing import Any

import pytest

from application.diagnosis.installations import NOW, POD, directory
from application.diagnosis.test_why import cluster
from domain.diagnosis.logins import ISSUER
from domain.diagnosis.test_review_rules import ERRORS
from groupaccess.application.diagnosis.why import Why
from groupaccess.application.diagnosis.why_unauthorized import explain_unauthorized
from groupaccess.domain.diagnosis.authenticator import Arguments, Distribution
from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import Cause
from groupaccess.domain.diagnosis.fix import Edit

BARE = "invalid bearer token"
SLASH = Arguments("pod a", (f"--oidc-issuer-url={ISSUER}/",), Distribution.KUBEADM)


def answer(words: str, **known: Any) -> Explanation:
    return asyncio.run(explain_unauthorized(Why(cluster(**known), NOW), words))


def causes(explained: Explanation) -> list[Cause]:
    return [finding.cause for finding in explained.findings]


@pytest.mark.parametrize(("words", "cause"), ERRORS.items())
def test_the_words_stand_for_a_finding(words: str, cause: Cause) -> None:
    explained = answer(words)
    assert explained.allowed is False
    assert causes(explained) == [cause]
    assert explained.findings[0].fixes


def test_the_fix_follows_from_what_the_cluster_shows() -> None:
    explained = answer(BARE, arguments=[SLASH])
    assert causes(explained) == [Cause.ISSUER_MISMATCH]
    (step,) = explained.findings[0].fixes[0].steps
    assert isinstance(step, Edit)
    assert step.file == "/etc/kubernetes/manifests/kube-apiserver.yaml"
    assert causes(answer(BARE, arguments=[Arguments("pod a", ())])) == [Cause.OIDC_NOT_CONFIGURED]


def test_what_is_the_same_for_several_realms_is_said_once() -> None:
    two = [directory(), directory(issuer=f"{ISSUER}-other")]
    assert causes(answer("oidc: token is expired", directories=two)) == [Cause.TOKEN_EXPIRED]


@pytest.mark.parametrize("arguments", [[], [POD]])
def test_before_an_installation_the_words_are_explained_all_the_same(
    arguments: list[Arguments],
) -> None:
    known: dict[str, Any] = {"directories": [], "accesses": [], "arguments": arguments}
    assert causes(answer("oidc: email not verified", **known)) == [Cause.EMAIL_NOT_VERIFIED]
    bare = answer(BARE, **known)
    assert len(bare.findings) == 1
    assert "issuer :" not in bare.findings[0].fact


def test_without_a_right_the_words_still_have_their_meaning() -> None:
    forbidden = frozenset({"list_directories", "list_arguments"})
    explained = answer("oidc: token is expired", forbidden=forbidden)
    assert causes(explained) == [Cause.TOKEN_EXPIRED]
    assert [each.why for each in explained.not_checked] == ["you may not list_directories"]
