"""What a person sees in a terminal: the same lines with colours, and no word cut in two.

Into a file or a pipe they go as they are. rich keeps to NO_COLOR, TERM and the terminal's width.
"""

import re
from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

PASTED = re.compile(r"\s*(\$ |see |[-+] (?!not checked)|in \S+, below )")
"""Lines to copy from: a terminal may break them, and a copy must not."""
STYLES = (
    (re.compile(r"\s*✗ "), "red"),
    (re.compile(r"\s*! "), "yellow"),
    (re.compile(r"\s*✓ "), "green"),
    (re.compile(r"\s*\$ "), "bold"),
    (re.compile(r"\s*- not checked"), "yellow"),
    (re.compile(r"\s*- "), "red"),
    (re.compile(r"\s*\+ "), "green"),
    (re.compile(r"Yes\. "), "bold green"),
    (re.compile(r"No\. "), "bold red"),
    (re.compile(r"\s*see docs/"), "dim"),
)


def show(lines: Iterable[str]) -> None:
    """Print lines to the standard output."""
    console = Console(highlight=False, markup=False, emoji=False)
    for line in lines:
        text = line.lstrip(" ")
        styled = Text(text, style=_style(line))
        if not console.is_terminal or PASTED.match(line):
            console.print(Text(" " * (len(line) - len(text))) + styled, soft_wrap=True)
        else:
            console.print(Padding(styled, (0, 0, 0, len(line) - len(text))))


def _style(line: str) -> str:
    return next((style for pattern, style in STYLES if pattern.match(line)), "")
