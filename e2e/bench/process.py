"""What a process costs, and when it has nothing to do."""

import asyncio
import time

import psutil

QUIET = 4.0  # seconds in which an idle process takes IDLE of the processor; a delayed key waits 3
IDLE = 0.1  # seconds, for its clocks and probes
LOOK = 0.25


class Usage:
    """The processor time and the memory of a process with its children."""

    def __init__(self, pid: int) -> None:
        """Look at a process from now on."""
        self._process = psutil.Process(pid)
        self._began = self._spent()

    @property
    def cpu_seconds(self) -> float:
        """Return the processor time since it is looked at."""
        return self._spent() - self._began

    @property
    def memory_bytes(self) -> int:
        """Return the resident memory."""
        memory: int = self._process.memory_info().rss
        return memory

    async def until_quiet(self, within: float) -> float:
        """Wait until it does nothing; return when that began, as `time.perf_counter` has it."""
        looks = [(time.perf_counter(), self._spent())]
        async with asyncio.timeout(within):
            while True:
                await asyncio.sleep(LOOK)
                looks.append((time.perf_counter(), self._spent()))
                since = [each for each in looks if each[0] >= looks[-1][0] - QUIET]
                if looks[-1][0] - looks[0][0] > QUIET and looks[-1][1] - since[0][1] < IDLE:
                    return since[0][0]

    def _spent(self) -> float:
        times = self._process.cpu_times()
        spent: float = times.user + times.system
        return spent
