"""What the operator remembers of one directory: Keycloak's answers, each updated by itself."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from groupaccess.domain.directory.group import ClaimContent
from groupaccess.domain.directory.questions import (
    Answer,
    ById,
    GroupsInUse,
    Question,
    questions_about,
)
from groupaccess.domain.directory.reading import MissingAnswer, Reading
from groupaccess.domain.directory.snapshot import Realm, Snapshot, build_snapshot
from groupaccess.domain.directory.suggestions import Suggestion
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.freeze import PinnedGroup
from groupaccess.domain.reasons import Reason

QuestionResults = Mapping[Question, Answer | Failure]


@dataclass(frozen=True, slots=True)
class RoundResult:
    """The results of one round: all questions of a directory, asked once.

    `at` is when it ended, `groups_in_use` what it asked about.
    """

    realm: Realm
    results: QuestionResults
    groups_in_use: GroupsInUse
    at: datetime

    @property
    def is_whole(self) -> bool:
        """Return whether each pinned id has an answer: its group, or that there is none."""
        answered = set[str]()
        for question, result in self.results.items():
            if isinstance(result, Answer):
                answered |= {group.id for group in result.groups}
                answered |= {question.group_id} if isinstance(question, ById) else set()
        return answered.issuperset(
            pin.group_id for pin in self.groups_in_use.pinned_ids if pin.is_valid
        )


@dataclass(frozen=True, slots=True)
class WholeRound:
    """The last whole round: the snapshot after it, and the pinned ids that were absent."""

    snapshot: Snapshot
    absent: frozenset[str]

    def answered(self, uses: Iterable[PinnedGroup]) -> list[PinnedGroup]:
        """Return the pins of `uses` that this round answered."""
        return [
            use
            for use in uses
            if use.group_id in self.snapshot.by_id or use.group_id in self.absent
        ]


@dataclass(slots=True)
class DirectoryMemory:
    """What is remembered of one directory, and dropped with its uid.

    `answers` are the last ones, the newest at the end. `failures` are of questions whose last try
    failed, answered before or not. `absent_since` is since when Keycloak answers that a pinned id
    does not exist. `suggestions` are by declared group, each with the time of the monotonic clock,
    in seconds, when it was made. `snapshot` combines all answers; it is None before the first
    round. `former_strings` are the claim values that are bound besides the groups' current ones.
    Of `answers`, `_about_groups` are those that show a group, or that an id has none.
    `failure` is of the last try to ask, `reported_failure` the one that all users know of.
    """

    uid: str = ""
    realm: Realm | None = None
    answers: dict[Question, Answer] = field(default_factory=dict)
    failures: dict[Question, Failure] = field(default_factory=dict)
    absent_since: dict[str, datetime] = field(default_factory=dict)
    suggestions: dict[str, tuple[Suggestion, float]] = field(default_factory=dict)
    failure: Failure | None = None
    reported_failure: Failure | None = None
    read_at: datetime | None = None
    snapshot: Snapshot | None = None
    former_strings: frozenset[str] = frozenset()
    last_whole_round: WholeRound | None = None
    _about_groups: dict[Question, Answer] = field(default_factory=dict)

    @property
    def reading(self) -> Reading:
        """Return what is known of all groups."""
        if self.snapshot is None:
            return Reading(failure=self.failure)
        since = self.absent_since
        confirmed = {each: since[each] for each in self.confirmed_absent if each in since}
        return Reading(self.snapshot, self.failure, self.read_at, confirmed)

    @property
    def confirmed_absent(self) -> frozenset[str]:
        """Return the pinned ids that a whole round has confirmed as absent; only these act."""
        return self.last_whole_round.absent if self.last_whole_round else frozenset()

    @property
    def unconfirmed_absent(self) -> frozenset[str]:
        """Return the pinned ids that are absent by an answer, but not yet by a whole round."""
        return frozenset(self.absent_since.keys() - self.confirmed_absent)

    @property
    def transient_failures(self) -> frozenset[Question]:
        """Return the questions that have failed, and may have an answer soon."""
        unavailable = Reason.KEYCLOAK_UNAVAILABLE
        result = (each for each, why in self.failures.items() if why.reason is unavailable)
        return frozenset(result)

    def put(self, results: QuestionResults, now: datetime) -> frozenset[Question]:
        """Store answers and failures; return the questions whose result has changed."""
        changed = {each for each, result in results.items() if self._put(each, result, now)}
        if changed:
            self._rebuild()
        return frozenset(changed)

    def put_realm(self, realm: Realm) -> bool:
        """Store the operator's account and the clients; return whether they have changed."""
        before = self.snapshot
        if realm == self.realm:
            return False
        self.realm = realm
        self._rebuild()
        after = self.snapshot
        if before is None or after is None:
            return before is not after
        return (before.directory_id, before.clients) != (after.directory_id, after.clients)

    def _put_strings(self, strings: frozenset[str]) -> bool:
        """Store the former strings; return whether that changes what a client's mappers add."""
        before, self.former_strings = self.snapshot, strings
        self._rebuild()
        after = self.snapshot
        return before is not None and after is not None and before.clients != after.clients

    def put_round(
        self, ended: RoundResult, used: GroupsInUse, content: ClaimContent
    ) -> frozenset[Question] | None:
        """Store a round; return the questions whose result has changed, None for all.

        Answers from another realm are dropped, and so is what is not in use (`used`) any more.
        """
        everything = self.failure is not None or self.read_at is None
        if self.realm is None or self.realm.directory_id != ended.realm.directory_id:
            everything = True
            self.answers, self.failures, self.absent_since = {}, {}, {}
            self._about_groups = {}
        everything = self._put_strings(used.strings) or everything
        everything = self.put_realm(ended.realm) or everything
        changed = self.put(ended.results, ended.at)
        self._keep(questions_about(used, self.answers, content), used)
        self.failure = self.reported_failure = None
        self.read_at, before = ended.at, self.confirmed_absent
        if ended.is_whole and self.snapshot is not None:
            self.last_whole_round = WholeRound(self.snapshot, frozenset(self.absent_since))
        changed |= {ById(group_id) for group_id in before ^ self.confirmed_absent}
        return None if everything else changed

    def put_failure(self, failure: Failure) -> bool:
        """Store why there is no answer at all; return whether some user does not know it yet."""
        before = self.failure, self.reported_failure
        self.failure = self.reported_failure = failure
        return before != (failure, failure)

    def put_suggestion(self, reference: str, hint: Suggestion, at: float) -> bool:
        """Store what somebody may have meant with a group; return whether it is another one.

        `at` is when it was made, in seconds of the monotonic clock.
        """
        before, _ = self.suggestions.get(reference, (Suggestion(), at))
        self.suggestions[reference] = hint, at
        return before != hint

    def missing_answer(self, needed: Iterable[Question]) -> MissingAnswer | None:
        """Return what is missing of the answers that a mapping needs, None for nothing."""
        needed = tuple(needed)
        failures = (self.failures[each] for each in needed if each in self.failures)
        failure, answered = next(failures, None), all(each in self.answers for each in needed)
        return None if failure is None and answered else MissingAnswer(failure, answered)

    def _put(self, question: Question, result: Answer | Failure, now: datetime) -> bool:
        if isinstance(result, Failure):
            previous, self.failures[question] = self.failures.get(question), result
            return previous != result
        failed = self.failures.pop(question, None) is not None
        for group in result.groups:
            self.absent_since.pop(group.id, None)
        if isinstance(question, ById) and not result.groups:
            self.absent_since.setdefault(question.group_id, now)
        before = self.answers.pop(question, None)
        same = before if before == result else None  # the same object, moved to the end
        self.answers[question] = same or result
        self._about_groups.pop(question, None)
        if result.groups or isinstance(question, ById):
            self._about_groups[question] = self.answers[question]
        return failed or same is None

    def _keep(self, used: Collection[Question], in_use: GroupsInUse) -> None:
        """Forget what is not asked any more."""
        ids = {pin.group_id for pin in in_use.pinned_ids}
        forgotten = self.answers.keys() - used
        for each in forgotten:
            del self.answers[each]
            self._about_groups.pop(each, None)
        self.failures = {each: self.failures[each] for each in self.failures if each in used}
        self.absent_since = {
            each: self.absent_since[each] for each in self.absent_since if each in ids
        }
        self.suggestions = {
            each: self.suggestions[each] for each in self.suggestions if each in in_use.references
        }
        if forgotten:
            self._rebuild()

    def _rebuild(self) -> None:
        """Combine the answers; an equal snapshot stays the same object."""
        if self.realm is None:
            return
        built = build_snapshot(self.realm, self._about_groups, self.former_strings)
        if built != self.snapshot:
            self.snapshot = built
