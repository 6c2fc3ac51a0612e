"""Waiting for a condition, with a deadline: where somebody real is on the other side."""

import asyncio
from collections.abc import Callable


async def until(check: Callable[[], object], *, within: float = 10) -> None:
    """Return as soon as `check` says something true; raise TimeoutError at the deadline."""
    async with asyncio.timeout(within):
        while not check():  # noqa: ASYNC110 -- whoever it waits for sets no event
            await asyncio.sleep(0.005)
