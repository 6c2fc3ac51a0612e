"""The port `BindGuardPolicies` as one policy, which a test switches off and on."""

from groupaccess.application.ports.errors import TransientError

GUARD = "bind-guard"


class FakeGuards:
    """One policy, which was always there. `reads` counts who asked for it."""

    def __init__(self) -> None:
        self.why = ""
        self.reads = 0
        self.fails = 0

    async def inactive_reason(self, name: str) -> str:
        assert name == GUARD
        self.reads += 1
        if self.fails:
            self.fails -= 1
            raise TransientError("503: the server is overloaded")
        return self.why
