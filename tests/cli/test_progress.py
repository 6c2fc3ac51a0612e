"""A spinner is on a terminal while a person waits, and nowhere else."""

import sys
from io import StringIO

import pytest

from fakes.waiting import until
from groupaccess.cli.progress import progress, without_progress

ERASED = "\x1b[2K"


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Pretend that the standard error is a terminal."""
    made = Terminal()
    monkeypatch.setattr(sys, "stderr", made)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return made


async def test_a_terminal_shows_what_is_waited_for_and_is_clean_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = terminal(monkeypatch)
    with progress("checking [bold]prod[/bold] …"):  # a name is no markup
        await until(lambda: "checking [bold]prod[/bold] …" in shown.getvalue())
    assert shown.getvalue().endswith(ERASED)


def test_quiet_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch)
    with progress("checking …", quiet=True):
        pass
    assert shown.getvalue() == ""


def test_a_pipe_gets_nothing_even_if_it_gets_colours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress("checking …"):
        pass
    assert capsys.readouterr().err == ""


async def test_a_question_has_the_terminal_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = terminal(monkeypatch)
    with progress("checking …"):
        with without_progress():
            asked = shown.getvalue()
            assert asked.endswith(ERASED)
        await until(lambda: "checking …" in shown.getvalue().removeprefix(asked))


def test_a_question_needs_no_spinner(capsys: pytest.CaptureFixture[str]) -> None:
    with without_progress():
        pass
    assert capsys.readouterr().err == ""
