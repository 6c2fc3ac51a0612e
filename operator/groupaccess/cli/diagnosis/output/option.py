"""The options that say how much of an answer is printed."""

from typing import Annotated

import typer

Quiet = Annotated[
    bool, typer.Option("-q", "--quiet", help="Print the answer in one line, and no progress.")
]


def check_standard_input(keycloak_token: str | None, contexts: list[str] | None) -> None:
    """Raise BadParameter if several clusters would read a token from the standard input."""
    if keycloak_token == "-" and len(contexts or ()) > 1:  # noqa: S105 -- no token
        text = "the standard input can be read only once: name a file"
        raise typer.BadParameter(text, param_hint="--keycloak-token")
