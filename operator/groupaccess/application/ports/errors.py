"""How a call through a port can fail."""

from groupaccess.domain.failure import Failure


class RejectedError(Exception):
    """The other side understood the request and refused it: an immediate retry is useless."""

    def __init__(self, failure: Failure) -> None:
        """Keep the failure, whose message is for people."""
        super().__init__(failure.message)
        self.failure = failure


class QuestionFailedError(RejectedError):
    """One question has no answer; other questions may still have one."""


class TransientError(Exception):
    """An error that may go away by itself: a race, an overload, a broken connection. Retry."""

    def __init__(self, message: str, again: float | None = None) -> None:
        """Keep the message, and after how many seconds to retry at the latest."""
        super().__init__(message)
        self.retry_after = again


class RestartError(Exception):
    """What the operator knows can no longer be trusted: only a restart helps."""


class NotInstalledError(Exception):
    """The API server does not serve one of our kinds."""


class NotAllowedError(Exception):
    """The API server does not let this person make the request."""


class AnonymousError(Exception):
    """A request arrived at the API server without credentials, which this person has."""


class InvalidRequestError(Exception):
    """The API server does not understand the request."""
