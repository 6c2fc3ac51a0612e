"""Reads a pasted 401, as kubectl, Headlamp, a Status or the log of kube-apiserver shows it."""

import re

LOGGED = re.compile(r'Unable to authenticate the request" err="((?:[^"\\]|\\.)*)"')
"""The log of kube-apiserver, and of k3s."""
OWN_WORDS = re.compile(r"(?:\[?invalid bearer token|\boidc: |\boidc authenticator: )[^\n]*")
"""kube-apiserver's OIDC authenticator, or the library below it, which kubelogin uses, too."""
UNAUTHORIZED = re.compile(
    r"must be logged in to the server"  # kubectl
    r"|asked for the client to provide credentials"  # kubectl, where the answer is no Status
    r"|reject(?:s|ed) (?:your|the OIDC) token"  # Headlamp
    r'|"code": ?401\b|\bUnauthorized\b|\b401\b',
    re.IGNORECASE,
)
TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?")
"""A JSON Web Token that was copied along: it must not be shown again."""


def read_unauthorized(text: str) -> str | None:
    """Return kube-apiserver's own words in a pasted 401, "" if it has none; None if it is no 401.

    Of several lines the first that names a cause counts.
    """
    plain = TOKEN.sub("***", text)
    logged = [match[1] for match in LOGGED.finditer(plain)]
    words = [each.replace('\\"', '"') for each in logged]
    words = words or [match[0] for match in OWN_WORDS.finditer(plain.replace('\\"', '"'))]
    named = [each for each in words if "oidc" in each]
    if words:
        return (named or words)[0].strip()
    return "" if UNAUTHORIZED.search(plain) else None
