"""A call of the admin API as a value. Ids that are not known yet are placeholders in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

Json = Any
Ids = Mapping[str, str]
"""Placeholder -> Keycloak's id."""

CLIENT = "{client}"
ACCOUNT = "{account}"
CANARY = "{canary}"
PERMISSIONS = "{admin-permissions}"
MANAGEMENT = "{management}"
CLI_CLIENT = "{cli-client}"
_ROLE = "{role:"


@dataclass(frozen=True, slots=True)
class AdminCall:
    """A request below `/admin/realms/{realm}`; `path` is "" for the realm itself.

    `right` is the role that it needs. `creates` is the placeholder of the id that it makes.
    """

    method: str
    path: str
    body: Json = None
    right: str = "manage-clients"
    creates: str = ""


def role_placeholder(role: str) -> str:
    """Return the placeholder of a role's id; the role is one of the management client."""
    return f"{_ROLE}{role}}}"


def role_of(placeholder: str) -> str | None:
    """Return the role whose id a placeholder is; None if it is another placeholder."""
    return placeholder.removeprefix(_ROLE).rstrip("}") if placeholder.startswith(_ROLE) else None


def path_segment(text: str) -> str:
    """Return a text as a part of a path."""
    return quote(text, safe="")


def group_path(path: str) -> str:
    """Return a group's path as a part of a URL, without the slash in front."""
    return "/".join(path_segment(part) for part in path.strip("/").split("/"))


def fill(call: AdminCall, ids: Ids) -> AdminCall:
    """Return a call with the ids that are known."""
    path = "/".join(ids.get(part, part) for part in call.path.split("/"))
    return replace(call, path=path, body=fill_body(call.body, ids))


def fill_body(body: Json, ids: Ids) -> Json:
    """Return a body with the ids that are known."""
    match body:
        case str():
            return ids.get(body, body)
        case Mapping():
            return {key: fill_body(value, ids) for key, value in body.items()}
        case list() | tuple():
            return [fill_body(value, ids) for value in body]
    return body


def placeholders(call: AdminCall) -> frozenset[str]:
    """Return the placeholders of a call."""
    known = {CLIENT, ACCOUNT, CANARY, PERMISSIONS, MANAGEMENT, CLI_CLIENT}
    texts = {*call.path.split("/"), *_texts(call.body)}
    return frozenset(text for text in texts if text in known or role_of(text))


def covers(existing: Json, required: Json) -> bool:
    """Return whether what exists has all that is required: objects may hold more, lists may not."""
    if isinstance(required, Mapping):
        return isinstance(existing, Mapping) and all(
            covers(existing.get(key), value) for key, value in required.items()
        )
    if isinstance(required, list | tuple):
        if not isinstance(existing, list | tuple) or len(existing) != len(required):
            return False
        return all(any(covers(item, value) for item in existing) for value in required)
    return bool(existing == required)


def _texts(body: Json) -> Iterator[str]:
    match body:
        case str():
            yield body
        case Mapping():
            for value in body.values():
                yield from _texts(value)
        case list() | tuple():
            for value in body:
                yield from _texts(value)
