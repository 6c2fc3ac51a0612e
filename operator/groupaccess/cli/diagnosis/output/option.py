"""The options that say how much of an answer is printed."""

from typing import Annotated

import typer

Quiet = Annotated[
    bool, typer.Option("-q", "--quiet", help="Print the answer in one line, and no progress.")
]
