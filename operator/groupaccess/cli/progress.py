"""A spinner on the standard error while a person waits, and none anywhere else."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.status import Status

_shown: "list[Status]" = []  # at most one: who asks a person has to take it away meanwhile


@contextmanager
def progress(words: str, *, quiet: bool = False) -> Iterator[None]:
    """Show a spinner with `words`, if the standard error is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(words)) as status:
        _shown.append(status)
        try:
            yield
        finally:
            _shown.remove(status)


@contextmanager
def without_progress() -> Iterator[None]:
    """Take the spinner away, so that a person can be asked."""
    for status in _shown:
        status.stop()
    try:
        yield
    finally:
        for status in _shown:
            status.start()
