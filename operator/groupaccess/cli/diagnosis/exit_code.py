"""What a command's exit code says, the same for all of them."""

from collections.abc import Iterable
from enum import IntEnum

from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import Check, Finding, NotChecked, Severity


class ExitCode(IntEnum):
    """2 is Typer's own, for wrong usage."""

    NOTHING_WRONG = 0
    FINDINGS = 1
    NOT_CHECKED = 3


GRAVEST_FIRST = (ExitCode.FINDINGS, ExitCode.NOT_CHECKED, ExitCode.NOTHING_WRONG)


def gravest(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the code of several answers."""
    return min(codes, key=GRAVEST_FIRST.index, default=ExitCode.NOTHING_WRONG)


def exit_code(checks: Iterable[Check], fail_on: Severity = Severity.ERROR) -> ExitCode:
    """Return the code of a report: a finding counts more than a check that could not be made.

    Warnings count only if `fail_on` says so, and a check that was left out never does.
    """
    listed = list(checks)
    failing = {Severity.ERROR, fail_on}
    if any(isinstance(each, Finding) and each.severity in failing for each in listed):
        return ExitCode.FINDINGS
    if any(isinstance(each, NotChecked) for each in listed):
        return ExitCode.NOT_CHECKED
    return ExitCode.NOTHING_WRONG


def answer_code(explanation: Explanation) -> ExitCode:
    """Return the code of an answer: a no with its reason counts more than what was not checked."""
    complete = not explanation.not_checked
    a_no = explanation.allowed is False and complete
    if a_no or (explanation.findings and not explanation.allowed):
        return ExitCode.FINDINGS
    return ExitCode.NOTHING_WRONG if complete else ExitCode.NOT_CHECKED
