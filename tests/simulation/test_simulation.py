"""Whatever people, Keycloak, the API server and machines do: the operator keeps its promises.

`make simulate EXAMPLES=2000` plays more; SEED=n plays those of a seed.
"""

import os

from hypothesis import HealthCheck, Phase, given, seed, settings

from simulation.play import play
from simulation.scenarios import CROWDED, SCENARIOS, Scenario

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
SEED = int(os.environ.get("SEED", "0"))


def plays(examples: int) -> settings:
    """Return how many examples are played; without a wish always the same few."""
    return settings(
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        max_examples=examples,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )


@seed(SEED)
@plays(EXAMPLES or 40)
@given(scenario=SCENARIOS)
def test_the_operator_keeps_its_promises(scenario: Scenario) -> None:
    play(scenario)


@seed(SEED)
@plays(EXAMPLES // 100 or 2)
@given(scenario=CROWDED)
def test_the_operator_keeps_its_promises_to_many(scenario: Scenario) -> None:
    play(scenario)
