"""What the application needs of the Lease that the replicas share."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Lease:
    """A coordination.k8s.io Lease. `holder` is "" after a release; `duration` is in seconds.

    `resource_version` is the precondition of a write.
    """

    holder: str
    duration: int
    acquired: datetime
    renewed: datetime
    transitions: int
    resource_version: str = ""


class Leases(Protocol):
    """The one Lease that the replicas share."""

    async def read(self) -> Lease | None:
        """Read the Lease; None when it does not exist. Raise TransientError when that fails."""

    async def write(self, lease: Lease) -> Lease:
        """Create the Lease (without a version), or replace exactly the version that was read.

        Raise TransientError when another replica was faster, or when the write fails.
        """
