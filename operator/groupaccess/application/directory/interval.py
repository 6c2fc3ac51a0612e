"""How often a directory is asked: as declared, unless that is too much load for Keycloak."""

from collections import deque
from dataclasses import dataclass, field

ROUNDS_COMPARED = 3  # the last ones, of which the fastest counts
MAX_LOAD = 0.05  # share of Keycloak's time, for the rounds of one directory
# Few steps, left late, so that a status that names the interval seldom changes.
INTERVAL_SECONDS = (
    15,
    20,
    30,
    45,
    60,
    90,
    120,
    180,
    300,
    450,
    600,
    900,
    1800,
    3600,
    7200,
    14400,
    28800,
)


@dataclass
class RoundInterval:
    """The interval between two rounds of one directory, in seconds.

    `stretched` means that it is longer than declared. It becomes longer when all of the last rounds
    need that, and shorter only when a quarter of it would be enough. So one slow round changes
    nothing, and neither does the first one, whose caches are cold.
    """

    seconds: float = 60.0
    stretched: bool = False
    _rounds: deque[float] = field(default_factory=lambda: deque(maxlen=ROUNDS_COMPARED))

    def adjust(self, declared: float, worked: float | None = None) -> None:
        """Choose the next interval, after a round for which Keycloak worked `worked` seconds.

        `worked` is None for a round that failed; `declared` is spec.syncInterval in seconds.
        """
        if worked is not None:
            self._rounds.append(worked)
        least = min(self._rounds) / MAX_LOAD if len(self._rounds) == ROUNDS_COMPARED else 0.0
        fits = self.seconds / 4 < least <= self.seconds and declared < self.seconds
        if self.stretched and fits:
            return
        self.stretched = least > declared
        steps = (each for each in INTERVAL_SECONDS if each >= least)
        self.seconds = next(steps, least) if self.stretched else declared
