"""The terminal, environment and standard streams of this process."""

import os
import sys
from collections.abc import Mapping

import typer

from groupaccess.cli.keycloak_login.credentials import UsageError
from groupaccess.cli.progress import without_progress

INPUT = "standard input"


class ProcessTerminal:
    """The terminal of this process: questions go to standard error, so that output is a pipe's.

    What was answered is remembered: a command that logs in again asks nobody twice.
    """

    def __init__(self) -> None:
        self._answers = dict[str, str]()

    @property
    def is_interactive(self) -> bool:
        """Return whether a person is at standard input and sees standard error."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def ask(self, question: str, *, hidden: bool) -> str:
        """Ask a person."""
        if question not in self._answers:
            try:
                with without_progress():
                    self._answers[question] = str(
                        typer.prompt(question, hide_input=hidden, err=True)
                    )
            except typer.Abort as error:
                raise UsageError("the login was interrupted") from error
        return self._answers[question]

    def read_input(self) -> str:
        """Return all of standard input."""
        if INPUT not in self._answers:
            self._answers[INPUT] = sys.stdin.read()
        return self._answers[INPUT]


def process_environment() -> Mapping[str, str]:
    """Return the environment."""
    return os.environ
