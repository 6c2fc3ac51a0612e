"""Whether this replica writes: its caches are synced, and it holds the Lease."""

from dataclasses import dataclass

from groupaccess.application.runtime.leader_election import LeaderElector


@dataclass
class Leadership:
    """Decides whether this replica writes.

    `elector` is None when no other replica is expected; `caught_up` is set after the cache sync.
    """

    elector: LeaderElector | None
    caught_up: bool = False

    def may_write(self) -> bool:
        """Return whether no other replica may write."""
        return self.elector is None or self.elector.is_leader

    @property
    def lease_age_seconds(self) -> float | None:
        """Return for how long this replica's Lease was not renewed; None while it has none."""
        return self.elector.lease_age_seconds if self.elector else None

    def is_active(self) -> bool:
        """Return whether the caches are synced and this replica is the one that writes."""
        return self.caught_up and self.may_write()
