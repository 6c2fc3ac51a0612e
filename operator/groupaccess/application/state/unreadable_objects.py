"""Reads what can be read of objects that the API server accepts and our models do not.

A CRD may be newer than the operator. A mapping that is no longer listed is removed all the same,
and an expired one ends: names and times are enough for that.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from groupaccess.api import v1alpha1 as api
from groupaccess.api.model import readable_or
from groupaccess.api.v1alpha1.fields import MappingName, Timestamp
from groupaccess.application.state.declared_objects import (
    DeclaredAccess,
    DeclaredDirectory,
    UnreadableDirectory,
    object_state,
    read_declared_access,
    read_declared_directory,
    read_declared_mapping,
    spec_written_at,
)
from groupaccess.domain.access.group_access import Access, AccessMapping

NAME: TypeAdapter[str] = TypeAdapter(MappingName)
TIME: TypeAdapter[datetime] = TypeAdapter(Timestamp)
LIST = ("spec", "mappings")
SHOWN = 60  # characters of a value in a message; it may be anything
NAMED = 3  # fields in a message


@dataclass(frozen=True, slots=True)
class FieldFault:
    """A field that cannot be read: its path in the object, and why."""

    path: tuple[int | str, ...]
    message: str

    @property
    def item(self) -> int | None:
        """Return the index of its mapping, None for the spec as a whole."""
        index = self.path[2] if self.path[:2] == LIST and self.path[2:] else None
        return index if isinstance(index, int) else None


def read_access(body: Mapping[str, Any]) -> DeclaredAccess:
    """Read a GroupAccess; what cannot be read is marked `unreadable`, and will hold."""
    try:
        return read_declared_access(api.GroupAccess.read(body))
    except ValidationError as error:
        faults = tuple(_faults(error, shows_values=True))
    spec = _of(body, "spec")
    items = _items(spec)
    faults = tuple(fault for fault in faults if not _is_of_names(fault, items))
    named = bool(items) and not any(fault.path == LIST for fault in faults)
    meta = api.ObjectMeta.model_validate(body["metadata"])
    status = readable_or(api.GroupAccessStatus(), body.get("status"))
    return DeclaredAccess(
        Access(
            name=meta.name,
            uid=meta.uid,
            generation=meta.generation,
            directory=_text(_of(spec, "directoryRef").get("name", "default")),
            mappings=tuple(_mappings(items, faults)) if named else (),
            unreadable=None if named else _describe(faults),
        ),
        object_state("GroupAccess", meta, api.GroupAccessStatus.model_validate(status)),
        spec_written_at(meta),
    )


def read_directory(body: Mapping[str, Any]) -> DeclaredDirectory | UnreadableDirectory:
    """Read a KeycloakDirectory, or what is wrong with it.

    No value is shown: a field in the wrong place may contain a secret.
    """
    try:
        return read_declared_directory(api.KeycloakDirectory.read(body))
    except ValidationError as error:
        faults = tuple(_faults(error, shows_values=False))
    meta = api.ObjectMeta.model_validate(body["metadata"])
    status = readable_or(api.KeycloakDirectoryStatus(), body.get("status"))
    known_status = api.KeycloakDirectoryStatus.model_validate(status)
    state = object_state("KeycloakDirectory", meta, known_status)
    return UnreadableDirectory(state, _describe(faults))


def _mappings(items: list[Any], faults: Iterable[FieldFault]) -> Iterator[AccessMapping]:
    names = [_name(item) for item in items]
    common = [fault for fault in faults if fault.item is None]
    for index, item in enumerate(items):
        own = [fault for fault in faults if fault.item == index]
        if names.count(names[index]) > 1:
            path = (*LIST, index, "name")
            own.append(FieldFault(path, f' is "{names[index]}": another mapping has it'))
        if own or common:
            yield _partial_mapping(
                item, _describe((*own, *common)), {fault.path[3:4] for fault in own}
            )
        else:
            yield read_declared_mapping(api.GroupMapping.model_validate(item))


def _items(spec: Mapping[str, Any]) -> list[Any]:
    """Return the mappings; an empty list if one of them has no name."""
    items = spec.get("mappings")
    return items if isinstance(items, list) and all(map(_name, items)) else []


def _is_of_names(fault: FieldFault, items: list[Any]) -> bool:
    """Return whether a fault of the list is about duplicate names, which the items report."""
    return fault.path == LIST and len({_name(item) for item in items}) < len(items)


def _partial_mapping(
    item: Mapping[str, Any], words: str, bad: set[tuple[int | str, ...]]
) -> AccessMapping:
    """Read what can be read of a mapping alone: group, role, and when it expires."""

    def text(field: str) -> str:
        return "" if (field,) in bad else _text(item.get(field))

    return AccessMapping(
        name=_name(item),
        group=text("group"),
        cluster_role=text("clusterRole"),
        expires_at=_time(item.get("expiresAt")),
        unreadable=words,
    )


def _faults(error: ValidationError, *, shows_values: bool) -> Iterator[FieldFault]:
    for each in error.errors(include_url=False, include_context=False):
        if each["type"] == "extra_forbidden":
            yield FieldFault(each["loc"], " is not known to this version of the operator")
            continue
        value, words = each["input"], each["msg"].removeprefix("Value error, ")
        shown = isinstance(value, str | int | float | bool) and shows_values
        at = f" is {json.dumps(value, ensure_ascii=False)[:SHOWN]}" if shown else ""
        yield FieldFault(each["loc"], f"{at}: {words}" if at else f": {words}")


def _describe(faults: tuple[FieldFault, ...]) -> str:
    messages = [f"{_path(fault.path)}{fault.message}" for fault in faults[:NAMED]]
    more = f" (and {len(faults) - NAMED} more)" if len(faults) > NAMED else ""
    return f"{'; '.join(messages)}{more}"


def _path(path: Iterable[int | str]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).lstrip(".")


def _name(item: object) -> str:
    """Return the name of a mapping, "" if it has none that can be read."""
    try:
        return NAME.validate_python(item.get("name") if isinstance(item, Mapping) else None)
    except ValidationError:
        return ""


def _time(value: object) -> datetime | None:
    try:
        return TIME.validate_python(value)
    except ValidationError:
        return None


def _of(body: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = body.get(field)
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
