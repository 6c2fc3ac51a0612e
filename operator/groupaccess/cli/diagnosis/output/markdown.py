"""Markdown, for a comment of a pull request or a ticket: the same facts as the text."""

import re
from collections.abc import Iterable, Iterator

from groupaccess.cli.diagnosis.doctor_text import by_category, left_out, not_made, summary_line
from groupaccess.cli.diagnosis.finding_text import MARKS, skipped_lines, step_lines
from groupaccess.cli.diagnosis.output.documents import (
    AdviceStep,
    AnyDocument,
    DoctorReport,
    Error,
    Explanation,
    FindingItem,
    FixItem,
    NotCheckedItem,
    StepItem,
    items_of,
)

SPECIAL = re.compile(r"([\\`*_\[\]|~$])")
BEGINNING = re.compile(r"^(\d*)([-+#=.)])")
"""What makes a list or a heading of a line that begins with it."""
TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "@<!-- -->"})
"""GitHub and GitLab notify whom a comment names: @alice."""
BACKTICKS = re.compile(r"`+")


def as_markdown(document: AnyDocument) -> str:
    """Return the answers, each below a heading if its context was named."""
    return "\n".join(line for item in items_of(document) for line in _lines(item)).rstrip()


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return BEGINNING.sub(r"\1\\\2", SPECIAL.sub(r"\\\1", text)).translate(TEXT)


def _lines(document: DoctorReport | Explanation | Error) -> Iterator[str]:
    if document.context:
        yield from (f"## {escaped(document.context)}", "")
    match document:
        case DoctorReport():
            yield from _report(document)
        case Explanation():
            yield from _explanation(document)
        case Error():
            yield from (f"**Error:** {escaped(document.message)}", "")


def _report(report: DoctorReport) -> Iterator[str]:
    yield from (f"**{escaped(summary_line(report))}**", "")
    for category, checks in by_category(report):
        yield from (f"### {escaped(category)}", "")
        for check in checks:
            if isinstance(check, FindingItem):
                yield from _finding(check)
            else:
                yield f"- ✓ {escaped(check.fact)}"
        yield ""
    yield from _not_checked(not_made(report))
    yield from (f"- {escaped(line.removeprefix('- '))}" for line in skipped_lines(left_out(report)))


def _explanation(explanation: Explanation) -> Iterator[str]:
    yield from (f"**{escaped(explanation.answer)}**", "")
    if explanation.steps:
        yield from ("| | Where | What | How it is known |", "|---|---|---|---|")
        for number, step in enumerate(explanation.steps, start=1):
            yield _row(number, step)
        yield ""
    for finding in explanation.findings:
        yield from _finding(finding)
    if explanation.findings:
        yield ""
    yield from _named(explanation.grants_title, explanation.grants)
    yield from _named("close, but not it", explanation.close)
    yield from _not_checked(explanation.not_checked)


def _row(number: int, step: StepItem) -> str:
    cells = (str(number), *map(escaped, (step.where, step.fact, step.known_by)))
    return f"| {' | '.join(cells)} |"


def _finding(finding: FindingItem) -> Iterator[str]:
    mark = MARKS[finding.severity].replace("!", "⚠")
    yield f"- {mark} **{escaped(finding.reason)}**: {escaped(finding.fact)}"
    yield from (f"  - {escaped(line)}" for line in finding.evidence)
    for number, fix in enumerate(finding.fixes):
        yield from _fix(fix, "or" if number else "to mend it")
    yield f"  - see {_code(finding.page)}"


def _fix(fix: FixItem, otherwise: str) -> Iterator[str]:
    """Yield a way to mend something: its sentences, and in a block what is to be copied."""
    yield f"  - {escaped(fix.where or otherwise)}:"
    for step in fix.steps:
        if isinstance(step, AdviceStep):
            yield from ("", f"    {escaped(step.advice)}")
        else:
            yield from ("", *(f"    {line}" for line in _block(list(step_lines(step)))))
    yield ""


def _block(lines: list[str]) -> Iterator[str]:
    fence = "```" + "`" * _longest_backticks("\n".join(lines))
    yield from (f"{fence}text", *lines, fence)


def _code(text: str) -> str:
    fence = "`" * (_longest_backticks(text) + 1)
    return f"{fence}{text}{fence}"


def _longest_backticks(text: str) -> int:
    return max(map(len, BACKTICKS.findall(text)), default=0)


def _named(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    if listed:
        yield from (f"**{title}**", "", *(f"- {escaped(line)}" for line in listed), "")


def _not_checked(checks: Iterable[NotCheckedItem]) -> Iterator[str]:
    listed = [f"- not checked: {escaped(check.fact)} ({escaped(check.why)})" for check in checks]
    yield from (*listed, "") if listed else ()
