"""A pasted 401 is known by its words, wherever they were printed."""

import pytest

from application.diagnosis.installations import RAW
from groupaccess.domain.diagnosis.unauthorized import read_unauthorized

EXPIRED = "oidc: verify token: oidc: token is expired (Token Expiry: 2026-03-01)"
AUDIENCE = 'oidc: verify token: oidc: expected audience "headlamp" got ["account"]'
LOG = 'E0301 12:00:00.1  1 authentication.go:75] "Unable to authenticate the request" err='
STATUS = '{"kind":"Status","status":"Failure","message":"Unauthorized","reason":"Unauthorized"}'
NAMED = {
    f'{LOG}"[invalid bearer token, {EXPIRED}]"': f"[invalid bearer token, {EXPIRED}]",
    LOG + '"' + AUDIENCE.replace('"', '\\"') + '"': AUDIENCE,
    f'{LOG}"invalid bearer token"\n{LOG}"{EXPIRED}"': EXPIRED,
    f'{LOG}"invalid bearer token"': "invalid bearer token",
    f"the log says: {EXPIRED}\nand more": EXPIRED,
    'oidc authenticator: initializing plugin: Get "https://x": x509: unknown authority': (
        'oidc authenticator: initializing plugin: Get "https://x": x509: unknown authority'
    ),
}
BARE = (
    "error: You must be logged in to the server (Unauthorized)",
    "error: the server has asked for the client to provide credentials",
    STATUS,
    STATUS.replace('"reason":"Unauthorized"', '"code": 401').replace("Unauthorized", "x"),
    "Your cluster rejected your token",
    "401 Unauthorized",
)


@pytest.mark.parametrize(("text", "words"), NAMED.items())
def test_kube_apiservers_own_words_are_read(text: str, words: str) -> None:
    assert read_unauthorized(text) == words


@pytest.mark.parametrize("text", BARE)
def test_a_401_without_a_cause_has_no_words(text: str) -> None:
    assert read_unauthorized(text) == ""


@pytest.mark.parametrize("text", ["", "it does not work", "pods is forbidden", "port 14012"])
def test_what_is_no_401_is_none(text: str) -> None:
    assert read_unauthorized(text) is None


def test_a_token_that_was_copied_along_is_not_kept() -> None:
    words = read_unauthorized(f"oidc: malformed {RAW} here")
    assert words == "oidc: malformed *** here"
