"""Why something did not work, in words for people."""

from dataclasses import dataclass

from groupaccess.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something did not work, in words that stay the same while it lasts.

    `transient` tells that it is tried again and may come by itself, whatever is usual for the
    reason.
    """

    reason: Reason
    message: str
    transient: bool = False
