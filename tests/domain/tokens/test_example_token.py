"""Whether an example token carries what was computed."""

from datetime import timedelta
from typing import Any

import pytest

from domain.builders import NOW
from groupaccess.domain.directory.client import ProofResult, TokenProof
from groupaccess.domain.tokens.example_token import check_example_token

WHO = 'the ID token of client "headlamp" for a member of /SRE'
LATER = NOW + timedelta(days=1)


def proof(expected: set[str], **token: Any) -> TokenProof:
    return check_example_token(expected, token, "groups", WHO, NOW)


def test_token_that_carries_the_strings_proves_them() -> None:
    claims = {"groups": ["/SRE", "SRE", "other"], "exp": 1300, "iat": 1000, "aud": "headlamp"}
    found = proof({"SRE", "/SRE"}, **claims)
    fact = f'{WHO} has "/SRE" and "SRE" as computed'
    assert found == TokenProof(ProofResult.PROVEN, fact, NOW, 300, frozenset({"headlamp"}))


@pytest.mark.parametrize(
    ("aud", "audience"),
    [
        ("account", {"account"}),
        (["account", "kubectl"], {"account", "kubectl"}),
        ([], set()),
        (None, set()),
        (5, set()),
    ],
)
def test_it_is_kept_for_whom_a_token_is(aud: object, audience: set[str]) -> None:
    assert proof({"SRE"}, groups=["SRE"], aud=aud).audience == frozenset(audience)
    assert proof({"SRE"}, groups=[], aud=aud).audience == frozenset(audience)


def test_claim_that_is_one_string_is_read_as_kube_apiserver_does() -> None:
    assert proof({"SRE"}, groups="SRE").result is ProofResult.PROVEN


@pytest.mark.parametrize(
    ("token", "instead"),
    [
        ({}, ": the token has no such claim"),
        ({"groups": {"mine": ["SRE"]}}, ": the claim is neither a string nor a list of strings"),
        ({"groups": ["SRE", 5]}, ": the claim is neither a string nor a list of strings"),
        ({"groups": ["secret"]}, ": it has 1 other string"),
        ({"groups": ["secret", "more"]}, ": it has 2 other strings"),
    ],
)
def test_token_that_lacks_a_string_says_so_and_tells_no_other(
    token: dict[str, Any], instead: str
) -> None:
    fact = f'{WHO} lacks "SRE" in claim "groups"{instead}'
    assert proof({"SRE"}, **token) == TokenProof(
        ProofResult.REFUTED, fact, NOW, audience=frozenset()
    )
    assert proof({"SRE"}, **token, exp=9, iat=5).lifetime == 4


def test_only_what_is_lacking_is_named() -> None:
    assert 'lacks "SRE" in' in proof({"SRE", "/SRE"}, groups=["/SRE"]).fact
    assert 'lacks "/SRE" and "SRE" in' in proof({"SRE", "/SRE"}).fact


@pytest.mark.parametrize(
    "times",
    [
        {},
        {"exp": 5},
        {"iat": 5},
        {"exp": 5, "iat": 5},
        {"exp": 5, "iat": 9},
        {"exp": "9", "iat": 5},
        {"exp": 2**31, "iat": 0},
    ],
    ids=str,
)
def test_life_that_cannot_be_told_is_left_out(times: dict[str, Any]) -> None:
    assert proof({"SRE"}, groups="SRE", **times).lifetime is None


@pytest.mark.parametrize("life", [1, 2**31 - 1])
def test_any_life_that_a_status_can_hold_is_told(life: int) -> None:
    assert proof({"SRE"}, groups="SRE", exp=7 + life, iat=7).lifetime == life


def test_proof_that_says_the_same_keeps_its_time() -> None:
    before = TokenProof(ProofResult.PROVEN, "so", NOW, 300)
    assert TokenProof(ProofResult.PROVEN, "so", LATER, 300).unless_same(before) == before
    assert TokenProof(ProofResult.PROVEN, "so", LATER, 299).unless_same(before) == before
    assert TokenProof(ProofResult.PROVEN, "so", LATER, 300).unless_same(None).since == LATER


@pytest.mark.parametrize(
    "changed",
    [
        TokenProof(ProofResult.REFUTED, "so", LATER, 300),
        TokenProof(ProofResult.PROVEN, "otherwise", LATER, 300),
        TokenProof(ProofResult.PROVEN, "so", LATER, 600),
        TokenProof(ProofResult.PROVEN, "so", LATER, 301),
        TokenProof(ProofResult.PROVEN, "so", LATER, 298),
        TokenProof(ProofResult.PROVEN, "so", LATER, None),
        TokenProof(ProofResult.PROVEN, "so", LATER, 300, frozenset({"account"})),
    ],
)
def test_proof_that_says_something_else_has_a_time_of_its_own(changed: TokenProof) -> None:
    assert changed.unless_same(TokenProof(ProofResult.PROVEN, "so", NOW, 300)) == changed
