"""Whether this replica writes: it has caught up with the watches, and holds the Lease."""

from dataclasses import dataclass

from groupaccess.application.runtime.leader_election import LeaderElector


@dataclass
class Leadership:
    """`elector` is None where no other replica is expected; `caught_up` is set by who waits."""

    elector: LeaderElector | None
    caught_up: bool = False

    def may_write(self) -> bool:
        """Tell whether no other replica may write."""
        return self.elector is None or self.elector.is_leader

    def is_active(self) -> bool:
        """Tell whether this replica has caught up and is the one that writes."""
        return self.caught_up and self.may_write()
