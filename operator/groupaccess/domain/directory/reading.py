"""What is known about a directory, and what is missing for one mapping."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known about a directory, and the last failure that concerns all of it.

    A failure beside a snapshot means that the snapshot stays in force and new grants wait.
    `read_at` is when the last round without such a failure ended. `confirmed_absent` maps pinned
    ids that Keycloak does not have any more to the time when it first said so. An id is in it once
    a round has an answer for every pinned id.
    """

    snapshot: Snapshot | None = None
    failure: Failure | None = None
    read_at: datetime | None = field(default=None, compare=False)
    confirmed_absent: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def stale_since(self) -> datetime | None:
        """Return since when the snapshot is in force although newer readings failed."""
        return None if self.failure is None or self.snapshot is None else self.read_at


@dataclass(frozen=True, slots=True)
class MissingAnswer:
    """What a mapping lacks: an answer to one of its own questions.

    `failure` says why; it is None while the question was not asked yet. If it was `answered`
    before, that answer stays in force, and new grants wait.
    """

    failure: Failure | None = None
    answered: bool = False
