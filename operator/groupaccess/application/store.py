"""What is known of the cluster and of the directories, and who is touched when it changes."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime

from groupaccess.application.declared import DeclaredAccess, DeclaredDirectory, Observed
from groupaccess.application.references import NOTHING, References
from groupaccess.application.standing import Standing
from groupaccess.domain.bindings import Binding, BindingKey, Content
from groupaccess.domain.directory import Group, Reading, changed_references
from groupaccess.domain.namespaces import Namespace
from groupaccess.domain.verdict import Circumstances

ACCESS, DIRECTORY = KINDS = ("GroupAccess", "KeycloakDirectory")


@dataclass
class Store:
    """Everything that is watched, as values; bodies are not kept.

    Methods that change something return the names of the GroupAccesses that this touches.
    """

    accesses: dict[str, DeclaredAccess] = field(default_factory=dict)
    directories: dict[str, DeclaredDirectory] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    bindings: Standing = field(default_factory=Standing)
    cluster_roles: set[str] = field(default_factory=set)
    namespaces: dict[str, Namespace] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)  # GroupAccesses that a write was denied to
    seen: dict[str, dict[str, tuple[str, str]]] = field(
        default_factory=lambda: {kind: {} for kind in KINDS}
    )  # kind -> name -> (uid, version) of all that was watched, readable or not
    _references: References = field(default_factory=References)
    _proven: dict[str, dict[BindingKey, Content]] = field(default_factory=dict)

    def put_access(self, declared: DeclaredAccess) -> AbstractSet[str]:
        """Keep a GroupAccess, unless a newer version of it is known already."""
        access = declared.access
        known = self.accesses.get(access.name)
        if known is not None and known.observed.is_newer_than(declared.observed):
            return NOTHING
        if known is not None:
            self._references.remove(known.access)
            if known.access.uid != access.uid:
                self._proven.pop(access.name, None)
        self.accesses[access.name] = declared
        self._references.add(access)
        return {access.name}

    def drop_access(self, name: str) -> AbstractSet[str]:
        """Forget a GroupAccess that was deleted."""
        known = self.accesses.pop(name, None)
        if known is not None:
            self._references.remove(known.access)
        self.bindings.bind(name, NOTHING)
        self._proven.pop(name, None)
        self.refused.discard(name)
        return {name}

    def put_directory(self, declared: DeclaredDirectory) -> AbstractSet[str]:
        """Keep a KeycloakDirectory, unless a newer version of it is known already.

        What was read of it is void when it was read otherwise.
        """
        name = declared.directory.name
        known = self.directories.get(name)
        if known is not None and known.observed.is_newer_than(declared.observed):
            return NOTHING
        self.directories[name] = declared
        if known is not None and known.same_spec(declared):
            return NOTHING
        if known is None or not known.reads_the_same(declared):
            self.readings[name] = Reading()
        return self.users_of(name)

    def drop_directory(self, name: str) -> AbstractSet[str]:
        """Forget a KeycloakDirectory that was deleted."""
        self.directories.pop(name, None)
        self.readings.pop(name, None)
        return self.users_of(name)

    def put_reading(self, name: str, reading: Reading) -> AbstractSet[str]:
        """Keep what was read of a directory; a failure leaves the last snapshot in force."""
        before = self.readings.get(name, Reading())
        after = replace(reading, snapshot=reading.snapshot or before.snapshot)
        self.readings[name] = after
        if after == before:
            return NOTHING
        users = self.users_of(name)
        if after.snapshot is None or after.failure != before.failure:
            return users
        changed = changed_references(before.snapshot, after.snapshot)
        if changed is None:
            return users
        return {user for user in users if self._is_touched(user, name, changed)}

    def put_binding(self, binding: Binding) -> AbstractSet[str]:
        """Keep a binding, unless newer news of its name are known."""
        return self.bindings.put(binding)

    def drop_binding(self, key: BindingKey, uid: str) -> AbstractSet[str]:
        """Forget a binding that was deleted, if it is still that one."""
        return self.bindings.drop(key, uid)

    def put_namespace(self, name: str, namespace: Namespace) -> AbstractSet[str]:
        """Keep a namespace as it stands."""
        known = self.namespaces.get(name)
        self.namespaces[name] = namespace
        if known == namespace:
            return NOTHING
        before = known.labels if known else {}
        return self._references.of_namespace(name, before, namespace.labels)

    def drop_namespace(self, name: str) -> AbstractSet[str]:
        """Forget a namespace that is gone."""
        known = self.namespaces.pop(name, None)
        return self._references.of_namespace(name, known.labels if known else {})

    def put_cluster_role(self, name: str) -> AbstractSet[str]:
        """Keep that there is a ClusterRole of that name.

        One that changes may be the operator's own: what was refused may be allowed now.
        """
        if name in self.cluster_roles:
            return frozenset(self.refused)
        self.cluster_roles.add(name)
        return self._references.of_role(name)

    def drop_cluster_role(self, name: str) -> AbstractSet[str]:
        """Forget a ClusterRole that was deleted."""
        self.cluster_roles.discard(name)
        return self._references.of_role(name)

    def note_status(self, observed: Observed) -> None:
        """Keep the status that was just written, before the watch tells of it.

        The spec stays as it is known: an older event than this write is of no use, a newer one
        comes with a version of its own.
        """
        name = observed.ref.name
        if observed.ref.kind == ACCESS:
            access = self.accesses.get(name)
            if access is not None and observed.follows(access.observed):
                self.accesses[name] = replace(access, observed=observed)
        else:
            directory = self.directories.get(name)
            if directory is not None and observed.follows(directory.observed):
                self.directories[name] = replace(directory, observed=observed)

    def users_of(self, directory: str) -> AbstractSet[str]:
        """Return the GroupAccesses that refer to the directory."""
        return self._references.of_directory(directory)

    def standing(self, access: str) -> Mapping[BindingKey, Binding]:
        """Return the bindings that bear the reserved names of a GroupAccess."""
        return self.bindings.of(access)

    def proven(self, access: str) -> dict[BindingKey, Content]:
        """Return what was granted and written for a GroupAccess since the start; to be kept up."""
        return self._proven.setdefault(access, {})

    def circumstances(self, declared: DeclaredAccess, now: datetime) -> Circumstances:
        """Gather what the verdicts of a GroupAccess depend on, at a time of day."""
        name = declared.access.directory
        directory = self.directories.get(name)
        return Circumstances(
            directory_name=name,
            directory=directory.directory if directory else None,
            reading=self.readings.get(name, Reading()),
            cluster_roles=self.cluster_roles,
            now=now,
            namespaces=self.namespaces,
            suspend=declared.access.suspend,
            unsupported=declared.access.unsupported,
        )

    def _is_touched(self, user: str, directory: str, changed: AbstractSet[str]) -> bool:
        """Tell whether a mapping's group changed, or has none so that new ones may be near."""
        snapshot = self.readings[directory].snapshot
        return snapshot is None or any(
            mapping.group in changed or not isinstance(snapshot.find(mapping.group), Group)
            for mapping in self.accesses[user].access.mappings
        )
