"""What may be bound, written anew from the design's table of verdicts.

Everything here reads the objects as the API server has them, and as a replica was told of them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from fakes.kube.storage import Body, Key, Stored
from simulation.declarations import DIRECTORY, TEAM

Seen = Mapping[str, Mapping[Key, Stored]]
ANNOTATION = "groupaccess.io/"
EVIL = "evil"  # whom somebody binds beside the operator
RESERVED = "system:"  # how the names begin that belong to Kubernetes
MANAGED = ("app.kubernetes.io/managed-by", "groupaccess")


class Name(NamedTuple):
    """The parts of a binding's name."""

    access: str
    mapping: str
    role: str

    @classmethod
    def of(cls, text: str) -> "Name | None":
        prefix, *parts = text.split(":", 3)
        return cls(*parts) if prefix == "groupaccess" and len(parts) == 3 else None

    def __str__(self) -> str:
        return f"groupaccess:{self.access}:{self.mapping}:{self.role}"


@dataclass(frozen=True)
class Bound:
    """A binding that bears a name of ours."""

    plural: str
    key: Key
    name: Name
    stored: Stored

    @classmethod
    def of(cls, plural: str, key: Key, stored: Stored) -> "Bound | None":
        name = Name.of(key.name)
        return None if name is None else cls(plural, key, name, stored)

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(each["name"] for each in self.stored.body.get("subjects") or ())

    @property
    def managed(self) -> bool:
        labels = self.stored.body["metadata"].get("labels") or {}
        return bool(labels.get(MANAGED[0]) == MANAGED[1])

    @property
    def has_its_role(self) -> bool:
        role = self.stored.body["roleRef"]
        return bool((role["kind"], role["name"]) == ("ClusterRole", self.name.role))

    @property
    def owners(self) -> tuple[str, ...]:
        owners = self.stored.body["metadata"].get("ownerReferences") or ()
        return tuple(owner["uid"] for owner in owners)

    def annotation(self, name: str) -> str | None:
        annotations = self.stored.body["metadata"].get("annotations") or {}
        value: str | None = annotations.get(ANNOTATION + name)
        return value

    @property
    def references(self) -> set[str | None]:
        """Return what a mapping may write to mean the group that it was made for."""
        path = self.annotation("group-path")
        name = path.rpartition("/")[2] if path else None  # no name has a slash here
        return {self.annotation("group"), path, name}

    @property
    def formers(self) -> dict[str, datetime]:
        """Return the subjects that are kept for tokens from before, with their ends."""
        listed = json.loads(self.annotation("former-subjects") or "{}")
        return {text: moment(listed[text]["until"]) for text in self.subjects if text in listed}

    def __str__(self) -> str:
        where = f" in {self.key.namespace}" if self.key.namespace else ""
        return f"{self.key.name}{where}"


@lru_cache(maxsize=1024)
def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def mappings(access: Stored) -> list[Body]:
    declared: list[Body] = access.body["spec"]["mappings"]
    return declared


def mapping_of(access: Stored, name: str) -> Body | None:
    return next((each for each in mappings(access) if each["name"] == name), None)


def covers(mapping: Body, namespace: str, namespaces: Mapping[Key, Stored]) -> bool:
    """Tell whether a mapping is declared for a namespace, or for the whole cluster ("")."""
    scope = mapping.get("namespaces")
    if scope is None or not namespace:
        return scope is None and not namespace
    if namespace in scope.get("names", ()):
        return True
    stored = namespaces.get(Key("", namespace))
    labels = stored.body["metadata"].get("labels", {}) if stored else {}
    return "selector" in scope and TEAM.items() <= labels.items()


def places(mapping: Body, namespaces: Mapping[Key, Stored]) -> Iterator[str]:
    """Yield where a mapping is to be bound, so far as the namespaces are there."""
    if mapping.get("namespaces") is None:
        yield ""
        return
    for key, stored in namespaces.items():
        ending = "deletionTimestamp" in stored.body["metadata"]
        if not ending and covers(mapping, key.name, namespaces):
            yield key.name


def allowed(seen: Seen) -> list[str] | None:
    """Return the roles that the directory allows; None where there is no directory."""
    directory = seen.get("keycloakdirectories", {}).get(Key("", DIRECTORY))
    if directory is None:
        return None
    roles: list[str] = directory.body["spec"]["allowedClusterRoles"]
    return roles


def ended(mapping: Body, now: datetime) -> bool:
    return "expiresAt" in mapping and moment(mapping["expiresAt"]) <= now


def forbidden(bound: Bound, seen: Seen, now: datetime) -> str | None:
    """Say why a binding must go by what Kubernetes alone says (rule 1), None when it may stay."""
    if not bound.has_its_role:
        return "its roleRef is not what its name says" if bound.managed else None
    access = seen.get("groupaccesses", {}).get(Key("", bound.name.access))
    if access is None:
        return "its GroupAccess is gone" if bound.owners else None
    mapping = mapping_of(access, bound.name.mapping)
    if mapping is None:
        return "its mapping is no longer declared"
    roles, group = allowed(seen), bound.annotation("group")
    place, namespaces = bound.key.namespace, seen.get("namespaces", {})
    reasons = {
        "its role is no longer declared": mapping["clusterRole"] != bound.name.role,
        "it is no longer declared there": not covers(mapping, place, namespaces),
        "it has expired": ended(mapping, now),
        "its role is not allowed": roles is not None and bound.name.role not in roles,
        "its group is no longer declared": group is not None
        and mapping["group"] not in bound.references,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def successors(bound: Bound, seen: Seen) -> Iterator[tuple[str, Key]]:
    """Yield plural and key of what may replace a binding: what its delete may wait for."""
    access = seen.get("groupaccesses", {}).get(Key("", bound.name.access))
    if access is None:
        return
    namespaces = seen.get("namespaces", {})
    for mapping in mappings(access):
        # Without annotations nothing says for which group it was made.
        same_group = bound.annotation("group") is None or mapping["group"] in bound.references
        same = mapping["clusterRole"] == bound.name.role and same_group
        if mapping["name"] != bound.name.mapping and not same:
            continue
        name = str(Name(bound.name.access, mapping["name"], mapping["clusterRole"]))
        for place in places(mapping, namespaces):
            if not place or not bound.key.namespace or place == bound.key.namespace:
                plural = "rolebindings" if place else "clusterrolebindings"
                yield plural, Key(place, name)


def verdict_holds(mapping: Body, seen: Seen, now: datetime, *, suspended: bool) -> bool:
    """Tell whether rules 1 and 2 leave a mapping to be granted, by what Kubernetes says."""
    roles = allowed(seen)
    return (
        not suspended
        and roles is not None
        and mapping["clusterRole"] in roles
        and not ended(mapping, now)
        and Key("", mapping["clusterRole"]) in seen.get("clusterroles", {})
    )


def spec_of_directory(seen: Seen) -> dict[str, Any] | None:
    directory = seen.get("keycloakdirectories", {}).get(Key("", DIRECTORY))
    return None if directory is None else directory.body["spec"]


def suspended(access: Stored, seen: Seen) -> bool:
    """Tell whether a GroupAccess is suspended, by itself or with its directory."""
    specs = (access.body["spec"], spec_of_directory(seen) or {})
    return any(spec.get("suspend") for spec in specs)
