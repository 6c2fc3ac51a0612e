"""The report of `groupaccess doctor`: categories with a line for each check, then a summary."""

from collections.abc import Iterable, Iterator, Sequence

from groupaccess.application.diagnosis.doctor import in_order
from groupaccess.cli.diagnosis.finding_text import (
    finding_lines,
    not_checked_lines,
    skipped_lines,
)
from groupaccess.domain.diagnosis.finding import (
    Check,
    Finding,
    NotChecked,
    PassedCheck,
    Severity,
    SkippedCheck,
)
from groupaccess.domain.text import printable_text


def report_lines(checks: Sequence[Check], *, short: bool = False) -> Iterator[str]:
    """Yield the lines of a report; a `short` one leaves out what is in order."""
    for category, made in in_order(checks):
        shown = [check for check in made if not (short and isinstance(check, PassedCheck))]
        if not shown:
            continue
        yield category.value
        for check in shown:
            yield from (f"  {line}" for line in _lines(check))
    yield from not_checked_lines(check for check in checks if isinstance(check, NotChecked))
    if not short:
        yield from skipped_lines(check for check in checks if isinstance(check, SkippedCheck))
    yield summary(checks)


def summary(checks: Iterable[Check]) -> str:
    """Return the numbers in one line."""
    listed = list(checks)
    found = [check for check in listed if isinstance(check, Finding)]
    wrong = sum(finding.severity is Severity.ERROR for finding in found)
    good = sum(isinstance(check, PassedCheck) for check in listed)
    unknown = sum(isinstance(check, NotChecked) for check in listed)
    return f"{wrong} wrong, {len(found) - wrong} to look at, {good} good, {unknown} not checked"


def _lines(check: Finding | PassedCheck) -> Iterator[str]:
    if isinstance(check, Finding):
        yield from finding_lines(check)
    else:
        yield printable_text(f"✓ {check.fact}")
