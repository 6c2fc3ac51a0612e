"""Why something failed, in words for people."""

from dataclasses import dataclass
from typing import Self

from groupaccess.domain.reasons import Reason, with_advice


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something failed, in words that stay the same while it lasts.

    `transient` tells that it is retried and may pass by itself, even if its reason usually is not
    transient.
    """

    reason: Reason
    message: str
    transient: bool = False

    @classmethod
    def of(cls, reason: Reason, fact: str, advice: str | None = None) -> Self:
        """Return the failure with what to do: the reason's advice, or here a better one."""
        return cls(reason, with_advice(reason, fact, advice))
