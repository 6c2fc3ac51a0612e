"""The option that names a file with a person's token."""

from typing import Annotated

import typer

TokenFile = Annotated[
    typer.FileText | None,
    typer.Option("--token", help="A file with a person's token, - for the standard input."),
]


def read_token_file(file: typer.FileText | None) -> str | None:
    """Return the token in the file; raise BadParameter if it holds none."""
    if file is None:
        return None
    from groupaccess.domain.diagnosis.jwt import NoTokenError, token_text

    try:
        return token_text(file.read())
    except UnicodeDecodeError:
        raise typer.BadParameter("the file is no text", param_hint="--token") from None
    except NoTokenError as error:
        raise typer.BadParameter(str(error), param_hint="--token") from None
