"""Asks a directory several questions at once, but no more than it can bear."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from groupaccess.application.ports.clock import Clock
from groupaccess.application.ports.errors import QuestionFailedError, RejectedError
from groupaccess.application.ports.keycloak import Connection, DirectoryReader
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.group import ClaimContent, Group
from groupaccess.domain.directory.questions import (
    Answer,
    ById,
    GroupsInUse,
    Question,
    Search,
    questions_about,
)
from groupaccess.domain.directory.snapshot import Realm
from groupaccess.domain.directory.visibility import forbidden_group, groups_hidden, hidden_groups
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

MAX_CONCURRENT_REQUESTS = 4  # a realm serves many clusters
MAX_FAILURES = 10  # in a row; then the remaining questions are not asked
REALM_TIMEOUT_SECONDS = 60.0  # for reading the realm; a single answer has a shorter limit

T = TypeVar("T")
InquiryResults = dict[Question, Answer | Failure]


@dataclass
class Inquiry:
    """Questions to one directory over one connection.

    `identity` is the operator's account in the realm: only its answers count. `seconds` is how long
    Keycloak took for all answers together. `results` has the answer or the failure of each
    question.
    """

    reader: DirectoryReader
    directory: Directory
    connection: Connection
    clock: Clock
    identity: str = ""
    seconds: float = 0.0
    results: InquiryResults = field(default_factory=dict)
    _failures: int = 0  # in a row

    async def read_realm(self, members_of: Sequence[Group] | None) -> Realm:
        """Read the operator's account and the clients; raise RejectedError."""
        call = self.reader.read_realm(self.directory, self.connection, members_of)
        realm = await self._measure(call)
        self.identity = realm.directory_id
        return realm

    async def ask_all(self, used: GroupsInUse, content: ClaimContent) -> None:
        """Ask about all groups in use; raise RejectedError when no answer can be trusted."""
        if not used.pinned_ids:
            await self._measure(self.reader.check_groups_visible(self.directory, self.connection))
        await self.ask_for(lambda answers: questions_about(used, answers, content))
        searches = [each for question, each in self.results.items() if isinstance(question, Search)]
        failures = [result for result in searches if isinstance(result, Failure)]
        if failures and len(failures) == len(searches):
            raise RejectedError(failures[0])

    async def ask_for(
        self, questions_for: Callable[[dict[Question, Answer | None]], Iterable[Question]]
    ) -> None:
        """Ask the questions that `questions_for` returns, repeatedly, as answers add new ones.

        Raise RejectedError when the account does not see all groups.
        """
        while new := set(questions_for(self.answers)) - self.results.keys():
            await self.ask(new)
        await self._control()

    async def ask(self, new: Iterable[Question]) -> None:
        """Ask some questions, at most MAX_CONCURRENT_REQUESTS at a time."""
        waiting = deque(sorted(new, key=repr))
        many = min(MAX_CONCURRENT_REQUESTS, len(waiting))
        workers = [asyncio.create_task(self._work(waiting)) for _ in range(many)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    @property
    def answers(self) -> dict[Question, Answer | None]:
        """Return the answers, with None for failed questions."""
        return {
            question: result if isinstance(result, Answer) else None
            for question, result in self.results.items()
        }

    @property
    def transient_failure(self) -> Failure | None:
        """Return why some question has no answer for now, None if none failed so."""
        failures = (result for result in self.results.values() if isinstance(result, Failure))
        unavailable = Reason.KEYCLOAK_UNAVAILABLE
        return next((each for each in failures if each.reason is unavailable), None)

    async def _control(self) -> None:
        """Check that the search for a group's name shows it, also if it was renamed meanwhile.

        Raise RejectedError when it does not: then the account does not see all groups.
        """
        if (unseen := forbidden_group(self.results)) is not None:
            fact = (
                f"groups: the group with the id {unseen.group_id} may not be read, and no search "
                "finds it"
            )
            raise RejectedError(groups_hidden(fact))
        for by_id in [ById(group.id) for group in hidden_groups(self.answers)]:
            await self.ask([by_id])
            answer = self.answers[by_id]
            for group in answer.groups if answer else ():
                search = Search(group.name)
                await self.ask([search])
                if any(hidden_groups({by_id: answer, search: self.answers[search]})):
                    fact = f"groups: {group.path} (id {group.id}) exists, but no search finds it"
                    raise RejectedError(groups_hidden(fact))

    async def _work(self, waiting: deque[Question]) -> None:
        while waiting:
            question = waiting.popleft()
            result = self.results[question] = await self._result(question)
            self._failures = self._failures + 1 if isinstance(result, Failure) else 0
            if isinstance(result, Failure) and self._failures >= MAX_FAILURES:
                raise RejectedError(result)

    async def _result(self, question: Question) -> Answer | Failure:
        call = self.reader.answer(self.directory, self.connection, self.identity, question)
        try:
            return await self._measure(call)
        except QuestionFailedError as unanswered:
            return unanswered.failure

    async def _measure(self, call: Awaitable[T]) -> T:
        began = self.clock.monotonic()
        try:
            async with asyncio.timeout(REALM_TIMEOUT_SECONDS):
                return await call
        except TimeoutError:
            fact = "Keycloak did not answer in time"
            reason = Reason.KEYCLOAK_UNAVAILABLE
            raise RejectedError(Failure.of(reason, fact)) from None
        finally:
            self.seconds += self.clock.monotonic() - began
