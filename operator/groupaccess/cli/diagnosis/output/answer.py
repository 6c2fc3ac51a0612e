"""What a command has to say of one cluster."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from groupaccess.cli.diagnosis.exit_code import ExitCode
from groupaccess.cli.diagnosis.output.documents import DoctorReport, Error, Explanation
from groupaccess.domain.text import printable_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The document, and the same as lines of text; `summary` is the one that `--quiet` prints."""

    document: DoctorReport | Explanation | Error
    code: ExitCode
    summary: str
    lines: Iterable[str]

    def in_context(self, name: str) -> Self:
        """Return the same for the context that was named."""
        return replace(
            self, document=self.document.model_copy(update={"context": printable_text(name)})
        )


def no_answer(message: str) -> Answer:
    """Return why there is no answer."""
    document = Error(message=message.rstrip("."))
    line = f"error: {document.message}."
    return Answer(document=document, code=ExitCode.NOT_CHECKED, summary=line, lines=(line,))
