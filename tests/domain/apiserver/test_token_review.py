"""What the canary shows of how kube-apiserver reads tokens, in words."""

import pytest

from domain.apiserver.canary import DIRECTORY, EVERYBODY, judged, token
from domain.builders import group
from groupaccess.domain.apiserver.oidc_check_result import (
    check_inconclusive,
    check_matches,
    check_mismatch,
)
from groupaccess.domain.apiserver.token_review import TokenReviewResult, compare_review
from groupaccess.domain.condition import StatusCondition
from groupaccess.domain.reasons import Reason


@pytest.mark.parametrize(
    ("groups", "prefix", "carried"),
    [
        (["canary", "staff"], "", ("canary", "staff")),
        (["oidc:canary", "oidc:staff"], "oidc:", ("canary", "staff")),
        (["/ops/canary"], "", ("/ops/canary",)),
        (["/ops/canary", "canary"], "", ("/ops/canary", "canary")),
        (["canary"], "", "canary"),
    ],
    ids=["leaf", "prefix", "path", "both", "a string and no list"],
)
def test_the_declared_string_in_the_review_agrees(
    groups: list[str], prefix: str, carried: object
) -> None:
    said = judged(*groups, prefix=prefix, carried=carried)
    assert (said.status, said.reason) == ("True", Reason.API_SERVER_AGREES)


def test_what_agrees_names_the_string_and_the_group() -> None:
    said = judged("oidc:canary", prefix="oidc:")
    assert said.message == (
        'kube-apiserver reads "oidc:canary" from a real token for /ops/canary. Nothing to do.'
    )


@pytest.mark.parametrize(
    ("theirs", "ours", "words"),
    [
        (
            "oidc:",
            "",
            'groups prefix "oidc:" (--oidc-groups-prefix, or claimMappings.groups.prefix)',
        ),
        ("oidc:", "", 'but spec.tokens.groupsPrefix is "": bindings would not match'),
        ("", "oidc:", "uses no groups prefix (--oidc-groups-prefix, or "),
        ("", "oidc:", 'but spec.tokens.groupsPrefix is "oidc:": bindings would not match'),
        ("kc:", "oidc:", 'uses groups prefix "kc:" ('),
        ('"oidc:"', "oidc:", 'uses groups prefix ""oidc:"" ('),
    ],
)
def test_another_prefix_is_named_beside_the_declared_one(
    theirs: str, ours: str, words: str
) -> None:
    said = judged(f"{theirs}canary", f"{theirs}staff", prefix=ours)
    assert (said.status, said.reason) == ("False", Reason.API_SERVER_MISMATCH)
    assert words in said.message


def test_the_prefix_is_not_read_from_another_group_that_ends_alike() -> None:
    said = judged("kc:x-canary", "kc:canary", carried=("x-canary", "canary"))
    assert 'groups prefix "kc:"' in said.message


def test_one_of_two_strings_alone_does_not_agree() -> None:
    said = judged("canary", carried=("/ops/canary", "canary"))
    assert said.status == "False"
    assert "does not read it" in said.message


def test_kubernetes_own_groups_are_no_prefix_of_ours() -> None:
    named = group("/authenticated")
    said = compare_review(
        named, DIRECTORY, token(groups=["authenticated"]), TokenReviewResult((EVERYBODY,))
    )
    assert 'in claim "groups", but kube-apiserver does not read it' in said.message


def test_another_claim_is_named_when_the_token_shows_it() -> None:
    said = judged("canary", claim="roles")
    assert said.status == "False"
    assert 'uses groups claim "groups" (--oidc-groups-claim, ' in said.message
    assert 'spec.tokens.groupsClaim is "roles"' in said.message


def test_a_claim_that_nothing_shows_is_said_to_be_another_one() -> None:
    said = judged()
    assert said.status == "False"
    assert 'in claim "groups", but kube-apiserver does not read it' in said.message


def test_a_token_without_the_declared_claim_proves_nothing() -> None:
    said = judged(claim="roles")
    assert (said.status, said.reason) == ("Unknown", Reason.API_SERVER_UNKNOWN)
    assert 'in claim "roles"' in said.message


@pytest.mark.parametrize(
    ("error", "truth", "passing", "words"),
    [
        (
            "oidc: authenticator not initialized",
            "Unknown",
            True,
            "has not reached https://auth.example.com/realms/ADMIN yet",
        ),
        ('oidc: authenticator for issuer "x" is not healthy: y', "Unknown", True, "reached"),
        (
            'oidc: verify token: oidc: expected audience "dashboard" got ["groupaccess"]',
            "False",
            False,
            'expects the audience "dashboard" (--oidc-client-id, or issuer.audiences), but spec.',
        ),
        (
            'oidc: verify token: oidc: expected audience in ["a" "b"] got ["groupaccess"]',
            "False",
            False,
            'the audience "a" or "b"',
        ),
        (
            'oidc: verify token: oidc: expected audience "headlamp" got ["groupaccess"]',
            "Unknown",
            False,
            "give the operator's client an Audience mapper",
        ),
        (
            'oidc: verify token: oidc: expected audience in ["a" "headlamp"] got []',
            "Unknown",
            False,
            'not for the audience "a" or "headlamp"',
        ),
        (
            'oidc: parse username claims "email": claim not present',
            "Unknown",
            False,
            'has no claim "email"',
        ),
        (
            "oidc: verify token: oidc: token is expired (Token Expiry: 2026-01-01)",
            "Unknown",
            True,
            "the clocks",
        ),
        (
            "oidc: verify token: oidc: current time 1 before the nbf (not before) time: 2",
            "Unknown",
            True,
            "the clocks",
        ),
        ("invalid bearer token", "False", False, '"https://auth.example.com/realms/ADMIN" ("inv'),
        ("[invalid bearer token, oidc: something new]", "Unknown", False, "something new"),
        ("a webhook says no", "Unknown", False, "refuses the operator's own ID token: a webhook"),
    ],
)
def test_a_refusal_is_translated(error: str, truth: str, *, passing: bool, words: str) -> None:
    said = judged(error=error)
    assert (said.status, said.transient) == (truth, passing)
    assert words in said.message


def test_times_in_a_refusal_do_not_change_the_words() -> None:
    first, second = (
        judged(error=f"oidc: verify token: oidc: token is expired (Token Expiry: {time})")
        for time in ("10:00", "10:01")
    )
    assert first == second


def test_the_api_servers_own_words_are_bounded() -> None:
    assert len(judged(error="x" * 5000).message) < 600


def test_a_contradiction_stays_while_nothing_can_be_asked() -> None:
    passing, final = check_inconclusive("silent", passing=True), check_inconclusive("no right")
    contradiction = check_mismatch("prefix")
    assert passing.unless_contradicted(contradiction) == contradiction
    for news in (final, check_matches("well"), check_mismatch("claim")):
        assert news.unless_contradicted(contradiction) == news
    for before in (None, check_matches("well"), final):
        assert passing.unless_contradicted(before) == passing


def test_a_sight_is_a_condition() -> None:
    said = check_mismatch("they differ")
    assert said.condition() == StatusCondition("ApiServer", "False", said.reason, said.message)
