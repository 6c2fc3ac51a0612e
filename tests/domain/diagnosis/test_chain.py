"""How it is known what kube-apiserver reads is said, and nothing more is claimed."""

import pytest

from domain.builders import NOW, directory
from domain.diagnosis.logins import login, told
from groupaccess.domain.diagnosis.authenticator import Distribution
from groupaccess.domain.diagnosis.chain import listed, reading_source
from groupaccess.domain.diagnosis.login_facts import LoginFacts
from groupaccess.domain.timestamp import format_time

UNSEEN = login(authenticators=None)
CANARY = f"read by kube-apiserver in the canary, since {format_time(NOW)}"
HIDDEN = "; bindings by user name were not looked at"
FILE = told(distribution=Distribution.CONFIGURATION, where="authn.yaml")


@pytest.mark.parametrize(
    ("known", "canary", "source"),
    [
        (UNSEEN, True, CANARY + HIDDEN),
        (UNSEEN, False, f"assumed, as KeycloakDirectory default says{HIDDEN}"),
        (login(), True, CANARY),
        (login(), False, "from the flags of pod a"),
        (login(authenticators=FILE), False, "from the file authn.yaml"),
        (login(directory=directory(prefix="oidc:")), True, "from the flags of pod a"),
    ],
)
def test_the_best_source_is_named(known: LoginFacts, canary: bool, source: str) -> None:  # noqa: FBT001
    assert reading_source(known, NOW if canary else None) == source


def test_of_many_names_the_first_are_listed_in_their_order() -> None:
    assert listed(["c", "a", "b"], 2) == "a, b, 1 more"
    assert listed(["b", "a"]) == "a, b"
