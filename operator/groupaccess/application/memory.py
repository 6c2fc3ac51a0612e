"""What the operator remembers of one GroupAccess and of one binding, and drops with its uid."""

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from groupaccess.application.attempts import Attempt
from groupaccess.domain.bindings import Binding, BindingKey, Content
from groupaccess.domain.former import Formers, former_subjects


class DeclaredGroup(NamedTuple):
    """A group as declared, and the directory that it is declared for."""

    directory: str
    group: str


@dataclass(slots=True)
class BindingMemory:
    """What is remembered of one binding that is to be deleted, until it is wanted again.

    All times are seconds of the monotonic clock: `since` is when the deletion was first planned,
    `replaced_at` when all of its `replacements` were there. `attempt` is the last try.
    """

    since: float
    replacements: frozenset[BindingKey] = frozenset()
    replaced_at: float | None = None
    attempt: Attempt | None = None


@dataclass(slots=True)
class ObjectMemory:
    """What is remembered of one GroupAccess.

    `applied` is what the API server acknowledged last, by binding: drift is repaired to it while
    Keycloak is silent. `ends` are those of former subjects, kept until these are bound no more,
    also where no write is acknowledged. `attempts` are applies that were not acknowledged.
    `subjects` are those that a mapping bound before it was revoked. `answered` are those that the
    last answers gave a group, its former ones among them. `warned` names the ends of which people
    were warned.
    """

    uid: str
    name: str = ""
    applied: dict[BindingKey, Content] = field(default_factory=dict)
    ends: dict[BindingKey, Formers] = field(default_factory=dict)
    attempts: dict[BindingKey, Attempt] = field(default_factory=dict)
    subjects: dict[DeclaredGroup, frozenset[str]] = field(default_factory=dict)
    answered: dict[DeclaredGroup, frozenset[str]] = field(default_factory=dict)
    warned: set[str] = field(default_factory=set)

    @property
    def certain(self) -> dict[BindingKey, Content]:
        """Return what is known to have been applied last.

        A write without an answer counts as neither done nor failed: what was applied before it
        may be what it took away.
        """
        return {
            key: content
            for key, content in self.applied.items()
            if key not in self.attempts or self.attempts[key].is_certain(content)
        }

    def repairable(self, bindings: Mapping[BindingKey, Binding]) -> dict[BindingKey, Content]:
        """Return what was applied last, without subjects that are not bound and not given any more.

        A group may have been renamed while nothing was written, above all while suspended: its
        former name is not bound again once no answer is known.
        """
        return {key: self._without(key, each, bindings) for key, each in self.certain.items()}

    def _without(
        self, key: BindingKey, content: Content, bindings: Mapping[BindingKey, Binding]
    ) -> Content:
        about = content.about
        given = self.answered.get(DeclaredGroup(about.get("directory", ""), about.get("group", "")))
        if given is None:
            return content
        there = bindings[key].content if key in bindings else None
        bound = there.groups if there is not None and there.role == content.role else ()
        subjects = tuple(each for each in content.subjects if each.name in {*given, *bound})
        return content if subjects == content.subjects else replace(content, subjects=subjects)

    @property
    def pending(self) -> dict[BindingKey, Content]:
        """Return what is to be bound by writes that were not acknowledged."""
        waiting = ((key, attempt.desired) for key, attempt in self.attempts.items())
        return {key: each.content for key, each in waiting if each}

    @property
    def placeholders(self) -> dict[BindingKey, Content]:
        """Return the bindings without subjects that were not written yet: their pins are kept."""
        return {key: content for key, content in self.pending.items() if not content.subjects}

    def unwritten(self, standing: Container[BindingKey]) -> dict[BindingKey, Content]:
        """Return what is to be bound and does not stand, or not so, so far as it pins."""
        return {
            key: content
            for key, content in (self.placeholders | self.certain).items()
            if key in self.attempts or key not in standing
        }

    @property
    def refused(self) -> bool:
        """Tell whether the API server refused one of the writes."""
        return any(attempt.refusal is not None for attempt in self.attempts.values())

    def observe(self, bindings: Mapping[BindingKey, Binding]) -> None:
        """Take an unanswered write for acknowledged when the watch shows what it would make."""
        for key, attempt in tuple(self.attempts.items()):
            binding = bindings.get(key)
            if binding and attempt.desired and attempt.is_shown_by(binding):
                self.acknowledge(key, attempt.desired.content)

    def decide(
        self, contents: Mapping[BindingKey, Content], bindings: Mapping[BindingKey, Binding]
    ) -> None:
        """Take in the ends that are decided; one that has come stays known while it is bound."""
        known, self.ends = self.ends, {}
        for key, content in contents.items():
            bound = {*bindings[key].content.groups} if key in bindings else set[str]()
            gone = bound.difference(content.groups)
            before = {name: one for name, one in known.get(key, {}).items() if name in gone}
            if formers := before | former_subjects(content):
                self.ends[key] = formers

    def acknowledge(self, key: BindingKey, content: Content) -> None:
        """Keep what was applied."""
        self.applied[key] = content
        self.attempts.pop(key, None)

    def rest(self, keys: Collection[BindingKey]) -> None:
        """Forget the failures of writes that are not wanted now; what has no answer stays open."""
        for key in tuple(keys):
            if self.attempts[key].unanswered:
                self.attempts[key].rest()
            else:
                del self.attempts[key]

    def keep(self, keys: Collection[BindingKey]) -> None:
        """Forget the bindings that are no longer declared."""
        for memory in (self.applied, self.attempts):
            for key in memory.keys() - keys:
                memory.pop(key)
