"""The table of switches fits the code: else nobody would notice which guard is not tried."""

from pathlib import Path

import pytest

from switches_kinds import Switch
from switches_simulation import MENDS
from switches_table import SWITCHES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("switch", [*SWITCHES, *MENDS], ids=lambda switch: switch.name)
def test_each_switch_finds_its_guard_once(switch: Switch) -> None:
    texts = {edit.file: (ROOT / edit.file).read_text() for edit in switch.edits}

    for edit in switch.edits:
        assert texts[edit.file].count(edit.old) == 1, edit.old
        texts[edit.file] = texts[edit.file].replace(edit.old, edit.new)


def test_each_switch_has_a_name_of_its_own() -> None:
    assert len({switch.name for switch in SWITCHES}) == len(SWITCHES)
