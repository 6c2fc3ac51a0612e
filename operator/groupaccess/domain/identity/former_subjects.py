"""Subjects that stay bound for tokens from before a group was called otherwise, each to its end.

They are kept in an annotation of the binding, since they must outlive the operator, as JSON:
`{"SRE": {"clients": ["headlamp"], "until": "2026-11-28T12:05:00Z"}}`.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from groupaccess.domain.binding import RESERVED, BindingKey, BindingName, Content
from groupaccess.domain.timestamp import read_time, stamp

ANNOTATION = "former-subjects"
LONGEST = timedelta(hours=1)
MOST = 4


class Former(NamedTuple):
    """Until when a subject stays bound (aware), and the clients whose tokens carried it.

    Without clients nobody knows whose they were.
    """

    until: datetime
    clients: frozenset[str] = frozenset()


Formers = Mapping[str, Former]


def former_subjects(content: Content) -> dict[str, Former]:
    """Return the former subjects that a binding lists and binds.

    Somebody may have edited it: what cannot be read counts as none, a name that Kubernetes keeps
    for itself is none, and an end may be at any time until `lasting` has bounded it.
    """
    text = content.annotation(ANNOTATION)
    listed = _json(text) if text else {}
    found = ((name, _former(listed[name])) for name in content.groups if name in listed)
    return {name: one for name, one in found if one and not name.startswith(RESERVED)}


def annotation(formers: Formers) -> dict[str, str]:
    """Return the annotation that lists them, by its name; none for none."""
    listed = {
        name: {"clients": sorted(one.clients), "until": stamp(one.until)}
        for name, one in formers.items()
    }
    text = json.dumps(listed, ensure_ascii=False, sort_keys=True)
    return {ANNOTATION: text} if listed else {}


def lasting(formers: Formers, now: datetime, longest: timedelta = LONGEST) -> dict[str, Former]:
    """Return those that have not ended; none stays for longer than `longest` from now."""
    limit = (now + longest).replace(microsecond=0)
    bounded = ((name, one._replace(until=min(one.until, limit))) for name, one in formers.items())
    return {name: one for name, one in bounded if now < one.until}


def merged(many: Iterable[Formers]) -> dict[str, Former]:
    """Return all of them; of two ends for one subject the earlier counts."""
    found: dict[str, Former] = {}
    for formers in many:
        for name, one in formers.items():
            if name not in found or one.until < found[name].until:
                found[name] = one
    return found


def newest(formers: Formers) -> dict[str, Former]:
    """Return those that end last, as many as are kept."""
    by_end = sorted(formers, key=lambda name: (formers[name].until, name))
    return {name: formers[name] for name in by_end[-MOST:]}


def by_mapping(contents: Mapping[BindingKey, Content]) -> dict[str, dict[str, Former]]:
    """Return the former subjects of an object's bindings, by the name of their mapping."""
    found: dict[str, list[Formers]] = {}
    for key, content in contents.items():
        name, formers = BindingName.parse(key.name), former_subjects(content)
        if name is not None and formers:
            found.setdefault(name.mapping, []).append(formers)
    return {mapping: merged(many) for mapping, many in found.items()}


def words(subject: str, former: Former) -> str:
    """Say until when a former subject stays bound, and why."""
    return (
        f'"{subject}" stays bound until {stamp(former.until)}, for tokens from before the rename.'
    )


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _former(value: object) -> Former | None:
    if not isinstance(value, dict):
        return None
    until, clients = value.get("until"), value.get("clients")
    end = read_time(until) if isinstance(until, str) else None
    known = clients if isinstance(clients, list) else []
    names = frozenset(each for each in known if isinstance(each, str))
    return None if end is None else Former(end, names)
