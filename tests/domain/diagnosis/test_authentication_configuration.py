"""An AuthenticationConfiguration, as a file has it."""

from typing import Any

import pytest

from groupaccess.domain.diagnosis.authentication_configuration import (
    UnreadableConfigurationError,
    read_configuration,
)
from groupaccess.domain.diagnosis.authenticator import ALL_ALGORITHMS

ISSUER = "https://auth.example.com/realms/ADMIN"


def body(**entry: Any) -> dict[str, Any]:
    usual = {
        "issuer": {"url": ISSUER, "audiences": ["headlamp", "kubectl"]},
        "claimMappings": {
            "username": {"claim": "preferred_username", "prefix": "oidc:"},
            "groups": {"claim": "groups", "prefix": ""},
        },
    }
    return {"kind": "AuthenticationConfiguration", "jwt": [usual | entry]}


def test_a_file_is_read_as_flags_are() -> None:
    (read,) = read_configuration(body(), "authn.yaml")
    assert read.issuer == ISSUER
    assert read.audiences == {"headlamp", "kubectl"}
    assert (read.username_claim, read.username_prefix) == ("preferred_username", "oidc:")
    assert (read.groups_claim, read.groups_prefix) == ("groups", "")
    assert read.algorithms == ALL_ALGORITHMS


def test_what_an_expression_returns_is_not_known() -> None:
    mappings = {"username": {"expression": "claims.sub"}, "groups": {"expression": "claims.groups"}}
    (read,) = read_configuration(body(claimMappings=mappings), "authn.yaml")
    assert read.username_claim is None
    assert read.groups_claim is None


def test_without_groups_none_are_read() -> None:
    mappings = {"username": {"claim": "sub", "prefix": ""}}
    (read,) = read_configuration(body(claimMappings=mappings), "authn.yaml")
    assert read.groups_claim == ""


def test_only_rules_with_a_value_are_required_claims() -> None:
    rules = [{"claim": "hd", "requiredValue": "x"}, {"expression": "true", "message": "no"}]
    (read,) = read_configuration(body(claimValidationRules=rules), "authn.yaml")
    assert read.required_claims == {"hd": "x"}


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {"kind": "Config"},
        {"kind": "AuthenticationConfiguration", "jwt": "x"},
        {"kind": "AuthenticationConfiguration", "jwt": [{}]},
        {"kind": "AuthenticationConfiguration", "jwt": [7]},
        body(claimMappings={"username": None}),
    ],
)
def test_another_file_is_refused_in_words(wrong: object) -> None:
    with pytest.raises(UnreadableConfigurationError, match=r"authn\.yaml"):
        read_configuration(wrong, "authn.yaml")


def test_a_file_without_issuers_accepts_no_token() -> None:
    assert read_configuration({"kind": "AuthenticationConfiguration"}, "authn.yaml") == ()
