"""The terminal, environment and standard streams of this process."""

import os
import sys
from collections.abc import Mapping

import typer

from groupaccess.cli.keycloak_login.credentials import UsageError
from groupaccess.cli.progress import without_progress


class ProcessTerminal:
    """The terminal of this process: questions go to standard error, so that output is a pipe's."""

    @property
    def is_interactive(self) -> bool:
        """Return whether a person is at standard input and sees standard error."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def ask(self, question: str, *, hidden: bool) -> str:
        """Ask a person."""
        try:
            with without_progress():
                return str(typer.prompt(question, hide_input=hidden, err=True))
        except typer.Abort as error:
            raise UsageError("the login was interrupted") from error

    def read_input(self) -> str:
        """Return all of standard input."""
        return sys.stdin.read()


def process_environment() -> Mapping[str, str]:
    """Return the environment."""
    return os.environ
