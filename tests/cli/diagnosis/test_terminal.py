"""A terminal shows colours and whole words; a file or a pipe gets the lines as they are."""

import re

import pytest
from rich.console import Console

from groupaccess.cli.diagnosis import terminal

LINES = (
    "No. alice may not list pods in shop.",
    "",
    "  ✗ GroupAccess apps, mapping sre is for edit, but not in shop    GrantedElsewhere",
    f"      $ kubectl patch ga apps -p '{'x' * 100}'",
    "      see docs/troubleshooting.md#grantedelsewhere",
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def columns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Pretend a terminal of this width."""
    width: int = request.param

    def console(*, highlight: bool, markup: bool, emoji: bool) -> Console:
        return Console(
            highlight=highlight,
            markup=markup,
            emoji=emoji,
            force_terminal=True,
            width=width,
            color_system="standard",
        )

    monkeypatch.setattr(terminal, "Console", console)
    return width


def shown(capsys: pytest.CaptureFixture[str]) -> str:
    terminal.show(LINES)
    return capsys.readouterr().out


def test_a_pipe_gets_the_lines_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys).splitlines() == list(LINES)


@pytest.mark.parametrize("columns", [40, 80, 160], indirect=True)
def test_a_terminal_cuts_no_word_and_no_command(
    capsys: pytest.CaptureFixture[str], columns: int
) -> None:
    lines = COLOUR.sub("", shown(capsys)).splitlines()
    copied, spoken = LINES[3:], LINES[:3]
    assert set(copied) <= set(lines)
    others = [line.rstrip() for line in lines if line not in copied]
    assert max(map(len, others)) <= columns
    words = " ".join(others).split()
    assert words == " ".join(spoken).split()


@pytest.mark.parametrize("columns", [40], indirect=True)
def test_what_does_not_fit_goes_on_below_its_own_beginning(
    capsys: pytest.CaptureFixture[str], columns: int
) -> None:
    step = "  1  Keycloak        alice is in /platform/SRE and in /apps/Ops    read now"
    for line, indent in ((step, 21), (LINES[2], 4), ("- not checked: " + "why " * 12, 2)):
        terminal.show([line])
        first, *others = COLOUR.sub("", capsys.readouterr().out).rstrip("\n").split("\n")
        assert len(first) <= columns
        assert others
        assert all(re.match(f" {{{indent}}}\\S", other) for other in others), others


@pytest.mark.parametrize("columns", [80], indirect=True)
def test_what_is_wrong_is_red_in_a_terminal(
    capsys: pytest.CaptureFixture[str], columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert columns
    assert "\x1b[31m  ✗ " in shown(capsys)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in shown(capsys)
