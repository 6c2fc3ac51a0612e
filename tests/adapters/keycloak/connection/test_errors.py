"""Keycloak's errors, as they are understood."""

import json
from typing import Any

import pytest
from keycloak.exceptions import (
    KeycloakAuthenticationError,
    KeycloakConnectionError,
    KeycloakError,
    KeycloakGetError,
    KeycloakPostError,
)

from groupaccess.adapters.keycloak.connection.errors import keycloak_errors
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

SECRET = "s3cret"  # noqa: S105 -- of a test


def failed(error: Exception, **how: Any) -> Failure:
    """Return what an error is translated to, by whatever it was caused."""
    with pytest.raises(RejectedError) as refused, keycloak_errors("groups", **how):
        raise error
    return refused.value.failure


def caused(cause: Exception) -> KeycloakConnectionError:
    error = KeycloakConnectionError("Can't connect to server")
    error.__cause__ = cause
    return error


def test_a_request_that_fails_in_an_unknown_way_is_named_by_its_kind_alone() -> None:
    found = failed(caused(RuntimeError(SECRET)))
    assert found.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert found.message.startswith("groups: Keycloak could not be reached (RuntimeError).")


@pytest.mark.parametrize("code", [400, 401])
def test_a_refused_login_has_keycloaks_words(code: int) -> None:
    body = b'{"error":"unauthorized_client","error_description":"Invalid client credentials"}'
    found = failed(KeycloakPostError("no", code, body), login=str)
    assert found.reason == Reason.LOGIN_FAILED
    assert "Invalid client credentials" in found.message


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", None])
def test_a_refused_login_without_words_has_its_code(body: bytes | None) -> None:
    found = failed(KeycloakAuthenticationError("no", 401, body), login=str)
    assert found.reason == Reason.LOGIN_FAILED
    assert "HTTP 401" in found.message


def test_a_refusal_names_the_endpoint_and_the_role() -> None:
    found = failed(KeycloakGetError("no", 403), needs='the role "view-users"')
    assert found.reason == Reason.KEYCLOAK_FORBIDDEN
    assert found.message.startswith("groups: 403")
    assert '"view-users"' in found.message


def test_what_is_not_there_has_the_reason_that_it_means() -> None:
    found = failed(KeycloakGetError("no", 404), missing=Reason.ISSUER_MISMATCH)
    assert found.reason == Reason.ISSUER_MISMATCH


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("", "the group is gone"),
        ("Realm not found.", "there is no such realm"),
        ("Realm does not exist", "there is no such realm"),
        ("Could not find group by id", "the group is gone"),
        ("Unable to find matching target resource method", "Keycloak has no such path"),
    ],
)
def test_a_404_means_what_keycloak_says_is_not_there(words: str, meaning: str) -> None:
    body = json.dumps({"error": words}).encode()
    found = failed(KeycloakGetError("no", 404, body), absent="the group is gone")
    assert found.message.startswith(f"groups: 404, {meaning}")


@pytest.mark.parametrize("code", [401, 409, 500, 503])
def test_every_other_answer_is_no_reading(code: int) -> None:
    found = failed(KeycloakGetError("no", code))
    assert found.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert f"groups: HTTP {code}" in found.message


@pytest.mark.parametrize("error", [KeyError("id"), TypeError("x"), ValueError("y")])
def test_an_answer_that_is_not_keycloaks_is_no_reading(error: Exception) -> None:
    found = failed(error)
    assert found.reason == Reason.KEYCLOAK_UNAVAILABLE
    assert "the operator cannot read the answer" in found.message


@pytest.mark.parametrize(
    "error",
    [
        KeycloakGetError(f"token {SECRET}", 500, SECRET.encode()),
        KeycloakGetError(f"token {SECRET}", 403, SECRET.encode()),
        KeycloakPostError(SECRET, 401, f'{{"{SECRET}": 1}}'.encode()),
        KeycloakError(SECRET),
        ValueError(SECRET),
        KeyError(SECRET),
    ],
)
def test_no_secret_gets_into_a_message(error: Exception) -> None:
    assert SECRET not in failed(error).message
    assert SECRET not in failed(error, login=str).message
