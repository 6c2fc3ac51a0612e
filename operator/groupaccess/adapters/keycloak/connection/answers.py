"""Recognizes answers that are not Keycloak's own, and says what to do about them.

In front of Keycloak there may be a proxy, a load balancer or a firewall. Their errors mean
something else: their 404 is no missing realm, and their 403 is no missing right.
"""

import json
import re

import httpx

OAUTH2_FIELDS = frozenset({"error", "error_description", "error_uri"})
ADMIN_FIELDS = frozenset({"errorMessage", "errors", "field", "params"})
"""Of OAuth2ErrorRepresentation and ErrorRepresentation, in which Keycloak writes its errors."""
BELOW_COLLECTION = re.compile(r"(?<=/admin/realms/)([^/]+/[^/]+)/.*")
JSON = "JSON of another shape"
BODY_KINDS = {b"{": JSON, b"[": JSON, b"<": "HTML", b"": "nothing in it"}  # by its first byte
MAX_URL_CHARACTERS = 200  # of a URL in a message
SUCCESS = range(200, 300)


def own_error(body: bytes | None) -> str:
    """Return the error that Keycloak itself names; "" if something in front of it answered."""
    try:
        result = json.loads(body or b"")
    except (ValueError, RecursionError):
        return ""
    if not isinstance(result, dict) or result.keys() - OAUTH2_FIELDS - ADMIN_FIELDS:
        return ""
    named = result.get("error") or result.get("errorMessage")
    return named if isinstance(named, str) else ""


def not_from_keycloak(response: httpx.Response) -> str | None:
    """Return why an answer is not Keycloak's own, with advice; None if it may be.

    A successful answer that looks like JSON passes: its shape is checked later, where it is known.
    """
    code, body = response.status_code, response.content
    kind = BODY_KINDS.get(body.lstrip()[:1], "text")
    if kind == JSON if code in SUCCESS else own_error(body):
        return None
    return f"HTTP {code} with {kind}: the answer is not Keycloak's own. {_advice(code)}"


def address(url: httpx.URL) -> str:
    """Return the URL of a request without user and query, and without the ids in its path."""
    path = BELOW_COLLECTION.sub(r"\1/…", url.path)
    return f"{url.scheme}://{url.netloc.decode()}{path}"[:MAX_URL_CHARACTERS]


def _advice(code: int) -> str:
    match code:
        case 404:
            return (
                "Something in front of Keycloak does not serve this path: let it do so, or set "
                "spec.adminURL to where Keycloak itself does (with or without /auth)"
            )
        case 401 | 403 | 407 | 429:
            return (
                "A proxy or firewall in front of Keycloak refuses the operator: let it through "
                "there, or set spec.adminURL to an address that leads around it"
            )
        case 502 | 503 | 504:
            return (
                "A proxy or load balancer answers for Keycloak: look there why it does not reach "
                "it, and whether Keycloak runs and is ready"
            )
    return (
        "Something else answers there, such as a proxy or its login page: set spec.adminURL to "
        "where Keycloak itself does"
    )
