"""What is seen of how kube-apiserver reads tokens, as a test wants it."""

from collections.abc import Awaitable, Callable

from groupaccess.application.ports.keycloak import Connection
from groupaccess.application.state.declared_objects import DeclaredDirectory
from groupaccess.domain.apiserver.oidc_check_result import OidcCheckResult
from groupaccess.domain.directory.reading import Reading

Connect = Callable[[], Awaitable[Connection]]
Look = Callable[[DeclaredDirectory, Reading, Connect], Awaitable[OidcCheckResult | None]]


async def see_nothing(_declared: DeclaredDirectory, _reading: Reading, _connect: Connect) -> None:
    """See nothing new."""


class FakeOidcChecker:
    """Sees what `look` returns; `forgotten` are the directories that are asked no more."""

    def __init__(self, look: Look = see_nothing) -> None:
        self.look = look
        self.forgotten = list[str]()

    async def check(
        self, declared: DeclaredDirectory, reading: Reading, connect: Connect
    ) -> OidcCheckResult | None:
        return await self.look(declared, reading, connect)

    def forget(self, directory: str) -> None:
        self.forgotten.append(directory)
