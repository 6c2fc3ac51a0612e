"""Workflow commands of GitHub Actions: a line that it shows beside the run.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands: `%`, CR and LF of
a message are escaped, and of a property also `:` and `,`.
"""

from collections.abc import Iterator

from groupaccess.cli.diagnosis.doctor_text import by_category, not_made, summary_line
from groupaccess.cli.diagnosis.finding_text import body_lines
from groupaccess.cli.diagnosis.output.documents import (
    AnyDocument,
    DoctorReport,
    Document,
    Error,
    FindingItem,
    items_of,
)

MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY = MESSAGE | str.maketrans({":": "%3A", ",": "%2C"})


def as_github(document: AnyDocument) -> str:
    """Return a workflow command for each finding and each check that could not be made."""
    return "\n".join(line for item in items_of(document) for line in _lines(item))


def _lines(document: Document) -> Iterator[str]:
    where = f"{document.context}: " if document.context else ""
    if isinstance(document, Error):
        yield _command("error", f"{where}not checked", document.message)
    if isinstance(document, DoctorReport):
        for category, checks in by_category(document):
            for check in checks:
                if isinstance(check, FindingItem):
                    text = "\n".join((check.fact, *body_lines(check)))
                    title = f"{where}{category}: {check.reason}"
                    yield _command(check.severity, title, text)
        for missing in not_made(document):
            yield _command("notice", f"{where}not checked", f"{missing.fact} ({missing.why})")
        yield summary_line(document) + (f" in {document.context}" if document.context else "")


def _command(name: str, title: str, message: str) -> str:
    return f"::{name} title={title.translate(PROPERTY)}::{message.translate(MESSAGE)}"
