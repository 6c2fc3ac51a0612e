"""How often a directory is asked: as declared, unless Keycloak would work too much for it."""

from collections import deque
from dataclasses import dataclass, field
from statistics import median_low

ROUNDS = 5  # the last ones, whose median counts
SHARE = 0.05  # of Keycloak's time, for the rounds of one directory
# Seconds. Few of them, and left late, so that a status which names one seldom changes.
STEPS = (15, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600, 900, 1800, 3600, 7200, 14400, 28800)


@dataclass
class Pace:
    """The interval between two rounds of one directory, in seconds; `stretched` if not as wanted.

    It becomes shorter again once half of it would do. One slow round alone changes nothing, nor
    does the first one, whose caches are cold.
    """

    interval: float = 60.0
    stretched: bool = False
    _rounds: deque[float] = field(default_factory=lambda: deque(maxlen=ROUNDS))

    def keep(self, wanted: float, worked: float | None = None) -> None:
        """Choose the next interval, after a round for which Keycloak worked so many seconds.

        None is of a round that failed.
        """
        if worked is not None:
            self._rounds.append(worked)
        usual = median_low(self._rounds) if len(self._rounds) > 1 else 0.0
        least = usual / SHARE
        fits = self.interval / 2 < least <= self.interval and wanted < self.interval
        if self.stretched and fits:
            return
        self.stretched = least > wanted
        steps = (each for each in STEPS if each >= least)
        self.interval = next(steps, least) if self.stretched else wanted
