"""A person, as Keycloak knows them, and the strings that kube-apiserver reads for them."""

from dataclasses import dataclass

from groupaccess.domain.directory.group import Group


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the question is about. `groups` are the direct ones, as tokens carry them.

    `name` is Keycloak's username, or how a token or a group was given; `subjects` are the groups as
    kube-apiserver reads them, prefix included, without its own (`system:...`).
    """

    name: str
    subjects: frozenset[str]
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class RealmUser:
    """A user of a realm. `groups` are those that they are directly in, as tokens carry them."""

    id: str
    username: str
    enabled: bool
    groups: tuple[Group, ...]
