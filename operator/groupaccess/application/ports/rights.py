"""What the application asks about the operator's own rights."""

from typing import Protocol


class OperatorRights(Protocol):
    """The operator's own rights."""

    async def may_bind(self, cluster_role: str) -> bool:
        """Return whether the operator may bind a ClusterRole; raise TransientError if unknown."""
