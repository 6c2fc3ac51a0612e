"""What the operator logs as unexpected is a broken promise."""

import contextlib
import logging
from collections.abc import Iterator

from simulation.cluster import SimulatedCluster


class Alarm(logging.Handler):
    """Takes an exception that the operator logs as unexpected for a broken promise."""

    def __init__(self, cluster: SimulatedCluster) -> None:
        super().__init__(logging.ERROR)
        self._cluster = cluster

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            error = record.exc_info[1]
            text = f"{record.getMessage()} ({type(error).__name__}: {error})"
            self._cluster.violate(f"unexpected: {text}")


@contextlib.contextmanager
def alarmed(cluster: SimulatedCluster) -> Iterator[None]:
    """Hear what the operator logs, and keep it from the tests' own log."""
    logger, alarm = logging.getLogger("groupaccess"), Alarm(cluster)
    propagate, level = logger.propagate, logger.level
    logger.propagate = False
    logger.setLevel(logging.ERROR)
    logger.addHandler(alarm)
    try:
        yield
    finally:
        logger.removeHandler(alarm)
        logger.propagate = propagate
        logger.setLevel(level)
