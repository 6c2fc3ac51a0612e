"""What is known of somebody's access: declared, bound, and allowed by kube-apiserver."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.access.namespace_scope import NamespacesByName, resolve_scope
from groupaccess.domain.binding import Binding, BindingName
from groupaccess.domain.diagnosis.access_request import AccessRequest, Decision
from groupaccess.domain.diagnosis.finding import NotChecked
from groupaccess.domain.diagnosis.login_facts import Token
from groupaccess.domain.diagnosis.person import Person

BINDINGS, ACCESSES = "bindings", "GroupAccesses"
NAMESPACES, DIRECTORIES = "namespaces", "KeycloakDirectories"
OWN_REVIEW, OTHERS_REVIEW = "SelfSubjectAccessReview", "SubjectAccessReview"


@dataclass(frozen=True, slots=True)
class MappingFacts:
    """A mapping of a GroupAccess, and what its status says: state, reason and message.

    `index` is its place in spec.mappings. `group_path` and `subjects` are the group that was found
    and the strings that are bound.
    """

    access: str
    directory: str
    index: int
    mapping: AccessMapping
    state: str = ""
    reason: str = ""
    message: str = ""
    group_path: str | None = None
    subjects: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Name it as a person finds it."""
        return f"GroupAccess {self.access}, mapping {self.mapping.name}"

    def is_about(self, person: Person, prefix: str = "") -> bool:
        """Tell whether it is for a group of the person, by what is declared or was found.

        Without the person's groups in Keycloak their subjects decide, `prefix` being the one of the
        directory: a group that is only spelled otherwise is meant, too.
        """
        if any(
            self.mapping.group in group.references or group.path == self.group_path
            for group in person.groups
        ):
            return True
        if person.subjects & frozenset(self.subjects):
            return True
        meant = self.group_path or self.mapping.group
        values = (subject.removeprefix(prefix) for subject in person.subjects)
        return any(may_be_same_group(meant, value) for value in values)

    def covers(self, namespace: str, namespaces: NamespacesByName) -> bool:
        """Tell whether it is declared for a namespace, "" for all of them."""
        if self.mapping.scope is None or namespace in self.mapping.scope.names:
            return True
        return namespace in resolve_scope(self.mapping.scope, namespaces).active


def may_be_same_group(one: str, other: str) -> bool:
    """Tell whether a path or a name may mean the same group, in whatever case: two paths do not."""
    a, b = one.casefold(), other.casefold()
    if a.startswith("/") == b.startswith("/"):
        return a == b
    return a.rpartition("/")[2] == b.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One person, and all that may grant them something.

    `source` says how it is known what kube-apiserver reads for the person. `token` is theirs, or an
    example of it, and `token_groups` are what it carries in `groups_claim`. `not_read` is what
    could not be read of all this.
    """

    now: datetime
    person: Person
    source: str = ""
    directories: Mapping[str, Directory] = field(default_factory=dict)
    mappings: tuple[MappingFacts, ...] = ()
    bindings: tuple[Binding, ...] = ()
    namespaces: NamespacesByName = field(default_factory=dict)
    token: Token | None = None
    token_groups: frozenset[str] = frozenset()
    groups_claim: str = "groups"
    not_read: tuple[NotChecked, ...] = ()

    @property
    def own_mappings(self) -> tuple[MappingFacts, ...]:
        """Return the mappings for a group of the person."""
        return tuple(
            each for each in self.mappings if each.is_about(self.person, self.prefix_of(each))
        )

    @property
    def without_bindings(self) -> bool:
        """Tell whether the bindings could not be read."""
        return BINDINGS in {each.what for each in self.not_read}

    def prefix_of(self, mapping: MappingFacts) -> str:
        """Return the prefix of a mapping's directory, "" if the directory is not known."""
        directory = self.directories.get(mapping.directory)
        return directory.groups_prefix if directory else ""

    def bindings_for_person(self) -> Iterator[Binding]:
        """Yield the bindings of the person and of their groups, whoever made them."""
        for binding in self.bindings:
            if any(map(self.person.is_meant_by, binding.content.subjects)):
                yield binding

    def bindings_for_groups(self) -> Iterator[Binding]:
        """Yield the bindings of one of the person's groups."""
        for binding in self.bindings:
            if self.person.subjects.intersection(binding.content.groups):
                yield binding


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFacts(PersonFacts):
    """A request of a person, and whether it is allowed.

    `decision` is kube-apiserver's own answer to `review`. `allowed_in` are namespaces in which it
    allows the same; they are only asked for a request in all namespaces that is denied.
    `allowed_without_groups` is whether it is allowed without the person's groups, such as by their
    name; None if that was not asked, or not answered.
    """

    request: AccessRequest
    decision: Decision
    review: str = OTHERS_REVIEW
    allowed_in: tuple[str, ...] = ()
    allowed_without_groups: bool | None = None

    def ends_of_bindings(self) -> frozenset[datetime]:
        """Return when the bindings that may give it end; nothing if one of them does not end."""
        expiries = {
            (each.access, each.mapping.name): each.mapping.expires_at for each in self.mappings
        }
        ends = list[datetime]()
        for binding in self.bindings_here():
            name = BindingName.parse(binding.key.name)
            end = expiries.get((name.owner, name.mapping)) if name else None
            if end is None:
                return frozenset()
            ends.append(end)
        return frozenset(ends)

    def bindings_here(self) -> Iterator[Binding]:
        """Yield the bindings of the person that count where the request is."""
        here = ("", self.request.namespace)
        return (each for each in self.bindings_for_person() if each.key.namespace in here)

    def groups_here(self) -> frozenset[str]:
        """Return the person's groups that are bound where the request is."""
        bound = (each.content.groups for each in self.bindings_here())
        return self.person.subjects & frozenset[str]().union(*bound)
