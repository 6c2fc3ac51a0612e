"""Former subjects: they stay bound for tokens from before a rename, each until its end.

They are stored in an annotation of the binding, since they must outlive the operator, as JSON:
`{"SRE": {"clients": ["headlamp"], "until": "2026-11-28T12:05:00Z"}}`.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from groupaccess.domain.binding import (
    SYSTEM_PREFIX,
    Annotation,
    BindingContent,
    BindingKey,
    BindingName,
)
from groupaccess.domain.timestamp import format_time, parse_time

MAX_FORMER_LIFETIME = timedelta(hours=1)
MAX_FORMER_SUBJECTS = 4


class FormerSubject(NamedTuple):
    """The end of a former subject (timezone-aware), and the clients whose tokens carried it.

    Without clients it is not known whose tokens did.
    """

    until: datetime
    clients: frozenset[str] = frozenset()


FormerSubjects = Mapping[str, FormerSubject]


def former_subjects(content: BindingContent) -> dict[str, FormerSubject]:
    """Return the former subjects that a binding lists and binds.

    Somebody may have edited the annotation: an unreadable entry is ignored, and so is a name that
    Kubernetes reserves (`system:`). An end may be at any time until `unexpired` bounds it.
    """
    text = content.annotation(Annotation.FORMER_SUBJECTS)
    if not text:
        return {}
    listed = _json(text)
    result = ((name, _former(listed[name])) for name in content.groups if name in listed)
    return {name: item for name, item in result if item and not name.startswith(SYSTEM_PREFIX)}


def former_annotation(formers: FormerSubjects) -> dict[str, str]:
    """Return the annotation that lists them, by its name; empty if there are none."""
    listed = {
        name: {"clients": sorted(item.clients), "until": format_time(item.until)}
        for name, item in formers.items()
    }
    text = json.dumps(listed, ensure_ascii=False, sort_keys=True)
    return {Annotation.FORMER_SUBJECTS: text} if listed else {}


def unexpired(
    formers: FormerSubjects, now: datetime, longest: timedelta = MAX_FORMER_LIFETIME
) -> dict[str, FormerSubject]:
    """Return those that have not ended; none stays for longer than `longest` from `now`."""
    limit = (now + longest).replace(microsecond=0)
    bounded = (
        (name, item._replace(until=min(item.until, limit))) for name, item in formers.items()
    )
    return {name: item for name, item in bounded if now < item.until}


def merge_former(many: Iterable[FormerSubjects]) -> dict[str, FormerSubject]:
    """Return all of them; if a subject has several ends, the earliest counts."""
    result: dict[str, FormerSubject] = {}
    for formers in many:
        for name, item in formers.items():
            if name not in result or item.until < result[name].until:
                result[name] = item
    return result


def last_to_end(formers: FormerSubjects) -> dict[str, FormerSubject]:
    """Return those that end last, at most MAX_FORMER_SUBJECTS."""
    by_end = sorted(formers, key=lambda name: (formers[name].until, name))
    return {name: formers[name] for name in by_end[-MAX_FORMER_SUBJECTS:]}


def former_by_mapping(
    contents: Mapping[BindingKey, BindingContent],
) -> dict[str, dict[str, FormerSubject]]:
    """Return the former subjects of an object's bindings, by the name of their mapping."""
    result: dict[str, list[FormerSubjects]] = {}
    for key, content in contents.items():
        name, formers = BindingName.parse(key.name), former_subjects(content)
        if name is not None and formers:
            result.setdefault(name.mapping, []).append(formers)
    return {mapping: merge_former(many) for mapping, many in result.items()}


def describe_former(subject: str, former: FormerSubject) -> str:
    """Return a sentence: until when a former subject stays bound, and why."""
    end = format_time(former.until)
    return (
        f'"{subject}" stays bound until {end}, because older tokens may still need it (the name, '
        "path, mapper or prefix changed)."
    )


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _former(value: object) -> FormerSubject | None:
    if not isinstance(value, dict):
        return None
    until, clients = value.get("until"), value.get("clients")
    end = parse_time(until) if isinstance(until, str) else None
    known = clients if isinstance(clients, list) else []
    names = frozenset(each for each in known if isinstance(each, str))
    return None if end is None else FormerSubject(end, names)
