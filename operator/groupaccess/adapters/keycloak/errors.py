"""What Keycloak's errors mean for a directory. No secret or token ever gets into a message."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from keycloak.exceptions import (
    KeycloakConnectionError,
    KeycloakError,
)

from groupaccess.application.ports import RefusedError
from groupaccess.domain.directory import Failure
from groupaccess.domain.reasons import Reason, advise

BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 400, 401, 403, 404


def failure(reason: Reason, fact: str) -> Failure:
    """Make a failure whose message says what to do."""
    return Failure(reason, advise(reason, fact))


@contextmanager
def translated(
    what: str,
    *,
    needs: str = "",
    missing: Reason = Reason.KEYCLOAK_UNAVAILABLE,
    login: bool = False,
) -> Iterator[None]:
    """Turn whatever goes wrong in reading `what` into a RefusedError.

    `needs` is the role that a 403 misses, `missing` the reason that a 404 has.
    """
    try:
        yield
    except KeycloakConnectionError as error:
        reason, fact = Reason.KEYCLOAK_UNAVAILABLE, f"not reached: {_cause(error)}"
        raise RefusedError(failure(reason, fact)) from error
    except KeycloakError as error:
        code = error.response_code
        if login and code in {BAD_REQUEST, UNAUTHORIZED}:
            reason, fact = Reason.LOGIN_FAILED, f"Keycloak refused the login: {_words(error)}"
        elif code == FORBIDDEN:
            reason = Reason.KEYCLOAK_FORBIDDEN
            fact = f'{what}: 403, the role "{needs}" of realm-management is missing'
        elif code == NOT_FOUND:
            reason, fact = missing, f"{what}: 404, there is no such realm there"
        else:
            reason, fact = Reason.KEYCLOAK_UNAVAILABLE, f"{what}: HTTP {code}"
        raise RefusedError(failure(reason, fact)) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        fact = f"{what}: the answer is not Keycloak's ({type(error).__name__})"
        raise RefusedError(failure(Reason.KEYCLOAK_UNAVAILABLE, fact)) from error


def _cause(error: KeycloakConnectionError) -> str:
    """Name the transport's error: its kind and text are stable, addresses and times are not."""
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    text = str(cause)
    return f"{type(cause).__name__} ({text})" if text else type(cause).__name__


def _words(error: KeycloakError) -> str:
    """Return Keycloak's own description of a refused login."""
    try:
        answer = json.loads(error.response_body or b"")
        return str(answer.get("error_description") or answer["error"])
    except (ValueError, KeyError, AttributeError):
        return f"HTTP {error.response_code}"
