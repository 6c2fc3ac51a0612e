"""A loop whose time is virtual, for whoever plays with the simulated cluster."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager

from fakes.clock import VirtualLoop


@contextmanager
def virtual_time() -> Iterator[VirtualLoop]:
    """Give a loop; garbage is not collected meanwhile: its moment is not ours to say."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    collects = gc.isenabled()
    gc.disable()
    try:
        yield loop
    finally:
        asyncio.set_event_loop(None)
        loop.close()
        if collects:
            gc.enable()
