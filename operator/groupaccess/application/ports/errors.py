"""How a call to the world can fail."""

from groupaccess.domain.failure import Failure


class RejectedError(Exception):
    """The other side understood and said no: trying the same again at once is of no use."""

    def __init__(self, failure: Failure) -> None:
        """Keep the failure, whose message is for people."""
        super().__init__(failure.message)
        self.failure = failure


class QuestionFailedError(RejectedError):
    """One question has no answer; that says nothing of any other."""


class TransientError(Exception):
    """Something that goes by itself: a race, an overload, a broken connection. Try again."""

    def __init__(self, message: str, again: float | None = None) -> None:
        """Keep what happened, and after how many seconds to look again at the latest."""
        super().__init__(message)
        self.retry_after = again


class RestartError(Exception):
    """What is known can no longer be relied upon: only a new start puts it right."""


class NotInstalledError(Exception):
    """The API server does not serve one of our kinds."""
