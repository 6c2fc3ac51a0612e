"""Which group is the canary, and whether a token carries it."""

from dataclasses import replace

import pytest

from domain.apiserver.canary import CANARY, DIRECTORY, token
from domain.builders import realm
from groupaccess.domain.apiserver.oidc_check_result import OidcCheckResult
from groupaccess.domain.apiserver.token_review import canary_token_problem, find_canary_group


def test_a_group_that_is_not_there_is_named() -> None:
    found = find_canary_group("canary", realm())
    assert isinstance(found, OidcCheckResult)
    assert 'spec.canary.group: Keycloak has no group "canary"' in found.message


def test_a_group_that_fits_several_is_named_with_them() -> None:
    found = find_canary_group("canary", realm("/a/canary", "/b/canary"))
    assert isinstance(found, OidcCheckResult)
    assert 'several groups match "canary": /a/canary, /b/canary' in found.message


def test_the_canary_is_found_by_name_and_by_path() -> None:
    for reference in ("canary", "/ops/canary"):
        assert find_canary_group(reference, realm("/ops/canary")) == CANARY


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"groups": None}, 'does not have the group "/ops/canary": add the service'),
        ({"groups": ["staff"]}, "does not have the group"),
        ({"groups": [1, {}]}, 'has a claim "groups" that is neither a string nor a list of'),
        ({"groups": ["/ops/canary", 1]}, "kube-apiserver accepts no such token"),
        ({"groups": {"canary": True}}, "correct the mappers that write this claim"),
        ({"iss": "https://elsewhere"}, 'from issuer "https://elsewhere"'),
        ({"iss": None}, 'from issuer "None"'),
    ],
)
def test_a_token_that_is_no_canary_says_why(claims: dict[str, object], words: str) -> None:
    said = canary_token_problem(CANARY, DIRECTORY, token(**claims))
    assert said is not None
    assert said.status == "Unknown"
    assert words in said.message


@pytest.mark.parametrize("claims", [{}, {"groups": None, "roles": ["/ops/canary"]}])
def test_a_token_that_carries_the_group_anywhere_is_sent(claims: dict[str, object]) -> None:
    assert canary_token_problem(CANARY, DIRECTORY, token(**claims)) is None


def test_the_token_is_in_no_text() -> None:
    secret = replace(token(), raw="eyJsecret")
    assert "eyJ" not in repr(secret)
