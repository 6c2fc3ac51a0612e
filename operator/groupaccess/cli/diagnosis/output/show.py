"""Prints answers in the format that was typed."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import typer

from groupaccess.cli.diagnosis.exit_code import ExitCode, gravest
from groupaccess.cli.diagnosis.output.answer import Answer
from groupaccess.cli.diagnosis.output.documents import DoctorReportList, Error, ExplanationList
from groupaccess.cli.diagnosis.output.formats import FORMATS
from groupaccess.cli.diagnosis.terminal import show

ListOf = type[DoctorReportList] | type[ExplanationList]


class OutputOptions(Protocol):
    """What the commands have in common of what was typed."""

    @property
    def output(self) -> str:
        """Return the format."""

    @property
    def context(self) -> list[str] | None:
        """Return the names of contexts."""

    @property
    def quiet(self) -> bool:
        """Return whether one line is enough."""


def show_answers(answers: Iterable[Answer], typed: OutputOptions, list_of: ListOf) -> ExitCode:
    """Print answers, text as soon as there is one; return the gravest exit code."""
    codes = []
    documents = []
    for number, answer in enumerate(answers):
        codes.append(answer.code)
        documents.append(answer.document)
        if typed.output not in FORMATS:
            show(_lines(answer, number, typed))
    if typed.output in FORMATS:
        one, *others = documents
        whole = list_of.model_validate({"items": documents}) if others else one
        typer.echo(FORMATS[typed.output](whole))
    return gravest(codes)


def _lines(answer: Answer, number: int, typed: OutputOptions) -> Iterator[str]:
    """Yield the lines of text; each of several contexts has its name before them."""
    if len(typed.context or ()) <= 1:
        if not isinstance(answer.document, Error):  # that is on the standard error
            yield from (answer.summary,) if typed.quiet else answer.lines
    elif typed.quiet:
        yield f"{answer.document.context}: {answer.summary}"
    else:
        yield from ("",) if number else ()
        yield f"Context {answer.document.context}:"
        yield from answer.lines
