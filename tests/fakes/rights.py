"""The port `OperatorRights` as a list of roles."""

from collections.abc import Iterable

from groupaccess.application.ports.errors import TransientError


class FakeRights:
    """Knows which roles may be bound. `asked` are the roles that it was asked for.

    The next `fails` questions get no answer.
    """

    def __init__(self, bindable: Iterable[str]) -> None:
        self.bindable = set(bindable)
        self.asked: list[str] = []
        self.fails = 0

    async def may_bind(self, cluster_role: str) -> bool:
        self.asked.append(cluster_role)
        if self.fails:
            self.fails -= 1
            raise TransientError("503")
        return cluster_role in self.bindable
