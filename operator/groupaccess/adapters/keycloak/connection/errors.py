"""What Keycloak's errors mean for a directory. No secret or token ever gets into a message."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from jwcrypto.common import JWException  # type: ignore[import-untyped]
from keycloak.exceptions import (
    KeycloakConnectionError,
    KeycloakError,
)

from groupaccess.adapters.keycloak.connection.answers import own_error
from groupaccess.adapters.keycloak.connection.http import RejectedAnswerError
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason, with_advice

MAX_MESSAGE_CHARACTERS = 1024
"""Characters of a message: the server's own words may be as many as it likes."""
# What python-keycloak, json and jwcrypto raise at an answer that is not as they expect it.
MALFORMED_ANSWER = (
    ArithmeticError,
    AttributeError,
    JWException,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
NO_REALM = "there is no such realm there"
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 400, 401, 403, 404


def failure(reason: Reason, fact: str) -> Failure:
    """Make a failure whose message says what to do."""
    return Failure(reason, with_advice(reason, fact))


def missing_right(what: str, needs: str) -> RejectedError:
    """Return the error of an answer that is empty for want of a right."""
    fact = f"{what}: an empty list, the operator's account lacks {needs}"
    return RejectedError(failure(Reason.KEYCLOAK_FORBIDDEN, fact))


def redact(failure: Failure, secret: str) -> Failure:
    """Return a failure that may be shown, whatever the server's part in its message is."""
    text = failure.message.replace(secret, "***") if secret else failure.message
    if len(text) > MAX_MESSAGE_CHARACTERS:
        text = f"{text[: MAX_MESSAGE_CHARACTERS - 1]}…"
    return replace(failure, message="".join(c if c.isprintable() else "?" for c in text))


def keycloak_error_name(error: KeycloakError) -> str:
    """Return the error that Keycloak itself names; "" where something before it answered."""
    return own_error(error.response_body)


@contextmanager
def keycloak_errors(
    what: str,
    *,
    needs: str = "",
    missing: Reason = Reason.KEYCLOAK_UNAVAILABLE,
    absent: str = NO_REALM,
    login: Callable[[str], str] | None = None,
) -> Iterator[None]:
    """Turn whatever goes wrong in reading `what` into a RefusedError.

    An answer that is not Keycloak's own gets no further than the client, so that a status code
    means here what it means to Keycloak. `needs` is the right that a 403 misses, `missing` the
    reason that a 404 has, `absent` what it means. It is a login where `login` is given, which says
    of Keycloak's words of refusal whose login that was, and what they mean.
    """
    try:
        yield
    except KeycloakConnectionError as error:
        raise RejectedError(_connection_failure(what, error.__cause__)) from error
    except KeycloakError as error:
        code = error.response_code
        if login is not None and code in {BAD_REQUEST, UNAUTHORIZED, FORBIDDEN}:
            fact = f"Keycloak refused the login {login(_login_error(error))}"
            reason = Reason.LOGIN_FAILED
        elif code == FORBIDDEN:
            reason = Reason.KEYCLOAK_FORBIDDEN
            fact = f"{what}: 403, the operator's account lacks {needs}"
        elif code == NOT_FOUND:
            reason, fact = missing, f"{what}: 404, {_absent(error, absent)}"
        else:
            reason = Reason.KEYCLOAK_UNAVAILABLE
            fact = f"{what}: HTTP {code}, an error of Keycloak's own: its log says more"
        raise RejectedError(failure(reason, fact)) from error
    except MALFORMED_ANSWER as error:
        fact = (
            f"{what}: the answer is not Keycloak's ({type(error).__name__}): look what answers at "
            "spec.adminURL, or without it at spec.issuer"
        )
        raise RejectedError(failure(Reason.KEYCLOAK_UNAVAILABLE, fact)) from error


def _connection_failure(what: str, cause: BaseException | None) -> Failure:
    if isinstance(cause, RejectedAnswerError):
        return failure(cause.reason, f"{what}: {cause}")
    fact = f"{what}: not reached ({type(cause).__name__})"
    return failure(Reason.KEYCLOAK_UNAVAILABLE, fact)


def _absent(error: KeycloakError, absent: str) -> str:
    """Say what is not there: the realm and the path itself have words of their own.

    They are in `error`, in some versions in `error_description`.
    """
    words = str(error.response_body).lower()
    if "realm" in words:
        return NO_REALM
    if "resource method" in words:
        return "Keycloak serves no such path: correct spec.adminURL or spec.issuer, as by /auth"
    return absent


def _login_error(error: KeycloakError) -> str:
    """Return Keycloak's own description of a refused login."""
    try:
        answer = json.loads(error.response_body or b"")
        return str(answer.get("error_description") or answer["error"])
    except MALFORMED_ANSWER:
        return f"HTTP {error.response_code}"
