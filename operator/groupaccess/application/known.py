"""What is known of the cluster and of the directories, and what can be asked of that."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from groupaccess.application.asked import in_use, knows
from groupaccess.application.declared import DeclaredAccess
from groupaccess.application.memory import ObjectMemory
from groupaccess.application.realms import Realms
from groupaccess.application.references import References
from groupaccess.application.seen import Seen
from groupaccess.application.standing import Standing
from groupaccess.domain.bindings import Binding, BindingKey, BindingName
from groupaccess.domain.directory import Failure, Reading
from groupaccess.domain.freeze import Use, new_account, use_of
from groupaccess.domain.in_use import InUse
from groupaccess.domain.namespaces import Namespace
from groupaccess.domain.pins import Pin, pins
from groupaccess.domain.prefixes import Prefixes
from groupaccess.domain.verdict import Circumstances

ACCESS, DIRECTORY = KINDS = ("GroupAccess", "KeycloakDirectory")


@dataclass
class Known:
    """Everything that is watched, as values; bodies are not kept."""

    accesses: dict[str, DeclaredAccess] = field(default_factory=dict)
    realms: Realms = field(default_factory=Realms)
    bindings: Standing = field(default_factory=Standing)
    cluster_roles: set[str] = field(default_factory=set)
    namespaces: dict[str, Namespace] = field(default_factory=dict)
    unbindable: set[str] = field(default_factory=set)  # ClusterRoles in use, not to be bound
    rights: int = 0  # numbers the operator's rights: they may be others after a role has changed
    seen: dict[str, Seen] = field(default_factory=lambda: {kind: Seen() for kind in KINDS})
    _references: References = field(default_factory=References)
    _memories: dict[str, ObjectMemory] = field(default_factory=dict)  # by uid

    def users_of(self, directory: str) -> AbstractSet[str]:
        """Return the GroupAccesses that refer to the directory."""
        return self._references.of_directory(directory)

    def in_use(self, directory: str) -> InUse:
        """Return what the directory is asked for."""
        users = (self.accesses[user].access for user in self.users_of(directory))
        declared = self.realms.directories[directory].directory
        return in_use(declared, users, self.pinned(directory))

    def pinned(self, directory: str) -> AbstractSet[Use]:
        """Return what is pinned of a directory: on bindings, and by writes under way for them.

        A binding that somebody deleted is to be bound again: for the same group.
        """
        unwritten = (
            use_of(key, content)
            for memory in self._memories.values()
            if memory.attempts
            for key, content in memory.unwritten.items()
        )
        found = {use for name, use in filter(None, unwritten) if name == directory}
        return found.union(self.bindings.pinned.of(directory))

    def refused(self) -> AbstractSet[str]:
        """Return the GroupAccesses that the API server refused a write of."""
        return {memory.name for memory in self._memories.values() if memory.refused}

    def roles_in_use(self) -> frozenset[str]:
        """Return the ClusterRoles that some GroupAccess grants, and that exist."""
        return self._references.roles & self.cluster_roles

    def names(self) -> AbstractSet[str]:
        """Return the names of all GroupAccesses, and those that bindings bear."""
        return self.accesses.keys() | self.bindings.owners

    def overdue(self, now: datetime) -> AbstractSet[str]:
        """Return those with bindings that are no longer declared, by their names and times."""
        return {name for name in self.bindings.owners if self._is_overdue(name, now)}

    def _is_overdue(self, name: str, now: datetime) -> bool:
        declared = self.accesses.get(name)
        mappings = declared.access.mappings if declared else ()
        lasting = {
            (each.name, each.cluster_role)
            for each in mappings
            if each.expires_at is None or each.expires_at > now
        }
        names = (BindingName.parse(key.name) for key in self.standing(name))
        return any((each.mapping, each.cluster_role) not in lasting for each in names if each)

    def standing(self, access: str) -> Mapping[BindingKey, Binding]:
        """Return the bindings that bear the reserved names of a GroupAccess."""
        return self.bindings.of(access)

    def memory(self, access: str) -> ObjectMemory:
        """Return what is remembered of a GroupAccess; of one that is not known nothing is kept."""
        declared = self.accesses.get(access)
        if declared is None:
            return ObjectMemory("")
        uid = declared.access.uid
        memory = self._memories.get(uid)
        if memory is None:
            memory = self._memories[uid] = ObjectMemory(uid, access)
        return memory

    def pins(self, access: str) -> dict[str, Pin]:
        """Return the pinned groups of a GroupAccess in its directory, by group as declared.

        What was proven counts more than what somebody made of it since.
        """
        declared = self.accesses.get(access)
        if declared is None:
            return {}
        standing = {key: binding.content for key, binding in self.standing(access).items()}
        memory = self.memory(access)
        return pins(declared.access.directory, memory.placeholders | standing | memory.certain)

    def frozen(self, name: str) -> Failure | None:
        """Say why a directory is frozen, None when it is not."""
        return self.realms.frozen(name, self.bindings.pinned.of(name))

    def prefixes(self, name: str) -> Prefixes:
        """Return what the prefixes of other directories mean for a directory."""
        return self.realms.prefixes(name, self.bindings.pinned.bound)

    def held(self, name: str) -> Failure | None:
        """Say why a directory grants nothing new, whatever is read of it; None when it may."""
        return self.frozen(name) or self.prefixes(name).conflict

    def new_account(self, name: str) -> str | None:
        """Return the operator's account in a realm while bindings still name a former one."""
        snapshot = self.realms.reading(name).snapshot
        return None if snapshot is None else new_account(self.bindings.pinned.of(name), snapshot)

    def circumstances(self, declared: DeclaredAccess, now: datetime) -> Circumstances:
        """Gather what the verdicts of a GroupAccess depend on, at a time of day.

        Until its groups are looked up, it counts as not read yet.
        """
        name = declared.access.directory
        directory = self.realms.directories.get(name)
        reading = self.realms.reading(name)
        if reading.snapshot is not None and not knows(reading.snapshot, declared.access):
            reading = Reading(failure=reading.failure)
        return Circumstances(
            directory_name=name,
            directory=directory.directory if directory else None,
            reading=reading,
            cluster_roles=self.cluster_roles,
            now=now,
            namespaces=self.namespaces,
            suspend=declared.access.suspend,
            sight=self.realms.sights.get(name),
            pins=self.pins(declared.access.name),
            frozen=self.frozen(name),
            prefixes=self.prefixes(name),
            unreadable=self._unreadable(name),
        )

    def _unreadable(self, directory: str) -> str | None:
        _, words = self.realms.unreadable.get(directory, (None, None))
        return f'directory "{directory}": {words}' if words is not None else None
