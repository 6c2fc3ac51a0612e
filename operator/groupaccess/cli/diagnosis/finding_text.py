"""Findings as lines of text: the sentence, the evidence, and fixes that can be pasted."""

from collections.abc import Iterable, Iterator

from groupaccess.cli.documentation import page_address
from groupaccess.domain.diagnosis.finding import Finding, NotChecked, Severity, SkippedCheck
from groupaccess.domain.diagnosis.fix import Advice, Command, Edit, Fix
from groupaccess.domain.text import printable_text

CAUSES_PAGE, REASONS_PAGE = "docs/troubleshooting.md", "docs/reasons.md"
MARKS = {Severity.ERROR: "✗", Severity.WARNING: "!"}


def finding_lines(finding: Finding) -> Iterator[str]:
    """Yield the lines of one finding: its word is behind the sentence, the rest is indented."""
    mark = MARKS[finding.severity]
    yield _clean(f"{mark} {finding.fact}    {finding.word}")
    for line in finding.evidence:
        yield _clean(f"    {line}")
    yield from (f"    {line}" for line in fix_lines(finding.fixes))
    yield f"    see {_page(finding)}"


def not_checked_lines(checks: Iterable[NotChecked]) -> Iterator[str]:
    """Yield a line for each check that could not be made."""
    for check in checks:
        yield _clean(f"- not checked: {check.what} ({check.why})")


def skipped_lines(checks: Iterable[SkippedCheck]) -> Iterator[str]:
    """Yield a line for all checks that were left out for the same reason."""
    by_reason: dict[str, list[str]] = {}
    for check in checks:
        by_reason.setdefault(check.why, []).append(check.what)
    for why, left_out in by_reason.items():
        yield _clean(f"- left out: {'; '.join(left_out)} ({why})")


def fix_lines(fixes: Iterable[Fix]) -> Iterator[str]:
    """Yield the fixes: `$` begins a command, and `in FILE` a change of lines in that file.

    Of several fixes each is enough, except that a name before a colon says for which installation
    it is.
    """
    for number, fix in enumerate(fixes):
        if fix.where:
            yield f"{fix.where}:"
        elif number:
            yield "or:"
        indent = "  " if fix.where else ""
        for step in fix.steps:
            yield from (_clean(indent + line) for line in _step_lines(step))


def _step_lines(step: Command | Edit | Advice) -> Iterator[str]:
    match step:
        case Command(line):
            yield f"$ {line}"
        case Advice(text):
            yield text
        case Edit(file, below, before, after, then):
            yield f"in {file}, below {below}:"
            yield from (f"  - {line}" for line in before)
            yield from (f"  + {line}" for line in after)
            yield f"then: {then}"


def _page(finding: Finding) -> str:
    """Return where the documentation explains the finding's word."""
    by_reason = finding.reason and finding.reason != finding.cause
    page = REASONS_PAGE if by_reason else CAUSES_PAGE
    return page_address(f"{page}#{finding.word.lower()}")


def _clean(line: str) -> str:
    """Replace control characters: names are others' choice."""
    return printable_text(line)
