"""How often a directory is asked: as declared, unless Keycloak would work too much for it."""

from dataclasses import dataclass

SHARE = 0.05  # of Keycloak's time, for the rounds of one directory
# Seconds. Few of them, and left late, so that a status which names one seldom changes.
STEPS = (15, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600, 900, 1800, 3600, 7200, 14400, 28800)


@dataclass
class Pace:
    """The interval between two rounds of one directory, in seconds; `stretched` if not as wanted.

    It becomes shorter again once half of it would do. `worked` is for how many seconds Keycloak
    worked in the last round.
    """

    interval: float = 60.0
    stretched: bool = False
    worked: float = 0.0

    def keep(self, wanted: float, worked: float) -> None:
        """Choose the next interval, after a round for which Keycloak worked so many seconds."""
        self.worked, least = worked, worked / SHARE
        fits = self.interval / 2 < least <= self.interval and wanted < self.interval
        if self.stretched and fits:
            return
        self.stretched = least > wanted
        steps = (each for each in STEPS if each >= least)
        self.interval = next(steps, least) if self.stretched else wanted
