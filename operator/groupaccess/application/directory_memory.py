"""What the operator remembers of one directory: Keycloak's answers, each with its own fate."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from groupaccess.domain.directory import Failure, Gap, Hint, Reading, Realm, Snapshot
from groupaccess.domain.question import Answer, ById, InUse, Question, questions
from groupaccess.domain.reasons import Reason
from groupaccess.domain.snapshot import snapshot

Results = Mapping[Question, Answer | Failure]


@dataclass(frozen=True, slots=True)
class Round:
    """All questions of a directory, asked once. `at` is the end, `used` what was asked about."""

    realm: Realm
    results: Results
    used: InUse
    at: datetime

    @property
    def whole(self) -> bool:
        """Tell whether each pinned id was answered: as a group's, or as nobody's."""
        known = set[str]()
        for question, result in self.results.items():
            if isinstance(result, Answer):
                known |= {group.id for group in result.groups}
                known |= {question.group_id} if isinstance(question, ById) else set()
        return known.issuperset(pin.group_id for pin in self.used.pins if pin.can_be)


@dataclass(slots=True)
class DirectoryMemory:
    """What is remembered of one directory, and dropped with its uid.

    `answers` are the last ones, the newest at the end; `failures` are of questions whose last try
    failed, answered before or not. `gone` is since when a pinned id has been answered to be none.
    `hints` are by what is declared, each with the time of the monotonic clock when it was made.
    `known` is what all answers tell, None before the first round. `judged` is what was known after
    the last whole round, with the ids that were gone. `strings` are what tokens carry that is bound
    besides what groups are called now.
    """

    uid: str = ""
    realm: Realm | None = None
    answers: dict[Question, Answer] = field(default_factory=dict)
    failures: dict[Question, Failure] = field(default_factory=dict)
    gone: dict[str, datetime] = field(default_factory=dict)
    hints: dict[str, tuple[Hint, float]] = field(default_factory=dict)
    failure: Failure | None = None
    read_at: datetime | None = None
    known: Snapshot | None = None
    strings: frozenset[str] = frozenset()
    judged: tuple[Snapshot, frozenset[str]] | None = None

    @property
    def reading(self) -> Reading:
        """Return what is known of all groups."""
        if self.known is None:
            return Reading(failure=self.failure)
        confirmed = {each: self.gone[each] for each in self.confirmed if each in self.gone}
        return Reading(self.known, self.failure, self.read_at, confirmed)

    @property
    def confirmed(self) -> frozenset[str]:
        """Return the pinned ids that are gone by a whole round: before that nothing acts on it."""
        return self.judged[1] if self.judged else frozenset()

    @property
    def unconfirmed(self) -> frozenset[str]:
        """Return the pinned ids that are gone by an answer, and not by a whole round yet."""
        return frozenset(self.gone.keys() - self.confirmed)

    @property
    def passing(self) -> frozenset[Question]:
        """Return the questions that had no answer, and may have one soon."""
        unavailable = Reason.KEYCLOAK_UNAVAILABLE
        found = (each for each, why in self.failures.items() if why.reason is unavailable)
        return frozenset(found)

    def put(self, results: Results, now: datetime) -> frozenset[Question]:
        """Keep some answers and failures; return the questions of which something new is known."""
        changed = {each for each, result in results.items() if self._put(each, result, now)}
        if changed:
            self._rebuild()
        return frozenset(changed)

    def put_realm(self, realm: Realm) -> bool:
        """Keep what concerns all groups; tell whether something of it matters."""
        before = self.known
        if realm == self.realm:
            return False
        self.realm = realm
        self._rebuild()
        after = self.known
        if before is None or after is None:
            return before is not after
        return (before.identity, before.clients) != (after.identity, after.clients)

    def _put_strings(self, strings: frozenset[str]) -> bool:
        """Keep which strings are bound besides; tell whether mappers are known to add one."""
        before, self.strings = self.known, strings
        self._rebuild()
        after = self.known
        return before is not None and after is not None and before.clients != after.clients

    def put_round(self, ended: Round, used: InUse, *, paths: bool) -> frozenset[Question] | None:
        """Keep a round; return the questions of which something new is known, None for all.

        Of another realm than before nothing is kept, nor what is not in use by now.
        """
        everything = self.failure is not None
        if self.realm is None or self.realm.identity != ended.realm.identity:
            everything = True
            self.answers, self.failures, self.gone = {}, {}, {}
        everything = self._put_strings(used.strings) or everything
        everything = self.put_realm(ended.realm) or everything
        changed = self.put(ended.results, ended.at)
        self._keep(questions(used, self.answers, paths=paths), used)
        self.failure, self.read_at, before = None, ended.at, self.confirmed
        if ended.whole and self.known is not None:
            self.judged = self.known, frozenset(self.gone)
        changed |= {ById(group_id) for group_id in before ^ self.confirmed}
        return None if everything else changed

    def gap(self, needed: Iterable[Question]) -> Gap | None:
        """Return what is missing of the answers that a mapping needs, None for nothing."""
        needed = tuple(needed)
        failures = (self.failures[each] for each in needed if each in self.failures)
        failure, answered = next(failures, None), all(each in self.answers for each in needed)
        return None if failure is None and answered else Gap(failure, answered)

    def _put(self, question: Question, result: Answer | Failure, now: datetime) -> bool:
        if isinstance(result, Failure):
            known, self.failures[question] = self.failures.get(question), result
            return known != result
        failed = self.failures.pop(question, None) is not None
        for group in result.groups:
            self.gone.pop(group.id, None)
        if isinstance(question, ById) and not result.groups:
            self.gone.setdefault(question.group_id, now)
        before = self.answers.pop(question, None)
        if before == result:
            self.answers[question] = before  # the same object, and the newest
            return failed
        self.answers[question] = result
        return True

    def _keep(self, used: Collection[Question], in_use: InUse) -> None:
        """Forget what is not asked any more."""
        ids = {pin.group_id for pin in in_use.pins}
        forgotten = self.answers.keys() - used
        self.answers = {each: self.answers[each] for each in self.answers if each in used}
        self.failures = {each: self.failures[each] for each in self.failures if each in used}
        self.gone = {each: self.gone[each] for each in self.gone if each in ids}
        self.hints = {each: self.hints[each] for each in self.hints if each in in_use.references}
        if forgotten:
            self._rebuild()

    def _rebuild(self) -> None:
        """Put the answers together; what is equal to what was known stays that very object."""
        if self.realm is None:
            return
        built = snapshot(self.realm, self.answers, self.strings)
        if built != self.known:
            self.known = built
