"""What is known of the cluster and of the directories, and queries on it."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from groupaccess.application.state.binding_index import BindingIndex
from groupaccess.application.state.declared_objects import DeclaredAccess, ObjectVersion
from groupaccess.application.state.demand import groups_in_use
from groupaccess.application.state.directories import Directories
from groupaccess.application.state.directory_memory import WholeRound
from groupaccess.application.state.object_memory import ObjectMemory
from groupaccess.application.state.prefix_comparison import PrefixComparison
from groupaccess.application.state.question_index import QuestionIndex
from groupaccess.application.state.reference_index import ReferenceIndex
from groupaccess.application.state.watched_objects import WatchedObjects
from groupaccess.domain.access.namespace_scope import Namespace
from groupaccess.domain.binding import Binding, BindingKey, BindingName
from groupaccess.domain.directory.questions import GroupsInUse
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.directory.snapshot import Realm
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.freeze import (
    DirectoryAnomaly,
    PinnedGroup,
    detect_anomaly,
    new_account,
    pinned_group,
)
from groupaccess.domain.identity.pins import Pin, read_pins, respelled_groups

ACCESS, DIRECTORY = KINDS = ("GroupAccess", "KeycloakDirectory")


@dataclass
class ClusterState:
    """Everything that is watched, as values; bodies are not kept."""

    accesses: dict[str, DeclaredAccess] = field(default_factory=dict)
    directories: Directories = field(default_factory=Directories)
    bindings: BindingIndex = field(default_factory=BindingIndex)
    cluster_roles: set[str] = field(default_factory=set)
    namespaces: dict[str, Namespace] = field(default_factory=dict)
    unbindable: set[str] = field(default_factory=set)  # of the ClusterRoles in use
    rights: int = 0  # version of the operator's rights; a changed role may change them
    watched: dict[str, WatchedObjects] = field(
        default_factory=lambda: {kind: WatchedObjects() for kind in KINDS}
    )
    references: ReferenceIndex = field(default_factory=ReferenceIndex)
    prefixes: PrefixComparison = field(default_factory=PrefixComparison)
    question_index: QuestionIndex = field(default_factory=QuestionIndex)
    memories: dict[str, ObjectMemory] = field(default_factory=dict)  # by uid

    def users_of(self, directory: str) -> AbstractSet[str]:
        """Return the GroupAccesses that refer to the directory."""
        return self.references.of_directory(directory)

    def groups_in_use(self, directory: str) -> GroupsInUse:
        """Return the groups that a directory is asked about."""
        declared = self.directories.declared[directory].directory
        users, pins = self.references.groups.of_directory(directory), self.pinned_groups(directory)
        formers = self.bindings.pins.former_subjects(directory)
        return groups_in_use(declared, users, pins, formers)

    def pinned_groups(self, directory: str) -> AbstractSet[PinnedGroup]:
        """Return what is pinned in a directory: by bindings, and by pending writes.

        A binding that somebody deleted is created again for the same group, so its pin counts, too.
        """
        existing = self.bindings.by_key
        unwritten = (
            pinned_group(key, content)
            for memory in self._memories_with_unwritten()
            for key, content in memory.unwritten(existing).items()
        )
        result = {use for name, use in filter(None, unwritten) if name == directory}
        return result.union(self.bindings.pins.of_directory(directory))

    def _memories_with_unwritten(self) -> Iterator[ObjectMemory]:
        """Yield the memories of objects with open writes or missing bindings: few of many.

        They are found by operations on whole sets, since this is asked for at each event.
        """
        memories = self.memories.values()
        yield from filter(attrgetter("attempts"), memories)
        applied = set[BindingKey]().union(*map(attrgetter("applied"), memories))
        names = map(BindingName.parse, (key.name for key in applied - self.bindings.by_key.keys()))
        for owner in {name.owner for name in names if name is not None}:
            yield self.memory(owner)

    def accesses_with_rejected_writes(self) -> AbstractSet[str]:
        """Return the GroupAccesses with a write that the API server refused."""
        return {memory.name for memory in self.memories.values() if memory.has_rejected_write}

    def roles_in_use(self) -> frozenset[str]:
        """Return the ClusterRoles that some GroupAccess grants, and that exist."""
        return self.references.roles & self.cluster_roles

    def access_names(self) -> AbstractSet[str]:
        """Return the names of all GroupAccesses, and those in the names of bindings."""
        return self.accesses.keys() | self.bindings.owners

    def accesses_with_revocations(self, now: datetime) -> AbstractSet[str]:
        """Return those with bindings that are no longer declared, or have expired."""
        return {name for name in self.bindings.owners if self._has_revocations(name, now)}

    def _has_revocations(self, name: str, now: datetime) -> bool:
        declared = self.accesses.get(name)
        mappings = declared.access.mappings if declared else ()
        lasting = {(each.name, each.cluster_role) for each in mappings if not each.has_ended(now)}
        names = (BindingName.parse(key.name) for key in self.bindings_of(name))
        return any((each.mapping, each.cluster_role) not in lasting for each in names if each)

    def knows_version(self, name: str, version: ObjectVersion) -> bool:
        """Return whether a GroupAccess is stored in this version, mostly by an own status write.

        That write had the evaluated resourceVersion as precondition, so it hides nobody's edit.
        """
        known = self.accesses.get(name)
        return known is not None and known.state.version == version and not version.deleting

    def bindings_of(self, access: str) -> Mapping[BindingKey, Binding]:
        """Return the bindings with the reserved names of a GroupAccess."""
        return self.bindings.of_access(access)

    def memory(self, access: str) -> ObjectMemory:
        """Return what is remembered of a GroupAccess; of an unknown one nothing is kept."""
        declared = self.accesses.get(access)
        if declared is None:
            return ObjectMemory("")
        uid = declared.access.uid
        memory = self.memories.get(uid)
        if memory is None:
            memory = self.memories[uid] = ObjectMemory(uid, access)
        return memory

    def pins_of(self, access: str) -> dict[str, Pin]:
        """Return the pins of a GroupAccess in its directory, by group as declared.

        What the API server acknowledged has precedence over what somebody changed since.
        """
        declared = self.accesses.get(access)
        if declared is None:
            return {}
        existing = {key: binding.content for key, binding in self.bindings_of(access).items()}
        memory = self.memory(access)
        contents = memory.placeholders | existing | memory.acknowledged
        result = read_pins(declared.access.directory, contents)
        for now, before in respelled_groups(declared.access, contents).items():
            if before in result:
                result.setdefault(now, result[before])
        return result

    def is_unread(self, directory: str) -> bool:
        """Return whether no answer of a declared directory is known, and no failure.

        The first round affects all its users.
        """
        declared = directory in self.directories.declared
        unreadable = directory in self.directories.unreadable
        return declared and not unreadable and self.directories.reading(directory) == Reading()

    def check_freeze(self, name: str) -> Failure | None:
        """Return why a directory is frozen, None when it is not; remember an acknowledgement.

        It is judged by the last whole round, and only by pins that this round answered.
        """
        declared = self.directories.declared.get(name)
        last_round = self.directories.memory(name).last_whole_round
        if declared is None or last_round is None:
            return None
        directory, freezes = declared.directory, self.directories.freezes
        anomaly = DirectoryAnomaly()
        if last_round.absent or self._names_other_account(name, last_round):
            uses = last_round.answered(self.bindings.pins.of_directory(name))
            anomaly = detect_anomaly(uses, last_round.snapshot, directory, self.references.ids)
        freezes.remember_acknowledgement(directory, anomaly)
        return freezes.failure(directory, anomaly)

    def hold_failure(self, name: str) -> Failure | None:
        """Return why a directory grants nothing new, whatever Keycloak answers; None if it may."""
        return self.check_freeze(name) or self.prefixes.of(name).conflict

    def new_account(self, name: str) -> str | None:
        """Return the operator's account in a realm while bindings still name a former one."""
        last_round = self.directories.memory(name).last_whole_round
        if last_round is None or not self._names_other_account(name, last_round):
            return None
        return new_account(self.bindings.pins.of_directory(name), last_round.snapshot)

    def _names_other_account(self, name: str, last_round: WholeRound) -> bool:
        """Return whether a binding names another account than this round; else all are in order."""
        return not self.bindings.pins.accounts(name) <= {last_round.snapshot.directory_id}

    def is_other_account(self, directory: str, realm: Realm) -> bool:
        """Return whether all bindings with an account name another account than this one."""
        named = self.bindings.pins.accounts(directory)
        return bool(named) and realm.directory_id not in named

    def is_same_realm(self, directory: str, realm: Realm) -> bool:
        """Return whether its clients count before a round ends: it is the same realm as before.

        Before the first round they count if nothing is pinned, since then nothing can be lost.
        """
        before = self.directories.memory(directory).realm
        if before is None:
            return not self.pinned_groups(directory)
        return before.directory_id == realm.directory_id
