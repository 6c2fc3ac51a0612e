"""What a verdict is, and all that it depends on."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Self

from groupaccess.domain.directory import Failure, Group, Reading
from groupaccess.domain.model import Directory, Mapping
from groupaccess.domain.namespaces import Namespaces
from groupaccess.domain.reasons import UNREAD, Reason


class Outcome(Enum):
    """What happens to a mapping's bindings."""

    GRANT = "Grant"  # as declared, for these subjects
    HOLD = "Hold"  # what stands keeps standing, nothing new
    REVOKE = "Revoke"  # none


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one mapping. `subjects` and `group` are set for GRANT alone.

    `message` is stable, and says what to do. `doubts` are what could not be verified of a GRANT;
    while it is `partial`, no string that stands is taken away. `last` is the answer by the last
    reading, while Keycloak cannot be read. Of a REVOKE, `would_bind` are the subjects that the
    mapping would have, so far as the last reading tells.
    """

    mapping: Mapping
    outcome: Outcome
    reason: Reason
    message: str
    group: Group | None = None
    subjects: tuple[str, ...] = ()
    doubts: tuple[Failure, ...] = ()
    partial: bool = False
    last: Self | None = None
    would_bind: tuple[str, ...] = ()

    @property
    def unread(self) -> bool:
        """Tell whether the only objection is that Keycloak could not be read."""
        return self.outcome is Outcome.HOLD and self.reason in UNREAD

    @property
    def said(self) -> Self:
        """Return what to say of what stands: no objection passes because nothing is read."""
        last = self.last
        return self if last is None or last.outcome is Outcome.GRANT else last

    @property
    def suspended(self) -> bool:
        """Tell whether the object waits because somebody wants it to."""
        return self.reason is Reason.SUSPENDED


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that a verdict depends on beside the mapping itself.

    `directory` is None when there is no such KeycloakDirectory. `now` is aware. `unsupported`
    names fields of the GroupAccess that this version does not act upon.
    """

    directory_name: str
    directory: Directory | None
    reading: Reading
    cluster_roles: AbstractSet[str]
    now: datetime
    namespaces: Namespaces = field(default_factory=dict)
    suspend: bool = False
    unsupported: tuple[str, ...] = ()

    @property
    def unread_yet(self) -> bool:
        """Tell whether the directory's first reading is still under way: nothing can be said."""
        return self.directory is not None and self.reading == Reading()
