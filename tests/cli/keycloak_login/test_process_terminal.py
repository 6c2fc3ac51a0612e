"""A command that logs in several times reads its standard input once."""

import io

import pytest

from groupaccess.cli.keycloak_login.process_terminal import ProcessTerminal


def test_the_standard_input_is_the_same_at_each_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a.token.here"))
    terminal = ProcessTerminal()
    assert [terminal.read_input(), terminal.read_input()] == ["a.token.here"] * 2
