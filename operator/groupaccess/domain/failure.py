"""Why something failed, in words for people."""

from dataclasses import dataclass

from groupaccess.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something failed, in words that stay the same while it lasts.

    `transient` tells that it is retried and may pass by itself, even if its reason usually is not
    transient.
    """

    reason: Reason
    message: str
    transient: bool = False
