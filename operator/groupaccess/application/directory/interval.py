"""How often a directory is asked: as declared, unless Keycloak would work too much for it."""

from collections import deque
from dataclasses import dataclass, field

ROUNDS = 3  # the last ones, whose fastest counts
SHARE = 0.05  # of Keycloak's time, for the rounds of one directory
# Seconds. Few of them, and left late, so that a status which names one seldom changes.
STEPS = (15, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600, 900, 1800, 3600, 7200, 14400, 28800)


@dataclass
class Pace:
    """The interval between two rounds of one directory, in seconds; `stretched` if not as wanted.

    It becomes longer when all of the last rounds ask for that, and shorter again once a quarter of
    it would do: one that is slow alone changes nothing, nor does the first one, whose caches are
    cold.
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
        least = min(self._rounds) / SHARE if len(self._rounds) == ROUNDS else 0.0
        fits = self.interval / 4 < least <= self.interval and wanted < self.interval
        if self.stretched and fits:
            return
        self.stretched = least > wanted
        steps = (each for each in STEPS if each >= least)
        self.interval = next(steps, least) if self.stretched else wanted
