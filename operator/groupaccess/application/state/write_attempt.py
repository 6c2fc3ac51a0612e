"""One write that the API server has not acknowledged: what was sent, and when to try again."""

from dataclasses import dataclass
from datetime import timedelta

from groupaccess.application.ports.errors import TransientError
from groupaccess.application.work.backoff import backoff
from groupaccess.domain.binding import Binding, BindingContent, DesiredBinding
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

FIRST_BACKOFF_SECONDS = 0.005  # before the second try; doubles with each failure
REJECTED_BACKOFF_SECONDS = (
    2.0,
    3.0,
    5.0,
)  # a changed policy of ours acts about a second after its change
MAX_BACKOFF_SECONDS = 300.0
MAX_REVOKING_BACKOFF_SECONDS = (
    2.0  # a revocation is due as soon as the API server takes deletes again
)
REPORT_AFTER_SECONDS = (
    2.0  # a race or a short overload is over before, and nobody has to read of it
)
MAX_ERROR_CHARACTERS = 500  # characters of the error's words that go into a status


@dataclass(slots=True)
class WriteAttempt:
    """The tries of one write; all times are seconds of the monotonic clock.

    `desired` is what is to be applied, None for a deletion. `resource_version` is that of the
    binding which it was sent for, "" for none. `unanswered` tells that a try may have been carried
    out, or may still be, although no answer came. `rejection` is the API server's definite no, and
    `rights` numbers the operator's rights as they were then. `revoking_since` is when it was first
    to take subjects away; one that is `urgent` leaves nobody bound.
    """

    desired: DesiredBinding | None
    resource_version: str
    since: float
    failures: int = 0
    retry_at: float = 0.0
    unanswered: bool = False
    rejection: Failure | None = None
    rights: int = 0
    revoking_since: float | None = None
    urgent: bool = False
    _lasting: Failure | None = None

    @classmethod
    def continued_from(
        cls, before: "WriteAttempt | None", desired: DesiredBinding | None, version: str, now: float
    ) -> "WriteAttempt":
        """Return the attempt to go on with: the one before, if it was to write the same."""
        if before is None:
            return cls(desired, version, now, urgent=desired is None)
        if before.desired != desired:
            lasted = before.revoking_since
            return cls(desired, version, now, unanswered=before.unanswered, revoking_since=lasted)
        before.resource_version = version
        return before

    def forget_failures(self) -> None:
        """Forget its failures: it is not to be tried again for now."""
        self.failures, self.retry_at, self.rejection, self._lasting = 0, 0.0, None, None

    def mark_revoking(self, now: float, *, revokes: bool) -> None:
        """Keep since when it is to take subjects away."""
        since = now if self.revoking_since is None else self.revoking_since
        self.revoking_since = since if revokes else None

    def seconds_until_overdue(self, now: float, longest: timedelta) -> float | None:
        """Return the seconds until subjects that it is to take away have stayed too long."""
        if self.revoking_since is None:
            return None
        return self.revoking_since + longest.total_seconds() - now

    def mark_sent(self) -> None:
        """Note that a try is sent: until it is answered nobody knows what came of it."""
        self.unanswered = True

    def reject(self, refusal: Failure, now: float, rights: int, *, unanswered: bool) -> None:
        """Keep a definite no; `unanswered` is what was so before this try."""
        new = self.rejection is None or self.rights != rights
        self.failures = 1 if new else self.failures + 1
        self.rejection, self.rights, self.unanswered = refusal, rights, unanswered
        first = REJECTED_BACKOFF_SECONDS[min(self.failures, len(REJECTED_BACKOFF_SECONDS)) - 1]
        after = max(
            1, self.failures - len(REJECTED_BACKOFF_SECONDS) + 1
        )  # the last of them doubles
        self.retry_at = now + backoff(after, first, self._longest)

    def fail(self, error: TransientError, now: float) -> None:
        """Keep that a try failed, or had no answer; it is tried again with a back-off."""
        self.failures = self.failures + 1 if self.rejection is None else 1
        self.rejection = None
        if self._lasting is None and now - self.since >= REPORT_AFTER_SECONDS:
            # The words of each further try may hold a port or a time: the log has them.
            words = str(error)[:MAX_ERROR_CHARACTERS]
            fact = f"the write did not work yet, and is tried again by itself: {words}"
            self._lasting = Failure(Reason.WRITE_REFUSED, fact, transient=True)
        self.retry_at = now + backoff(self.failures, FIRST_BACKOFF_SECONDS, self._longest)

    def is_backing_off(
        self, version: str, desired: DesiredBinding | None, now: float, rights: int
    ) -> bool:
        """Tell whether the same write is not to be tried again yet."""
        same = (version, desired) == (self.resource_version, self.desired)
        return same and now < self.retry_at and (self.rejection is None or rights == self.rights)

    def fault(self) -> Failure | None:
        """Return what to say of it: nothing while a failure is new."""
        return self.rejection or self._lasting

    def is_new(self) -> bool:
        """Tell whether it failed a moment ago, so that there is nothing to say of it yet."""
        return bool(self.failures) and self.fault() is None

    def is_shown_by(self, binding: Binding) -> bool:
        """Tell whether a binding is what an unanswered try would have made."""
        return self.unanswered and self.desired is not None and self.desired.matches(binding)

    def is_certain(self, applied: BindingContent) -> bool:
        """Tell whether what was applied before is known to be the last word."""
        return not self.unanswered or (self.desired is not None and self.desired.content == applied)

    @property
    def _longest(self) -> float:
        return MAX_REVOKING_BACKOFF_SECONDS if self.urgent else MAX_BACKOFF_SECONDS
