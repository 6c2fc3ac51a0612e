"""Recognizes answers that are not Keycloak's own, and says what to do about them.

In front of Keycloak there may be a proxy, a load balancer or a firewall. Their errors mean
something else: their 404 is no missing realm, and their 403 is no missing right.
"""

import json
import re

import httpx

from groupaccess.adapters.keycloak.connection.setting_names import DIRECTORY_FIELDS, SettingNames

OAUTH2_FIELDS = frozenset({"error", "error_description", "error_uri"})
ADMIN_FIELDS = frozenset({"errorMessage", "errors", "field", "params"})
"""Of OAuth2ErrorRepresentation and ErrorRepresentation, in which Keycloak writes its errors."""
BELOW_COLLECTION = re.compile(r"(?<=/admin/realms/)([^/]+/[^/]+)/.*")
JSON = "unexpected JSON"
BODY_KINDS = {b"{": JSON, b"[": JSON, b"<": "HTML", b"": "an empty body"}  # by its first byte
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


def not_from_keycloak(
    response: httpx.Response, names: SettingNames = DIRECTORY_FIELDS
) -> str | None:
    """Return why an answer is not Keycloak's own, with advice; None if it may be.

    A successful answer that looks like JSON passes: its shape is checked later, where it is known.
    """
    code, body = response.status_code, response.content
    kind = BODY_KINDS.get(body.lstrip()[:1], "text")
    if kind == JSON if code in SUCCESS else own_error(body):
        return None
    advice = _advice(code, names)
    return f"HTTP {code} with {kind}: this does not look like Keycloak's own answer. {advice}"


def address(url: httpx.URL) -> str:
    """Return the URL of a request without user and query, and without the ids in its path."""
    path = BELOW_COLLECTION.sub(r"\1/…", url.path)
    return f"{url.scheme}://{url.netloc.decode()}{path}"[:MAX_URL_CHARACTERS]


def _advice(code: int, names: SettingNames) -> str:
    match code:
        case 404:
            return (
                "Perhaps a proxy in front of Keycloak does not serve this path: let it do so, or "
                f"set {names.address} to Keycloak's own address (with or without /auth)"
            )
        case 401 | 403 | 407 | 429:
            return (
                f"Perhaps a proxy or firewall in front of Keycloak refuses {names.caller}: allow "
                f"{names.caller} there, or set {names.address} to Keycloak's own address"
            )
        case 502 | 503 | 504:
            return (
                "Perhaps a proxy or load balancer does not reach Keycloak: check it, and check "
                "that Keycloak runs and is ready"
            )
    return (
        "Perhaps something else answers there, such as a proxy or its login page: set "
        f"{names.address} to Keycloak's own address"
    )
