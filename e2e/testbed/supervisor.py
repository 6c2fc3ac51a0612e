"""Starts an operator again when it ends by itself, as the kubelet does."""

import threading
from typing import Self

from testbed.operator import OperatorProcess

EVERY = 0.2  # seconds
WITHIN = 10.0


class Supervisor:
    """Watches over an operator inside a `with`, and ends it at its end.

    `restarts` counts how often it ended with an error and was started again.
    """

    def __init__(self, process: OperatorProcess) -> None:
        """Watch over this process, once it was started."""
        self.process = process
        self.restarts = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def kill(self) -> None:
        """Kill it for good, as when its machine is lost."""
        self._leave()
        self.process.kill()

    def __enter__(self) -> Self:
        """Start it, and wait until it is ready."""
        self.process.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._leave()
        self.process.stop()

    def _leave(self) -> None:
        self._over.set()
        self._thread.join(WITHIN)

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            if not self.process.alive:
                self.restarts += 1
                self.process.kill()  # what is left of its group
                self.process.launch()
