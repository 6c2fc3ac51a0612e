"""Pins: a binding stores Keycloak's id of the group that it was made for.

A pin belongs to the object, the directory and the group as declared, not to the mapping's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from groupaccess.domain.access.group_access import Access
from groupaccess.domain.binding import Annotation, BindingContent, BindingKey, BindingName
from groupaccess.domain.timestamp import parse_time


@dataclass(frozen=True, slots=True)
class Pin:
    """What a binding says about the group that it was made for.

    `missing_since` is the start of a grace, `replaced_id` the id of the group that this one
    replaced. `group_name` is the group's last known name, None if the binding has none.
    """

    key: BindingKey
    group_id: str
    path: str
    directory_id: str | None = None
    missing_since: datetime | None = None
    replaced_id: str | None = None
    group_name: str | None = None

    @property
    def name(self) -> str:
        """Return the name to search for, or the path if the name is not known."""
        return self.group_name or self.path


def read_pins(directory: str, contents: Mapping[BindingKey, BindingContent]) -> dict[str, Pin]:
    """Return the pins of one object in a directory, by the group as declared.

    If several bindings pin the same group, one with subjects has precedence. The earliest start of
    a grace counts.
    """
    result: dict[str, Pin] = {}
    for key in sorted(contents, key=lambda key: _precedence(key, contents[key])):
        content = contents[key]
        group, pin = content.annotation(Annotation.GROUP), _pin(key, content)
        if pin is None or group is None or content.annotation(Annotation.DIRECTORY) != directory:
            continue
        first = result.setdefault(group, pin)
        starts = [p.missing_since for p in (first, pin) if p.group_id == first.group_id]
        since = min((start for start in starts if start is not None), default=None)
        if since != first.missing_since:
            result[group] = replace(first, missing_since=since)
    return result


def respelled_groups(
    access: Access, contents: Mapping[BindingKey, BindingContent]
) -> dict[str, str]:
    """Return the groups whose spelling was edited: the declared spelling, and the former one.

    A binding of the same mapping shows it: its group has the declared path or name, and nobody
    declares the former spelling any more.
    """
    declared = {mapping.group for mapping in access.mappings}
    result: dict[str, str] = {}
    for key, content in sorted(contents.items()):
        name, before = BindingName.parse(key.name), content.annotation(Annotation.GROUP)
        called = {
            content.annotation(Annotation.GROUP_PATH),
            content.annotation(Annotation.GROUP_NAME),
        }
        if name is None or before is None or before in declared:
            continue
        if content.annotation(Annotation.DIRECTORY) != access.directory:
            continue
        for mapping in access.mappings:
            if mapping.name == name.mapping and mapping.group in called:
                result.setdefault(mapping.group, before)
    return result


def _precedence(key: BindingKey, content: BindingContent) -> tuple[bool, str, BindingKey]:
    return not content.subjects, content.annotation(Annotation.GROUP_ID) or "", key


def _pin(key: BindingKey, content: BindingContent) -> Pin | None:
    group_id = content.annotation(Annotation.GROUP_ID)
    if not group_id:
        return None
    return Pin(
        key,
        group_id,
        content.annotation(Annotation.GROUP_PATH) or content.annotation(Annotation.GROUP) or "",
        content.annotation(Annotation.DIRECTORY_ID),
        parse_time(content.annotation(Annotation.MISSING_SINCE)),
        content.annotation(Annotation.REPLACED_ID),
        content.annotation(Annotation.GROUP_NAME),
    )
