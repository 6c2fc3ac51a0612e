"""The option that names a file with a person's token."""

from typing import Annotated

import typer

TokenFile = Annotated[
    typer.FileText | None,
    typer.Option("--token", help="A file with a person's token, - for the standard input."),
]


def read_token_file(file: typer.FileText | None) -> str | None:
    """Return the text of the file; raise BadParameter if it is none."""
    try:
        return None if file is None else file.read()
    except UnicodeDecodeError:
        raise typer.BadParameter("the file is no text", param_hint="--token") from None
