"""The directories, and what is known of each realm and of its tokens."""

from dataclasses import dataclass, field, replace

from groupaccess.application.state.declared_objects import (
    DeclaredDirectory,
    ObjectState,
    UnreadableDirectory,
)
from groupaccess.application.state.directory_memory import DirectoryMemory
from groupaccess.application.state.freeze_monitor import FreezeMonitor
from groupaccess.domain.apiserver.oidc_check_result import OidcCheckResult
from groupaccess.domain.directory.reading import Reading


@dataclass
class Directories:
    """What is declared, read and checked, by the name of the directory."""

    declared: dict[str, DeclaredDirectory] = field(default_factory=dict)
    memories: dict[str, DirectoryMemory] = field(default_factory=dict)
    oidc_checks: dict[str, OidcCheckResult] = field(default_factory=dict)
    freezes: FreezeMonitor = field(default_factory=FreezeMonitor)
    unreadable: dict[str, UnreadableDirectory] = field(default_factory=dict)

    def put(self, declared: DeclaredDirectory) -> bool:
        """Store a directory, unless a newer version is known; return whether it has changed.

        What was read is dropped if it was of another realm or other clients.
        """
        name = declared.directory.name
        previous = self.declared.get(name)
        if self._knows_newer(declared.state):
            return False
        was_unreadable = self.unreadable.pop(name, None) is not None
        self.declared[name] = declared
        same_realm = previous is not None and previous.reads_same_realm(declared)
        if previous is not None and same_realm and previous.has_same_spec(declared):
            return was_unreadable
        if previous is None or not previous.differs_by_suspend(declared):
            self.oidc_checks.pop(name, None)  # it was for another spec
        uid = declared.state.ref.uid
        if self.memory(name).uid != uid:
            self.freezes.forget(name)
        if not same_realm:
            self.memories[name] = DirectoryMemory(uid)
        return True

    def put_unreadable(self, unreadable: UnreadableDirectory) -> bool:
        """Record that a directory cannot be read now, and why; return whether that is new.

        Its last readable spec stays, for other directories.
        """
        name = unreadable.state.ref.name
        if self._knows_newer(unreadable.state):
            return False
        before, self.unreadable[name] = self.unreadable.get(name), unreadable
        return before is None or before.fact != unreadable.fact

    def readable(self, name: str) -> DeclaredDirectory | None:
        """Return a directory; None if it is unknown, or cannot be read now."""
        return None if name in self.unreadable else self.declared.get(name)

    def _knows_newer(self, state: ObjectState) -> bool:
        known = self.declared.get(state.ref.name), self.unreadable.get(state.ref.name)
        return any(each is not None and each.state.is_newer_than(state) for each in known)

    def drop(self, name: str) -> None:
        """Remove a directory that was deleted."""
        self.unreadable.pop(name, None)
        self.declared.pop(name, None)
        self.memories.pop(name, None)
        self.freezes.forget(name)
        self.oidc_checks.pop(name, None)

    def put_status(self, state: ObjectState) -> None:
        """Store the status that was just written."""
        unreadable = self.unreadable.get(state.ref.name)
        if unreadable is not None and state.is_same_or_newer(unreadable.state):
            self.unreadable[state.ref.name] = replace(unreadable, state=state)
        previous = self.declared.get(state.ref.name)
        if previous is not None and state.is_same_or_newer(previous.state):
            self.declared[state.ref.name] = replace(previous, state=state)

    def memory(self, name: str) -> DirectoryMemory:
        """Return what is remembered of a directory; of an unknown one nothing is kept."""
        return self.memories.get(name) or DirectoryMemory("")

    def reading(self, name: str) -> Reading:
        """Return what is known of all groups of a directory."""
        return self.memory(name).reading

    def put_oidc_check(self, name: str, check: OidcCheckResult) -> bool:
        """Store how kube-apiserver reads the directory's tokens; return whether that is new."""
        before, self.oidc_checks[name] = self.oidc_checks.get(name), check
        return check != before
