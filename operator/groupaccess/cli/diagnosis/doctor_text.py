"""The report of `groupaccess doctor`: categories with a line for each check, then a summary."""

from collections.abc import Iterator
from itertools import groupby

from groupaccess.cli.diagnosis.finding_text import finding_lines, not_checked_lines, skipped_lines
from groupaccess.cli.diagnosis.output.documents import (
    DoctorReport,
    FindingItem,
    NotCheckedItem,
    PassedItem,
    SkippedItem,
)


def report_lines(report: DoctorReport, *, short: bool = False) -> Iterator[str]:
    """Yield the lines of a report; a `short` one leaves out what is in order."""
    for category, made in by_category(report):
        shown = [check for check in made if not (short and isinstance(check, PassedItem))]
        if not shown:
            continue
        yield category
        for check in shown:
            yield from (f"  {line}" for line in _lines(check))
    yield from not_checked_lines(not_made(report))
    if not short:
        yield from skipped_lines(left_out(report))
    yield summary_line(report)


def summary_line(report: DoctorReport) -> str:
    """Return the numbers in one line."""
    made = report.summary
    wrong = f"{made.errors} wrong, {made.warnings} to look at"
    return f"{wrong}, {made.passed} good, {made.not_checked} not checked"


def by_category(report: DoctorReport) -> Iterator[tuple[str, list[FindingItem | PassedItem]]]:
    """Yield the checks that were made, by category."""
    made = [check for check in report.checks if isinstance(check, FindingItem | PassedItem)]
    for category, checks in groupby(made, lambda check: check.category):
        yield category, list(checks)


def not_made(report: DoctorReport) -> list[NotCheckedItem]:
    """Return the checks that could not be made."""
    return [check for check in report.checks if isinstance(check, NotCheckedItem)]


def left_out(report: DoctorReport) -> list[SkippedItem]:
    """Return the checks that nobody asked for."""
    return [check for check in report.checks if isinstance(check, SkippedItem)]


def _lines(check: FindingItem | PassedItem) -> Iterator[str]:
    if isinstance(check, FindingItem):
        yield from finding_lines(check)
    else:
        yield f"✓ {check.fact}"
