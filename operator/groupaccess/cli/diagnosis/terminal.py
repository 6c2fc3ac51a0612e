"""What a person sees in a terminal: the same lines with colours, and no word cut in two.

What does not fit into a line goes on below its own beginning.

Into a file or a pipe they go as they are. rich keeps to NO_COLOR, TERM and the terminal's width.
"""

import re
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

PASTED = re.compile(r"\s*(\$ |see |[-+] (?!not checked)|in \S+, below )")
"""Lines to copy from: a terminal may break them, and a copy must not."""
BEGINNING = re.compile(r" *(?:[✗!✓-] |\d+  .{16})?")
"""What stands before the text of a line: a mark, or the number and the place of a step."""
STYLES = (
    (re.compile(r"Context .*:$"), "bold"),
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
        style = _style(line)
        if not console.is_terminal or PASTED.match(line):
            console.print(Text(line, style=style), soft_wrap=True)
        else:
            console.print(_wrapped(line, style))


def _wrapped(line: str, style: str) -> Table | Text:
    """Return a line whose text is wrapped beside its beginning, if it has one."""
    match = BEGINNING.match(line)
    beginning = match[0] if match else ""
    if not beginning:
        return Text(line, style=style)
    grid = Table.grid()
    grid.add_column(width=len(beginning), no_wrap=True)
    grid.add_column()
    grid.add_row(Text(beginning, style=style), Text(line.removeprefix(beginning), style=style))
    return grid


def _style(line: str) -> str:
    return next((style for pattern, style in STYLES if pattern.match(line)), "")
