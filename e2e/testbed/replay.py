"""Replay an audit log, for whether a binding ever granted what was not declared then.

A pure function over the events of one kube-apiserver. What a binding grants changes only when it
is written, so every successful write is held against what had been declared before it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

Event = Mapping[str, Any]
Labels = Mapping[str, Mapping[str, str]]  # of each namespace

PREFIX = "groupaccess:"
BINDINGS = {"clusterrolebindings", "rolebindings"}
WRITES = {"create", "update", "patch"}
FOREVER = datetime.max.replace(tzinfo=UTC)


class Grant(NamedTuple):
    """Who may do what, and where: `namespace` is "" for everywhere."""

    subject: str
    role: str
    namespace: str


@dataclass(frozen=True)
class Spell:
    """What one version of a GroupAccess allowed: mapping and grant -> when that expires.

    It was declared at a revision, and withdrawn or declared anew at `until`.
    """

    revision: int
    allowed: Mapping[tuple[str, Grant], datetime]
    until: datetime = FOREVER

    def allows(self, mapping: str, grant: Grant, revision: int, latest: datetime) -> bool:
        """Tell whether a write of that revision may rely on it; `latest` is when it was begun."""
        end = self.allowed.get((mapping, grant))
        return end is not None and self.revision < revision and min(end, self.until) >= latest


def excesses(events: Iterable[Event], labels: Labels, lag: timedelta) -> list[str]:
    """Say of each write of a binding what it granted and was not allowed to.

    A write may rely on what its own mapping declared at an earlier revision and what had not been
    withdrawn, or expired, for longer than `lag`: news take a moment.
    """
    known = [event for event in events if _succeeded(event)]
    spells = _spells(known, labels)
    return [said for event in binding_writes(known) for said in _excess(event, spells, lag)]


def binding_writes(events: Iterable[Event]) -> Iterator[Event]:
    """Yield the writes, of anybody, that made or changed a binding with a reserved name."""
    seen: set[int] = set()
    for event in events:
        if event["verb"] not in WRITES or not _succeeded(event):
            continue
        if event["objectRef"]["resource"] not in BINDINGS:
            continue
        body = event["responseObject"]
        if body["metadata"]["name"].startswith(PREFIX) and _revision(body) not in seen:
            seen.add(_revision(body))  # a write that changes nothing makes no revision
            yield event


def allowed(spec: Mapping[str, Any], labels: Labels) -> dict[tuple[str, Grant], datetime]:
    """Return what a spec allows, by mapping and grant, and when each expires."""
    return {
        (mapping["name"], Grant(f"Group {_leaf(mapping['group'])}", _role(mapping), namespace)): (
            datetime.fromisoformat(mapping["expiresAt"]) if "expiresAt" in mapping else FOREVER
        )
        for mapping in spec["mappings"]
        for namespace in _places(mapping.get("namespaces"), labels)
    }


def granted(binding: Mapping[str, Any]) -> set[Grant]:
    """Return what a binding grants."""
    role = f"{binding['roleRef']['kind']} {binding['roleRef']['name']}"
    namespace = binding["metadata"].get("namespace", "")
    return {
        Grant(f"{subject['kind']} {subject['name']}", role, namespace)
        for subject in binding.get("subjects") or ()
    }


def _spells(events: Iterable[Event], labels: Labels) -> Mapping[str, list[Spell]]:
    found: defaultdict[str, list[Spell]] = defaultdict(list)
    for event in events:
        what = event.get("objectRef", {})
        if what.get("resource") != "groupaccesses" or "subresource" in what:
            continue
        spells = found[what["name"]]
        if spells and spells[-1].until == FOREVER:
            spells[-1] = replace(spells[-1], until=_ended(event))
        if event["verb"] in WRITES:
            body = event["responseObject"]
            spells.append(Spell(_revision(body), allowed(body["spec"], labels)))
    return found


def _excess(event: Event, spells: Mapping[str, list[Spell]], lag: timedelta) -> Iterator[str]:
    body = event["responseObject"]
    name, revision = body["metadata"]["name"], _revision(body)
    owner, mapping = name.split(":")[1:3]
    latest = datetime.fromisoformat(event["requestReceivedTimestamp"]) - lag
    for grant in sorted(granted(body)):
        if not any(
            spell.allows(mapping, grant, revision, latest) for spell in spells.get(owner, ())
        ):
            when = event["requestReceivedTimestamp"]
            yield f"{when} revision {revision}: {name} granted {' / '.join(grant)}"


def _succeeded(event: Event) -> bool:
    return bool(event["responseStatus"]["code"] < 300)


def _places(scope: Mapping[str, Any] | None, labels: Labels) -> set[str]:
    if scope is None:
        return {""}
    selected = scope.get("selector", {}).get("matchLabels", {}).items()
    return set(scope.get("names", ())) | {
        name for name, borne in labels.items() if selected and selected <= borne.items()
    }


def _role(mapping: Mapping[str, Any]) -> str:
    return f"ClusterRole {mapping['clusterRole']}"


def _leaf(group: str) -> str:
    return group.rpartition("/")[2]


def _revision(body: Mapping[str, Any]) -> int:
    return int(body["metadata"]["resourceVersion"])


def _ended(event: Event) -> datetime:
    return datetime.fromisoformat(event["stageTimestamp"])
