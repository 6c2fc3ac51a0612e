"""What Keycloak's errors mean for a directory. No message ever contains a secret or a token."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from jwcrypto.common import JWException  # type: ignore[import-untyped]  # it has no types
from keycloak.exceptions import (
    KeycloakConnectionError,
    KeycloakError,
)

from groupaccess.adapters.keycloak.connection.answers import own_error
from groupaccess.adapters.keycloak.connection.http import RejectedAnswerError
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

MAX_MESSAGE_CHARACTERS = 1024
"""Characters of a message: the server's own words may be as many as it likes."""
# What python-keycloak, json and jwcrypto raise for an answer of an unexpected shape.
MALFORMED_ANSWER = (
    ArithmeticError,
    AttributeError,
    JWException,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
NO_REALM = "there is no such realm"
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 400, 401, 403, 404


def missing_right(what: str, needs: str) -> RejectedError:
    """Return the error for a list that is empty because the right `needs` is missing."""
    fact = f"{what}: an empty list. The operator's account lacks {needs}"
    return RejectedError(Failure.of(Reason.KEYCLOAK_FORBIDDEN, fact))


def redact(failure: Failure, secret: str) -> Failure:
    """Return a failure that is safe to show, whatever the server wrote into its message.

    `secret` is masked, the message is cut to MAX_MESSAGE_CHARACTERS, and characters that are not
    printable are replaced.
    """
    text = failure.message.replace(secret, "***") if secret else failure.message
    if len(text) > MAX_MESSAGE_CHARACTERS:
        text = f"{text[: MAX_MESSAGE_CHARACTERS - 1]}…"
    return replace(failure, message="".join(c if c.isprintable() else "?" for c in text))


def keycloak_error_name(error: KeycloakError) -> str:
    """Return the error that Keycloak itself names; "" if something in front of it answered."""
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
    """Turn every error while reading `what` into a RejectedError.

    HardenedClient has already rejected answers that are not Keycloak's own, so a status code means
    here what it means to Keycloak. `needs` is the right that is missing after a 403. `missing` is
    the reason for a 404, and `absent` says what does not exist then. `login` is given for a login
    only: it gets Keycloak's error message and returns whose login that was and what it means.
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
            lacks = f", the operator's account lacks {needs}" if needs else ""
            fact = f"{what}: 403{lacks}"
        elif code == NOT_FOUND:
            reason, fact = missing, f"{what}: 404, {_absent(error, absent)}"
        else:
            reason = Reason.KEYCLOAK_UNAVAILABLE
            fact = f"{what}: HTTP {code} from Keycloak itself; its log says more"
        raise RejectedError(Failure.of(reason, fact)) from error
    except MALFORMED_ANSWER as error:
        fact = (
            f"{what}: the operator cannot read the answer ({type(error).__name__}): check what "
            "answers at spec.adminURL, or at spec.issuer if that is not set"
        )
        raise RejectedError(Failure.of(Reason.KEYCLOAK_UNAVAILABLE, fact)) from error


def _connection_failure(what: str, cause: BaseException | None) -> Failure:
    if isinstance(cause, RejectedAnswerError):
        return Failure.of(cause.reason, f"{what}: {cause}")
    fact = f"{what}: Keycloak could not be reached ({type(cause).__name__})"
    return Failure.of(Reason.KEYCLOAK_UNAVAILABLE, fact)


def _absent(error: KeycloakError, absent: str) -> str:
    """Return what a 404 says is missing: the realm, the path, or else `absent`.

    Keycloak writes this into `error`, in some versions into `error_description`.
    """
    words = str(error.response_body).lower()
    if "realm" in words:
        return NO_REALM
    if "resource method" in words:
        return "Keycloak has no such path: correct spec.adminURL or spec.issuer (/auth or not)"
    return absent


def _login_error(error: KeycloakError) -> str:
    """Return Keycloak's own description of a refused login."""
    try:
        answer = json.loads(error.response_body or b"")
        return str(answer.get("error_description") or answer["error"])
    except MALFORMED_ANSWER:
        return f"HTTP {error.response_code}"
