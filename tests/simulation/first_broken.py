"""Play examples until one breaks a promise; print its number and the promise, else 0.

    python -m simulation.first_broken SEED EXAMPLES

They are drawn as `make simulate` draws them, without shrinking. The same SEED, EXAMPLES and code
give the same examples; another number of EXAMPLES gives others.
"""

import itertools
import logging
import sys

from hypothesis import HealthCheck, Phase, given, seed, settings

from simulation.play import BrokenPromise, play
from simulation.scenarios import SCENARIOS, Scenario


class BrokenAt(BaseException):  # hypothesis lets it through
    """The first broken promise."""


def first_broken(number: int, examples: int) -> tuple[int, str]:
    """Return the number of the first example that fails, and what it breaks; 0 for none."""
    played = itertools.count(1)

    @seed(number)
    @settings(
        database=None,
        deadline=None,
        max_examples=examples,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(SCENARIOS)
    def run(scenario: Scenario) -> None:
        at = next(played)
        try:
            play(scenario)
        except BrokenPromise as broken:
            first = next(line for line in str(broken).splitlines() if line)
            raise BrokenAt(at, first.removeprefix("BROKEN: ")) from broken

    try:
        run()
    except BrokenAt as broken_at:
        at, promise = broken_at.args
        return at, promise
    return 0, ""


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    sys.stdout.write("{} {}\n".format(*first_broken(*map(int, sys.argv[1:]))))
