"""What Keycloak's errors mean for the person who sets up a realm."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from keycloak.exceptions import KeycloakConnectionError, KeycloakError

from groupaccess.adapters.keycloak.connection.errors import (
    FORBIDDEN,
    MALFORMED_ANSWER,
    NOT_FOUND,
    UNAUTHORIZED,
)
from groupaccess.adapters.keycloak.connection.http import RejectedAnswerError
from groupaccess.adapters.keycloak.connection.setting_names import SettingNames
from groupaccess.application.ports.keycloak_setup import SetupRefusedError, SetupUnknownError
from groupaccess.domain.text import printable_text

CONFLICT = 409
MAX_WORDS = 300  # characters of Keycloak's own words


@contextmanager
def setup_errors(names: SettingNames, what: str, realm: str, right: str) -> Iterator[None]:
    """Turn every error of the call `what` into a sentence; `right` is the role that it needs."""
    try:
        yield
    except KeycloakConnectionError as error:
        raise SetupUnknownError(f"{what}: {unreachable(error, names)}") from error
    except KeycloakError as error:
        raise _explained(error, names, what, realm, right) from error
    except MALFORMED_ANSWER as error:
        raise SetupUnknownError(unreadable(what, error, names)) from error


def unreachable(error: KeycloakConnectionError, names: SettingNames) -> str:
    """Return why Keycloak did not answer."""
    cause = error.__cause__
    if isinstance(cause, RejectedAnswerError):
        return str(cause)
    return (
        f"Keycloak could not be reached ({type(cause).__name__}): check the network and "
        f"{names.address}"
    )


def wrong_address(names: SettingNames) -> str:
    """Return that Keycloak is not at this address."""
    return (
        f"Keycloak has no such path: correct {names.address}. The address goes up to and without "
        "/realms (older Keycloaks serve below /auth, newer ones do not)"
    )


def unreadable(what: str, error: Exception, names: SettingNames) -> str:
    """Return that an answer has an unexpected shape."""
    return (
        f"{what}: the answer cannot be read ({type(error).__name__}). Check that Keycloak is at "
        f"{names.address}"
    )


def own_words(error: KeycloakError) -> tuple[str, str]:
    """Return the name of Keycloak's error, and its description; "" where there is none."""
    try:
        answer = json.loads(error.response_body or b"")
        name = str(answer.get("error") or answer.get("errorMessage") or "")
        words = str(answer.get("error_description") or name)
    except MALFORMED_ANSWER:
        return "", f"HTTP {error.response_code}"
    return name, printable_text(words, MAX_WORDS)


def _explained(
    error: KeycloakError, names: SettingNames, what: str, realm: str, right: str
) -> SetupRefusedError | SetupUnknownError:
    code, (_, words) = error.response_code, own_words(error)
    if code == UNAUTHORIZED:
        return SetupUnknownError(
            f"{what}: 401. Keycloak does not accept the token: it has expired, or it is of "
            "another Keycloak. Log in again"
        )
    if code == FORBIDDEN:
        return SetupUnknownError(missing_role(what, realm, right))
    if code == NOT_FOUND and "realm" in words.lower():
        return SetupRefusedError(
            f'realm "{realm}" does not exist: correct {names.realm} (upper and lower case differ)'
        )
    if code == NOT_FOUND and "resource method" in words.lower():
        return SetupUnknownError(f"{what}: 404, {wrong_address(names)}")
    if code == CONFLICT:
        return SetupRefusedError(
            f"{what}: 409, {words}. Somebody else may have made it meanwhile: run this again"
        )
    return SetupRefusedError(f"{what}: HTTP {code} from Keycloak: {words}")


def missing_role(what: str, realm: str, role: str) -> str:
    """Return that the login lacks a role, and where the role is."""
    own = "master-realm" if realm == "master" else "realm-management"
    there = "" if realm == "master" else f' (or of "{realm}-realm" for a login in realm master)'
    return (
        f'{what}: 403. The login lacks the role "{role}" of client "{own}"{there}. Give it to the '
        "user, or log in as a realm administrator; a token also carries only what its client's "
        "scope allows"
    )
