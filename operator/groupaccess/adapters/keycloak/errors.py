"""What Keycloak's errors mean for a directory. No secret or token ever gets into a message."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
from jwcrypto.common import JWException  # type: ignore[import-untyped]
from keycloak.exceptions import (
    KeycloakConnectionError,
    KeycloakError,
)

from groupaccess.adapters.keycloak.client import UnfitError
from groupaccess.application.ports import RefusedError
from groupaccess.domain.directory import Failure
from groupaccess.domain.reasons import Reason, advise

LIMIT = 1024
"""Characters of a message: the server's own words may be as many as it likes."""
# What python-keycloak, json and jwcrypto raise at an answer that is not as they expect it.
NOT_KEYCLOAKS = (
    ArithmeticError,
    AttributeError,
    JWException,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
# Their text tells what went wrong below HTTP. That of others may hold what was sent or received.
SPEAKING = (httpx.ConnectError, httpx.ProxyError)
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 400, 401, 403, 404


def failure(reason: Reason, fact: str) -> Failure:
    """Make a failure whose message says what to do."""
    return Failure(reason, advise(reason, fact))


def lacks(what: str, needs: str) -> RefusedError:
    """Return the error of an answer that is empty for want of a right."""
    fact = f"{what}: an empty list, the operator's account lacks {needs}"
    return RefusedError(failure(Reason.KEYCLOAK_FORBIDDEN, fact))


def told(failure: Failure, secret: str) -> Failure:
    """Return a failure that may be shown, whatever the server's part in its message is."""
    text = failure.message.replace(secret, "***") if secret else failure.message
    if len(text) > LIMIT:
        text = f"{text[: LIMIT - 1]}…"
    return replace(failure, message="".join(c if c.isprintable() else "?" for c in text))


def own_words(error: KeycloakError) -> str:
    """Return the error that Keycloak itself names; "" where something before it answered."""
    try:
        named = json.loads(error.response_body or b"")["error"]
    except NOT_KEYCLOAKS:
        return ""
    return named if isinstance(named, str) else ""


@contextmanager
def translated(
    what: str,
    *,
    needs: str = "",
    missing: Reason = Reason.KEYCLOAK_UNAVAILABLE,
    absent: str = "there is no such realm there",
    login: Callable[[str], str] | None = None,
) -> Iterator[None]:
    """Turn whatever goes wrong in reading `what` into a RefusedError.

    `needs` is the right that a 403 misses, `missing` the reason that a 404 has, `absent` what it
    means. It is a login where `login` is given, which explains Keycloak's words of refusal.
    """
    try:
        yield
    except KeycloakConnectionError as error:
        cause = error.__cause__
        unfit = isinstance(cause, UnfitError)
        fact = f"{what}: {cause}" if unfit else f"not reached: {_named(cause)}"
        raise RefusedError(failure(Reason.KEYCLOAK_UNAVAILABLE, fact)) from error
    except KeycloakError as error:
        code = error.response_code
        if login is not None and code in {BAD_REQUEST, UNAUTHORIZED, FORBIDDEN}:
            fact = f"Keycloak refused the login: {login(_words(error))}"
            reason = Reason.LOGIN_FAILED
        elif code == FORBIDDEN:
            reason = Reason.KEYCLOAK_FORBIDDEN
            fact = f"{what}: 403, the operator's account lacks {needs}"
        elif code == NOT_FOUND:
            reason, fact = missing, f"{what}: 404, {absent}"
        else:
            reason, fact = Reason.KEYCLOAK_UNAVAILABLE, f"{what}: HTTP {code}"
        raise RefusedError(failure(reason, fact)) from error
    except NOT_KEYCLOAKS as error:
        fact = f"{what}: the answer is not Keycloak's ({type(error).__name__})"
        raise RefusedError(failure(Reason.KEYCLOAK_UNAVAILABLE, fact)) from error


def _named(cause: BaseException | None) -> str:
    """Name an error by what is stable in it: its kind, and a text that may be shown."""
    text = str(cause) if isinstance(cause, SPEAKING) else ""
    return f"{type(cause).__name__} ({text})" if text else type(cause).__name__


def _words(error: KeycloakError) -> str:
    """Return Keycloak's own description of a refused login."""
    try:
        answer = json.loads(error.response_body or b"")
        return str(answer.get("error_description") or answer["error"])
    except NOT_KEYCLOAKS:
        return f"HTTP {error.response_code}"
