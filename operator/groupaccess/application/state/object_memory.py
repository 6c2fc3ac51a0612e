"""What the operator remembers of one GroupAccess or of one binding, and drops with its uid."""

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from groupaccess.application.state.write_attempt import WriteAttempt
from groupaccess.domain.binding import Binding, BindingContent, BindingKey
from groupaccess.domain.bindings.group_reading import BoundGroup, GroupReading
from groupaccess.domain.identity.former_subjects import FormerSubjects, former_subjects


class DeclaredGroup(NamedTuple):
    """A group as declared, and the directory for which it is declared."""

    directory: str
    group: str


@dataclass(slots=True)
class BindingMemory:
    """What is remembered of one binding that is to be deleted, until it is desired again.

    All times are seconds of the monotonic clock: `since` is when the delete was first planned,
    `due_at` when it may begin, as the last plan says, `replaced_at` when all of its `replacements`
    existed. `attempt` is the last try.
    """

    since: float
    due_at: float | None = None
    replacements: frozenset[BindingKey] = frozenset()
    replaced_at: float | None = None
    attempt: WriteAttempt | None = None


@dataclass(slots=True)
class ObjectMemory:
    """What is remembered of one GroupAccess.

    `applied` is what the API server acknowledged last, by binding: drift is repaired to it while
    Keycloak does not answer. `former_ends` are the ends of former subjects, kept as long as these
    are bound, also when no write is acknowledged. `attempts` are applies that are not acknowledged.
    `last_subjects` are those that a mapping bound before it was revoked. `readings` are what is
    known of the groups of its bindings. `announced` names the ends that events have announced.
    `first_status_due_at` is until when the first status waits for other objects, in seconds of the
    monotonic clock; it is written in its turn. `lacks_answer` is whether its last verdicts lacked
    an answer of Keycloak.
    """

    uid: str
    name: str = ""
    applied: dict[BindingKey, BindingContent] = field(default_factory=dict)
    former_ends: dict[BindingKey, FormerSubjects] = field(default_factory=dict)
    attempts: dict[BindingKey, WriteAttempt] = field(default_factory=dict)
    last_subjects: dict[DeclaredGroup, frozenset[str]] = field(default_factory=dict)
    readings: dict[BoundGroup, GroupReading] = field(default_factory=dict)
    announced: set[str] = field(default_factory=set)
    first_status_due_at: float | None = None
    lacks_answer: bool = False

    @property
    def acknowledged(self) -> dict[BindingKey, BindingContent]:
        """Return the content that is known to have been applied last.

        A write without a response counts as neither done nor failed: it may have removed what was
        applied before it.
        """
        return {
            key: content
            for key, content in self.applied.items()
            if key not in self.attempts or self.attempts[key].is_certain(content)
        }

    @property
    def pending(self) -> dict[BindingKey, BindingContent]:
        """Return the content of the writes that are not acknowledged."""
        waiting = ((key, attempt.desired) for key, attempt in self.attempts.items())
        return {key: each.content for key, each in waiting if each}

    @property
    def placeholders(self) -> dict[BindingKey, BindingContent]:
        """Return the placeholders that are not written yet, so that their pins count."""
        return {key: content for key, content in self.pending.items() if not content.subjects}

    def unwritten(self, existing: Container[BindingKey]) -> dict[BindingKey, BindingContent]:
        """Return the contents with pins whose bindings do not exist, or not as desired."""
        return {
            key: content
            for key, content in (self.placeholders | self.acknowledged).items()
            if key in self.attempts or key not in existing
        }

    @property
    def has_rejected_write(self) -> bool:
        """Return whether the API server refused one of the writes."""
        return any(attempt.rejection is not None for attempt in self.attempts.values())

    def observe(self, bindings: Mapping[BindingKey, Binding]) -> None:
        """Acknowledge an unanswered write when the watch shows its result."""
        for key, attempt in tuple(self.attempts.items()):
            binding = bindings.get(key)
            if binding and attempt.desired and attempt.is_shown_by(binding):
                self.acknowledge(key, attempt.desired.content)

    def keep_former_ends(
        self, contents: Mapping[BindingKey, BindingContent], bindings: Mapping[BindingKey, Binding]
    ) -> None:
        """Update the known ends; a past end stays known while its subject is still bound."""
        previous, self.former_ends = self.former_ends, {}
        for key, content in contents.items():
            bound = {*bindings[key].content.groups} if key in bindings else set[str]()
            ended = bound.difference(content.groups)
            before = {name: item for name, item in previous.get(key, {}).items() if name in ended}
            if formers := before | former_subjects(content):
                self.former_ends[key] = formers

    def acknowledge(self, key: BindingKey, content: BindingContent) -> None:
        """Record what was applied."""
        self.applied[key] = content
        self.attempts.pop(key, None)

    def forget_failures(self, keys: Collection[BindingKey]) -> None:
        """Forget failures of writes that are not desired now; unanswered writes stay open."""
        for key in tuple(keys):
            if self.attempts[key].unanswered:
                self.attempts[key].forget_failures()
            else:
                del self.attempts[key]

    def keep_only(self, keys: Collection[BindingKey]) -> None:
        """Forget the bindings that are no longer declared."""
        for memory in (self.applied, self.attempts):
            for key in memory.keys() - keys:
                memory.pop(key)
