"""How kube-apiserver reads a claim: by the type stringOrArray of its OIDC authenticator."""

import pytest

from groupaccess.domain.tokens.claim_strings import claim_strings


@pytest.mark.parametrize(
    ("value", "strings"),
    [
        ("SRE", ["SRE"]),
        ("", [""]),
        (["SRE"], ["SRE"]),
        (["SRE", "/SRE", "SRE"], ["SRE", "/SRE"]),
        (["SRE", None], ["SRE", ""]),
        ([], []),
    ],
)
def test_string_is_one_group_and_a_list_is_several(value: object, strings: list[str]) -> None:
    assert claim_strings(value) == frozenset(strings)


@pytest.mark.parametrize("value", [None, 5, True, {"SRE": True}, ["SRE", 1], [["SRE"]], [{}]])
def test_anything_else_is_no_groups_claim(value: object) -> None:
    assert claim_strings(value) is None
