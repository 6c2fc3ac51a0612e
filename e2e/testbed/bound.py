"""The bindings of a GroupAccess by what matters of each: which object it is, and what it grants."""

from typing import NamedTuple

from testbed.objects import Objects

Key = tuple[str, str]  # namespace ("" for none) and name


class Grants(NamedTuple):
    """A role, and the groups that have it."""

    role: str
    subjects: tuple[str, ...]


class Bound(NamedTuple):
    """A binding: another one of the same name has another uid."""

    uid: str
    grants: Grants


def bound(objects: Objects, owner: str) -> dict[Key, Bound]:
    """Return the bindings of both kinds with the reserved names of a GroupAccess."""
    return bound_alike(objects, f"groupaccess:{owner}:")


def bound_alike(objects: Objects, prefix: str) -> dict[Key, Bound]:
    """Return the bindings of both kinds whose names begin so."""
    admin = objects.cluster.admin
    found = [*admin.list("clusterrolebinding"), *admin.list("rolebinding")]
    return {
        (body["metadata"].get("namespace", ""), body["metadata"]["name"]): Bound(
            body["metadata"]["uid"],
            Grants(
                body["roleRef"]["name"],
                tuple(sorted(subject["name"] for subject in body.get("subjects") or ())),
            ),
        )
        for body in found
        if body["metadata"]["name"].startswith(prefix)
    }


def grants(objects: Objects, owner: str) -> dict[Key, Grants]:
    """Return what the bindings of a GroupAccess grant, whichever objects they are."""
    return {key: each.grants for key, each in bound(objects, owner).items()}
