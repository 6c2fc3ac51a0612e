"""One write that the API server has not acknowledged: what was sent, and when to retry."""

from dataclasses import dataclass
from datetime import timedelta

from groupaccess.application.ports.errors import TransientError
from groupaccess.application.workqueue.backoff import backoff
from groupaccess.domain.binding import Binding, BindingContent, DesiredBinding
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

FIRST_BACKOFF_SECONDS = 0.005  # before the second try; doubles with each failure
REJECTED_BACKOFF_SECONDS = 2.0, 3.0, 5.0  # our policy takes effect about 1 s after a change
MAX_BACKOFF_SECONDS = 300.0
MAX_REVOKING_BACKOFF_SECONDS = 2.0  # to revoke as soon as the API server accepts deletes again
REPORT_AFTER_SECONDS = 2.0  # a race or a short overload ends sooner and needs no report
MAX_ERROR_CHARACTERS = 500  # of the error's text, in a status


@dataclass(slots=True)
class WriteAttempt:
    """The tries of one write; all times are seconds of the monotonic clock.

    `desired` is what is to be applied, None for a delete. `resource_version` is that of the binding
    for which it was sent, "" for none. `unanswered` means that a try may have been executed, or may
    still be, although no response came. `rejection` is the API server's definite refusal, and
    `rights` the version of the operator's rights at that time. `revoking_since` is since when it is
    to remove subjects; one that is `urgent` leaves no subject bound.
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
        """Return the attempt to continue with: `before`, if it was to write the same."""
        if before is None:
            return cls(desired, version, now, urgent=desired is None)
        if before.desired != desired:
            lasted = before.revoking_since
            return cls(desired, version, now, unanswered=before.unanswered, revoking_since=lasted)
        before.resource_version = version
        return before

    def forget_failures(self) -> None:
        """Forget the failures: the write is not retried for now."""
        self.failures, self.retry_at, self.rejection, self._lasting = 0, 0.0, None, None

    def mark_revoking(self, now: float, *, revokes: bool) -> None:
        """Record since when the write is to remove subjects, if it `revokes`."""
        since = now if self.revoking_since is None else self.revoking_since
        self.revoking_since = since if revokes else None

    def seconds_until_overdue(self, now: float, longest: timedelta) -> float | None:
        """Return the seconds until subjects to be removed were bound for too long, or None."""
        if self.revoking_since is None:
            return None
        return self.revoking_since + longest.total_seconds() - now

    def mark_sent(self) -> None:
        """Record that a try is sent: its result is unknown until there is a response."""
        self.unanswered = True

    def reject(self, refusal: Failure, now: float, rights: int, *, unanswered: bool) -> None:
        """Record a definite refusal; `unanswered` is its value before this try."""
        new = self.rejection is None or self.rights != rights
        self.failures = 1 if new else self.failures + 1
        self.rejection, self.rights, self.unanswered = refusal, rights, unanswered
        first = REJECTED_BACKOFF_SECONDS[min(self.failures, len(REJECTED_BACKOFF_SECONDS)) - 1]
        # The last of them doubles.
        after = max(1, self.failures - len(REJECTED_BACKOFF_SECONDS) + 1)
        self.retry_at = now + backoff(after, first, self._longest)

    def fail(self, error: TransientError, now: float) -> None:
        """Record that a try failed, or had no response; it is retried with a back-off."""
        self.failures = self.failures + 1 if self.rejection is None else 1
        self.rejection = None
        if self._lasting is None and now - self.since >= REPORT_AFTER_SECONDS:
            # The texts of further tries may differ by a port or a time: only the log has them.
            words = str(error)[:MAX_ERROR_CHARACTERS]
            fact = f"a write has not succeeded yet, and the operator tries it again: {words}"
            self._lasting = Failure(Reason.WRITE_REFUSED, fact, transient=True)
        self.retry_at = now + backoff(self.failures, FIRST_BACKOFF_SECONDS, self._longest)

    def is_backing_off(
        self, version: str, desired: DesiredBinding | None, now: float, rights: int
    ) -> bool:
        """Return whether the same write must not be retried yet."""
        same = (version, desired) == (self.resource_version, self.desired)
        return same and now < self.retry_at and (self.rejection is None or rights == self.rights)

    def fault(self) -> Failure | None:
        """Return the failure to report: none while it is new."""
        return self.rejection or self._lasting

    def is_new(self) -> bool:
        """Return whether it failed so recently that there is nothing to report yet."""
        return bool(self.failures) and self.fault() is None

    def is_shown_by(self, binding: Binding) -> bool:
        """Return whether a binding is what an unanswered try would have written."""
        return self.unanswered and self.desired is not None and self.desired.matches(binding)

    def is_certain(self, applied: BindingContent) -> bool:
        """Return whether `applied` is known to be the last content that was applied."""
        return not self.unanswered or (self.desired is not None and self.desired.content == applied)

    @property
    def _longest(self) -> float:
        return MAX_REVOKING_BACKOFF_SECONDS if self.urgent else MAX_BACKOFF_SECONDS
