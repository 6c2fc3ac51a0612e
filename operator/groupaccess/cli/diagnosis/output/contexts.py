"""Asks one cluster after the other, and prints what each answers."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import typer

from groupaccess.adapters.kubernetes.kubeconfig import NoAccessError
from groupaccess.application.ports.keycloak_setup import SetupRefusedError, SetupUnknownError
from groupaccess.cli.diagnosis.exit_code import ExitCode
from groupaccess.cli.diagnosis.output.answer import Answer, no_answer
from groupaccess.cli.diagnosis.output.documents import Error
from groupaccess.cli.diagnosis.output.show import ListOf, OutputOptions, show_answers
from groupaccess.cli.keycloak_login.credentials import UsageError
from groupaccess.cli.progress import progress

Ask = Callable[[str | None], Awaitable[Answer]]
"""Takes the name of a context, None for the current one.

It may raise NoAccessError, UsageError, SetupRefusedError or SetupUnknownError.
"""


def answer_contexts(ask: Ask, typed: OutputOptions, list_of: ListOf) -> None:
    """Ask each cluster that was named, print the answers, and end with the gravest exit code.

    An error that a person can fix is a document like an answer, and a line on the standard error.
    """
    code = show_answers(_answers(ask, typed), typed, list_of)
    if code is not ExitCode.NOTHING_WRONG:
        raise typer.Exit(code)


def _answers(ask: Ask, typed: OutputOptions) -> Iterator[Answer]:
    names = typed.context or [""]
    for name in names:
        with progress(f"checking {name} …" if name else "checking …", quiet=typed.quiet):
            answer = asyncio.run(_answer(ask, name or None)).in_context(name)
        if isinstance(answer.document, Error):
            where = f"context {answer.document.context}: " if len(names) > 1 else ""
            typer.echo(f"error: {where}{answer.document.message}.", err=True)
        yield answer


async def _answer(ask: Ask, name: str | None) -> Answer:
    try:
        return await ask(name)
    except NoAccessError as error:
        give = "Give a kubeconfig with --kubeconfig"
        return no_answer(f"no access to the API server: {error}. {give}")
    except (SetupRefusedError, SetupUnknownError) as error:
        return no_answer(str(error))
    except UsageError as error:
        raise typer.BadParameter(str(error)) from error
