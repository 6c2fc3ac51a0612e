"""What is seen of how kube-apiserver reads tokens, as a test wants it."""

from collections.abc import Awaitable, Callable
from typing import Any


async def see_nothing(*_: object) -> None:
    """See nothing new."""


class FakeOidcChecker:
    """Sees what `look` returns; `forgotten` are the directories that are asked no more."""

    def __init__(self, look: Callable[..., Awaitable[Any]] = see_nothing) -> None:
        self.look = look
        self.forgotten = list[str]()

    async def check(self, *given: object) -> Any:
        return await self.look(*given)

    def forget(self, directory: str) -> None:
        self.forgotten.append(directory)
