"""Stores what is known of cluster and directories, and finds the GroupAccesses it affects."""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from groupaccess.application.ports.cluster import ObjectRef
from groupaccess.application.state.cluster_state import ACCESS, ClusterState
from groupaccess.application.state.declared_objects import (
    DeclaredAccess,
    DeclaredDirectory,
    ObjectState,
    UnreadableDirectory,
)
from groupaccess.application.state.directory_memory import QuestionResults, RoundResult
from groupaccess.application.state.reference_index import NOTHING
from groupaccess.domain.access.namespace_scope import Namespace
from groupaccess.domain.apiserver.oidc_check_result import OidcCheckResult
from groupaccess.domain.binding import Binding, BindingKey
from groupaccess.domain.directory.questions import Search, possible_names
from groupaccess.domain.directory.snapshot import Realm
from groupaccess.domain.directory.suggestions import Suggestion
from groupaccess.domain.failure import Failure
from groupaccess.domain.tokens.client_claims import claim_content


@dataclass
class Store(ClusterState):
    """Stores changes; a change of what is declared, read or bound returns whom it affects, by name.

    `on_directory_change` is called with a directory for which the prefixes of others mean something
    else now, or that a changed binding freezes or thaws, and with its users. The change may come
    from a watch or from an own write.
    """

    on_directory_change: Callable[[str, AbstractSet[str]], None] = lambda *_: None

    def put_access(self, declared: DeclaredAccess) -> AbstractSet[str]:
        """Store a GroupAccess, unless this version or a newer one is already known."""
        access = declared.access
        previous = self.accesses.get(access.name)
        if previous is not None and (
            previous.state.is_newer_than(declared.state)
            or self.knows_version(access.name, declared.state.version)
        ):
            return NOTHING
        if previous is not None:
            self.references.remove(previous.access)
            if previous.access.uid != access.uid:
                self.memories.pop(previous.access.uid, None)
        self.accesses[access.name] = declared
        self.references.add(access)
        return {access.name}

    def drop_access(self, name: str) -> AbstractSet[str]:
        """Remove a GroupAccess that was deleted."""
        previous = self.accesses.pop(name, None)
        if previous is not None:
            self.references.remove(previous.access)
            self.memories.pop(previous.access.uid, None)
        self.bindings.grants.track(name, frozenset())
        self.question_index.drop(name)
        return {name}

    def put_directory(self, declared: DeclaredDirectory) -> AbstractSet[str]:
        """Store a KeycloakDirectory, unless a newer version is already known.

        What was read is dropped if it was of another realm or other clients.
        """
        name = declared.directory.name
        if not self.directories.put(declared):
            return NOTHING
        self._compare_prefixes()
        return self.users_of(name)

    def put_unreadable_directory(self, unreadable: UnreadableDirectory) -> AbstractSet[str]:
        """Record that a KeycloakDirectory cannot be read now, and why: its users hold."""
        news = self.directories.put_unreadable(unreadable)
        return self.users_of(unreadable.state.ref.name) if news else NOTHING

    def drop_directory(self, name: str) -> AbstractSet[str]:
        """Remove a KeycloakDirectory that was deleted."""
        self.directories.drop(name)
        self._compare_prefixes()
        return self.users_of(name)

    def put_realm(self, name: str, realm: Realm) -> AbstractSet[str]:
        """Store the operator's account and the clients of a directory.

        Before the first round has ended this affects nobody: its end does.
        """
        memory = self.directories.memory(name)
        changed = memory.put_realm(realm)
        return self.users_of(name) if changed and memory.read_at is not None else NOTHING

    def put_results(self, name: str, results: QuestionResults, now: datetime) -> AbstractSet[str]:
        """Store some answers of a directory, and why other questions failed."""
        return self.question_index.accesses_of(
            name, self.directories.memory(name).put(results, now)
        )

    def put_round(self, name: str, ended: RoundResult) -> AbstractSet[str]:
        """Store all answers of a directory: by these it is judged as a whole."""
        directory = self.directories.declared[name].directory
        content = claim_content(directory, ended.realm.clients)
        changed = self.directories.memory(name).put_round(ended, self.groups_in_use(name), content)
        news = self.directories.freezes.put_reported(name, self.check_freeze(name))
        return (
            self.users_of(name)
            if news or changed is None
            else self.question_index.accesses_of(name, changed)
        )

    def put_failure(self, name: str, failure: Failure) -> AbstractSet[str]:
        """Record why a directory has no answer at all; the last answers stay in force."""
        news = self.directories.memory(name).put_failure(failure)
        return self.users_of(name) if news else NOTHING

    def put_failure_of_new(
        self, name: str, accesses: AbstractSet[str], failure: Failure
    ) -> AbstractSet[str]:
        """Record why the new questions of some GroupAccesses have no answer at all.

        No user is granted anything new before a round succeeds. The others are not affected before
        a round fails too: one lost request is no reason to write ten thousand statuses.
        """
        self.directories.memory(name).failure = failure
        return accesses & self.users_of(name)

    def put_suggestion(
        self, directory: ObjectRef, reference: str, hint: Suggestion, at: float
    ) -> AbstractSet[str]:
        """Store what somebody may have meant with a group that does not exist.

        `at` is when it was made, in seconds of the monotonic clock.
        """
        memory = self.directories.memory(directory.name)
        if memory.uid != directory.uid or not memory.put_suggestion(reference, hint, at):
            return NOTHING
        searches = (Search(name) for name in possible_names(reference))
        return self.question_index.accesses_of(directory.name, searches)

    def put_oidc_check(self, name: str, check: OidcCheckResult | None) -> AbstractSet[str]:
        """Store how kube-apiserver reads the directory's tokens, None for nothing new."""
        news = check is not None and self.directories.put_oidc_check(name, check)
        return self.users_of(name) if news else NOTHING

    def put_binding(self, binding: Binding) -> AbstractSet[str]:
        """Store a binding, unless a newer version of its name is known."""
        return self._after_binding_change(self.bindings.put(binding))

    def drop_binding(self, key: BindingKey, uid: str) -> AbstractSet[str]:
        """Remove a binding that was deleted, if it still has this uid."""
        return self._after_binding_change(self.bindings.drop(key, uid))

    def replace_bindings(
        self, bindings: Iterable[Binding], version: str, *, namespaced: bool
    ) -> AbstractSet[str]:
        """Store all bindings of one kind as of `version`; older ones are removed if not listed."""
        return self._after_binding_change(
            self.bindings.replace(bindings, version, namespaced=namespaced)
        )

    def replace_namespaces(self, namespaces: Mapping[str, Namespace]) -> AbstractSet[str]:
        """Store all namespaces; those that are not listed are removed."""
        ended = self.namespaces.keys() - namespaces.keys()
        affected = (self.drop_namespace(name) for name in ended)
        return frozenset().union(*affected, *(self.put_namespace(*e) for e in namespaces.items()))

    def replace_cluster_roles(self, names: AbstractSet[str]) -> AbstractSet[str]:
        """Store all ClusterRoles; those that are not listed are removed."""
        ended = [self.drop_cluster_role(name) for name in self.cluster_roles - names]
        new = [self.put_cluster_role(name) for name in names - self.cluster_roles]
        return frozenset().union(*ended, *new, self.change_rights())

    def put_namespace(self, name: str, namespace: Namespace) -> AbstractSet[str]:
        """Store the current state of a namespace."""
        previous = self.namespaces.get(name)
        self.namespaces[name] = namespace
        if previous == namespace:
            return NOTHING
        before = previous.labels if previous else {}
        return self.references.of_namespace(name, before, namespace.labels)

    def drop_namespace(self, name: str) -> AbstractSet[str]:
        """Remove a namespace that was deleted."""
        previous = self.namespaces.pop(name, None)
        return self.references.of_namespace(name, previous.labels if previous else {})

    def put_cluster_role(self, name: str) -> AbstractSet[str]:
        """Record that a ClusterRole exists.

        A changed role may be the operator's own: what was refused may be allowed now.
        """
        if name in self.cluster_roles:
            return self.change_rights()
        self.cluster_roles.add(name)
        return self.references.of_role(name)

    def change_rights(self) -> AbstractSet[str]:
        """Record that what was refused may be allowed now."""
        self.rights += 1
        return self.accesses_with_rejected_writes()

    def put_right(self, role: str, *, bindable: bool) -> AbstractSet[str]:
        """Record whether the operator may bind a ClusterRole."""
        if bindable is (role not in self.unbindable):
            return NOTHING
        (self.unbindable.discard if bindable else self.unbindable.add)(role)
        return self.references.of_role(role)

    def drop_cluster_role(self, name: str) -> AbstractSet[str]:
        """Remove a ClusterRole that was deleted."""
        self.cluster_roles.discard(name)
        return self.references.of_role(name)

    def put_status(self, state: ObjectState) -> None:
        """Store the status that was just written, before the watch reports it.

        The known spec stays: an event older than this write is useless, and a newer one brings its
        own resourceVersion.
        """
        access = self.accesses.get(state.ref.name)
        if state.ref.kind != ACCESS:
            self.directories.put_status(state)
        elif access is not None and state.is_same_or_newer(access.state):
            self.accesses[state.ref.name] = replace(access, state=state)

    def _after_binding_change(self, affected: AbstractSet[str]) -> AbstractSet[str]:
        """Compare prefixes if bindings name other directories now; return `affected`.

        A freeze depends on the pins of all bindings of a directory, too.
        """
        if not self.prefixes.is_of(self.bindings.pins.directories_with_subjects):
            self._compare_prefixes()
        for name in self.bindings.pins.take_changed():
            if self.directories.freezes.put_reported(name, self.check_freeze(name)):
                self.on_directory_change(name, self.users_of(name))
        return affected

    def _compare_prefixes(self) -> None:
        """Report the directories for which the prefixes of others mean something else now."""
        directories = {name: each.directory for name, each in self.directories.declared.items()}
        bound = self.bindings.pins.directories_with_subjects
        for name in self.prefixes.update(directories, bound):
            self.on_directory_change(name, self.users_of(name))
