"""`python -m groupaccess`, `groupaccess` and `kubectl groupaccess` alike."""

import os
import shlex
import sys

from groupaccess.cli.app import app

NAME = "groupaccess"


def main() -> None:
    """Run the command line."""
    app()


def complete() -> None:
    """Print what `kubectl groupaccess` offers for the words on its command line, one a line.

    kubectl runs `kubectl_complete-groupaccess` with these words, of which the last one, perhaps
    empty, is being typed; it reads a choice, a tab and a description, which is what Typer prints
    for the fish shell.
    """
    os.environ["_GROUPACCESS_COMPLETE"] = "complete_fish"
    os.environ["_TYPER_COMPLETE_FISH_ACTION"] = "get-args"
    os.environ["_TYPER_COMPLETE_ARGS"] = shlex.join([NAME, *sys.argv[1:]])
    app(prog_name=NAME)


if __name__ == "__main__":
    main()
