"""What a mapping gets while its directory is not there, or is not read."""

from dataclasses import replace

import pytest

from domain.builders import UNAVAILABLE, make_context, mapping, realm
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import REASONS, Reason
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import Outcome, Verdict


def test_missing_directory_is_named() -> None:
    said = evaluate(mapping(), replace(make_context(), directory=None, directory_name="other"))
    assert (said.outcome, said.reason) == (Outcome.HOLD, Reason.DIRECTORY_NOT_FOUND)
    assert said.message.startswith('there is no KeycloakDirectory "other". Create')


@pytest.mark.parametrize("of", ["mapping", "directory"])
def test_what_cannot_be_read_holds_and_is_named(of: str) -> None:
    fact = "spec.until is not known to this version of the operator"
    one, now = mapping(), make_context(realm())
    if of == "mapping":
        said = evaluate(replace(one, unreadable=fact), now)
    else:
        said = evaluate(one, replace(now, unreadable=fact))
    assert (said.outcome, said.reason) == (Outcome.HOLD, Reason.UNREADABLE)
    assert said.message == f"{fact}. {REASONS[Reason.UNREADABLE].advice}"


def test_directory_that_was_never_read_holds() -> None:
    said = evaluate(mapping(), make_context(None))
    assert (said.outcome, said.reason) == (Outcome.HOLD, Reason.KEYCLOAK_UNAVAILABLE)
    assert said.message.startswith('KeycloakDirectory "default" has not been read yet. ')


def test_failure_to_read_holds_in_its_own_words_although_there_is_a_snapshot() -> None:
    said = evaluate(mapping(), make_context(realm(), failure=UNAVAILABLE))
    expected = Verdict(mapping(), Outcome.HOLD, UNAVAILABLE.reason, UNAVAILABLE.message)
    assert said == replace(expected, last_known=evaluate(mapping(), make_context(realm())))
    assert evaluate(mapping(), make_context(failure=UNAVAILABLE)) == expected


def test_what_was_read_before_the_realm_named_another_issuer_does_not_count() -> None:
    other = Failure(Reason.ISSUER_MISMATCH, "another issuer.")
    asked = mapping(group="no-such-group")
    said = evaluate(asked, make_context(realm(), failure=other))
    assert said == Verdict(asked, Outcome.HOLD, other.reason, other.message)
    assert said.reported == said


def test_what_the_last_reading_objected_to_is_still_what_is_said() -> None:
    held = evaluate(mapping(group="sre"), make_context(realm(), failure=UNAVAILABLE))
    assert held.directory_unavailable
    assert held.reported == evaluate(mapping(group="sre"), make_context(realm()))
    granted = evaluate(mapping(), make_context(realm(), failure=UNAVAILABLE))
    assert granted.reported == granted


@pytest.mark.parametrize(
    ("reason", "unread"),
    [
        (Reason.KEYCLOAK_UNAVAILABLE, True),
        (Reason.KEYCLOAK_FORBIDDEN, True),
        (Reason.LOGIN_FAILED, True),
        (Reason.CREDENTIALS_NOT_FOUND, True),
        (Reason.ISSUER_MISMATCH, False),
    ],
)
def test_unread_is_only_what_says_nothing_against_the_group(reason: Reason, unread: bool) -> None:  # noqa: FBT001 -- a table's column
    assert (
        evaluate(
            mapping(), make_context(realm(), failure=Failure(reason, "."))
        ).directory_unavailable
        is unread
    )


def test_neither_grant_nor_revoke_is_unread() -> None:
    assert not evaluate(mapping(), make_context(realm())).directory_unavailable
    revoked = Verdict(mapping(), Outcome.REVOKE, Reason.KEYCLOAK_UNAVAILABLE, ".")
    assert not revoked.directory_unavailable
