"""Reads a JSON Web Token without checking its signature: only kube-apiserver's check counts."""

import binascii
import json
from base64 import urlsafe_b64decode

from groupaccess.domain.diagnosis.login_facts import Token

PARTS = 3  # header, claims and signature, between dots
SCHEME = "bearer"  # that may stand before it, as in a request


class NoTokenError(ValueError):
    """The text is no signed JSON Web Token; it is not quoted, since it may be another secret."""


def read_token(text: str) -> Token:
    """Return the header's algorithm and the claims of a token; raise NoTokenError."""
    header, claims, _ = token_text(text).split(".")
    read = _part(header, "header")
    return Token(str(read.get("alg", "")), _part(claims, "claims"))


def token_text(text: str) -> str:
    """Return a token without the space around it and the word `Bearer`; raise NoTokenError."""
    words = text.split()
    if words and words[0].casefold() == SCHEME:
        words = words[1:]
    parts = words[0].split(".") if len(words) == 1 else []
    if len(parts) != PARTS:
        raise NoTokenError("a token has three parts with a dot between them, and this text has not")
    _part(parts[0], "header"), _part(parts[1], "claims")
    return words[0]


def _part(text: str, what: str) -> dict[str, object]:
    try:
        read = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, RecursionError, ValueError) as error:
        raise NoTokenError(f"the {what} of the token are no JSON in base64url") from error
    if not isinstance(read, dict):
        raise NoTokenError(f"the {what} of the token are no JSON object")
    return read
