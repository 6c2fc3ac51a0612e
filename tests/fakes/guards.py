"""The port `Guards` as one policy, which a test switches off and on."""

import asyncio
from datetime import datetime

from groupaccess.application.guard import Guard
from groupaccess.application.ports import PassingError

GUARD = "bind-guard"


class FakeGuards:
    """One policy, which was always there. `reads` counts who asked for it."""

    def __init__(self) -> None:
        self.guard = Guard("")
        self.reads = 0
        self.fails = 0
        self.takes = 0.0  # seconds

    async def read(self, name: str) -> Guard:
        assert name == GUARD
        self.reads += 1
        await asyncio.sleep(self.takes)
        if self.fails:
            self.fails -= 1
            raise PassingError("503: the server is overloaded")
        return self.guard

    def remove(self) -> None:
        """Take the policy away."""
        self.guard = Guard("there is none")

    def make(self, since: datetime) -> None:
        """Make the policy anew."""
        self.guard = Guard("", since)
