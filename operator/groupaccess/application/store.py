"""What is known of the cluster and of the directories, and who is touched when it changes."""

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from groupaccess.application.declared import DeclaredAccess, DeclaredDirectory, Observed
from groupaccess.domain.bindings import Binding, BindingKey, BindingName, Content
from groupaccess.domain.directory import Group, Reading, changed_references
from groupaccess.domain.model import Access
from groupaccess.domain.verdict import Circumstances

ACCESS, DIRECTORY = KINDS = ("GroupAccess", "KeycloakDirectory")
NOTHING: frozenset[str] = frozenset()


@dataclass
class Store:
    """Everything that is watched, as values; bodies are not kept.

    Methods that change something return the names of the GroupAccesses that this touches.
    """

    accesses: dict[str, DeclaredAccess] = field(default_factory=dict)
    directories: dict[str, DeclaredDirectory] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    bindings: dict[BindingKey, Binding] = field(default_factory=dict)
    cluster_roles: set[str] = field(default_factory=set)
    namespaces: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)  # GroupAccesses that a write was denied to
    seen: dict[str, dict[str, tuple[str, str]]] = field(
        default_factory=lambda: {kind: {} for kind in KINDS}
    )  # kind -> name -> (uid, version) of all that was watched, readable or not
    _by_owner: dict[str, dict[BindingKey, Binding]] = field(default_factory=dict)
    _by_role: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _by_directory: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _proven: dict[str, dict[BindingKey, Content]] = field(default_factory=dict)

    def put_access(self, declared: DeclaredAccess) -> AbstractSet[str]:
        """Keep a GroupAccess, unless a newer version of it is known already."""
        access = declared.access
        known = self.accesses.get(access.name)
        if known is not None and known.observed.is_newer_than(declared.observed):
            return NOTHING
        if known is not None:
            self._unindex(known.access)
            if known.access.uid != access.uid:
                self._proven.pop(access.name, None)
        self.accesses[access.name] = declared
        self._by_directory[access.directory].add(access.name)
        for mapping in access.mappings:
            self._by_role[mapping.cluster_role].add(access.name)
        return {access.name}

    def drop_access(self, name: str) -> AbstractSet[str]:
        """Forget a GroupAccess that was deleted."""
        known = self.accesses.pop(name, None)
        if known is not None:
            self._unindex(known.access)
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
        """Keep a binding, unless a newer one of that name is known already."""
        known = self.bindings.get(binding.key)
        if known is not None and int(known.version) > int(binding.version):
            return NOTHING
        self._keep(binding)
        same = known is not None and known.uid == binding.uid
        unchanged = known is not None and same and known.content == binding.content
        return NOTHING if unchanged else _owner(binding.key)

    def drop_binding(self, key: BindingKey, uid: str) -> AbstractSet[str]:
        """Forget a binding that was deleted, if it is still that one."""
        known = self.bindings.get(key)
        if known is None or known.uid != uid:
            return NOTHING
        del self.bindings[key]
        for owner in _owner(key):
            self._by_owner[owner].pop(key, None)
        return _owner(key)

    def put_cluster_role(self, name: str) -> AbstractSet[str]:
        """Keep that there is a ClusterRole of that name.

        One that changes may be the operator's own: what was refused may be allowed now.
        """
        if name in self.cluster_roles:
            return frozenset(self.refused)
        self.cluster_roles.add(name)
        return frozenset(self._by_role.get(name, NOTHING))

    def drop_cluster_role(self, name: str) -> AbstractSet[str]:
        """Forget a ClusterRole that was deleted."""
        self.cluster_roles.discard(name)
        return self._by_role.get(name, NOTHING)

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
        return frozenset(self._by_directory.get(directory, NOTHING))

    def standing(self, access: str) -> Mapping[BindingKey, Binding]:
        """Return the bindings that bear the reserved names of a GroupAccess."""
        return self._by_owner.get(access, {})

    def proven(self, access: str) -> dict[BindingKey, Content]:
        """Return what was granted and written for a GroupAccess since the start; to be kept up."""
        return self._proven.setdefault(access, {})

    def circumstances(self, declared: DeclaredAccess) -> Circumstances:
        """Gather what the verdicts of a GroupAccess depend on."""
        name = declared.access.directory
        directory = self.directories.get(name)
        return Circumstances(
            directory_name=name,
            directory=directory.directory if directory else None,
            reading=self.readings.get(name, Reading()),
            cluster_roles=self.cluster_roles,
            unsupported=declared.access.unsupported,
        )

    def _is_touched(self, user: str, directory: str, changed: AbstractSet[str]) -> bool:
        """Tell whether a mapping's group changed, or has none so that new ones may be near."""
        snapshot = self.readings[directory].snapshot
        return snapshot is None or any(
            mapping.group in changed or not isinstance(snapshot.find(mapping.group), Group)
            for mapping in self.accesses[user].access.mappings
        )

    def _keep(self, binding: Binding) -> None:
        self.bindings[binding.key] = binding
        for owner in _owner(binding.key):
            self._by_owner.setdefault(owner, {})[binding.key] = binding

    def _unindex(self, access: Access) -> None:
        self._by_directory[access.directory].discard(access.name)
        for mapping in access.mappings:
            self._by_role[mapping.cluster_role].discard(access.name)


def _owner(key: BindingKey) -> AbstractSet[str]:
    name = BindingName.parse(key.name)
    return NOTHING if name is None else {name.owner}
