"""The table of switches fits the code: else nobody would notice which guard is not tried."""

from pathlib import Path

import pytest

from switches_kinds import Switch
from switches_table import SWITCHES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_each_switch_finds_its_guard_once(switch: Switch) -> None:
    assert (ROOT / switch.file).read_text().count(switch.old) == 1


def test_each_switch_has_a_name_of_its_own() -> None:
    assert len({switch.name for switch in SWITCHES}) == len(SWITCHES)
