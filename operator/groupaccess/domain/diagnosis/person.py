"""A person, as Keycloak knows them, and the strings that kube-apiserver reads for them."""

from dataclasses import dataclass

from groupaccess.domain.binding import SYSTEM_PREFIX, Subject
from groupaccess.domain.directory.group import Group

ACCOUNT_PREFIX = f"{SYSTEM_PREFIX}serviceaccount:"  # of the user name of a service account


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the question is about. `groups` are the direct ones, as tokens carry them.

    `name` is Keycloak's username, or how a token or a group was given; `subjects` are the groups as
    kube-apiserver reads them, prefix included, without its own (`system:...`). `user` is the user
    name as kube-apiserver reads it, "" if that is not known.
    """

    name: str
    subjects: frozenset[str]
    groups: tuple[Group, ...] = ()
    user: str = ""

    def is_meant_by(self, subject: Subject) -> bool:
        """Tell whether a subject of a binding is the person, or one of their groups."""
        match subject.kind:
            case "Group":
                return subject.name in self.subjects
            case "User":
                return subject.name == self.user != ""
        return f"{ACCOUNT_PREFIX}{subject.namespace}:{subject.name}" == self.user


@dataclass(frozen=True, slots=True)
class RealmUser:
    """A user of a realm. `groups` are those that they are directly in, as tokens carry them."""

    id: str
    username: str
    enabled: bool
    groups: tuple[Group, ...]
