"""Findings as lines of text: the sentence, the evidence, and fixes that can be pasted."""

from collections.abc import Iterable, Iterator

from groupaccess.cli.diagnosis.output.documents import (
    AdviceStep,
    CommandStep,
    EditStep,
    FindingItem,
    FixItem,
    NotCheckedItem,
    SkippedItem,
    StepOfFix,
)

MARKS = {"error": "✗", "warning": "!"}


def finding_lines(finding: FindingItem) -> Iterator[str]:
    """Yield the lines of one finding: its word is behind the sentence, the rest is indented."""
    yield f"{MARKS[finding.severity]} {finding.fact}    {finding.reason}"
    yield from (f"    {line}" for line in body_lines(finding))


def body_lines(finding: FindingItem) -> Iterator[str]:
    """Yield what is below the sentence of a finding."""
    yield from finding.evidence
    yield from fix_lines(finding.fixes)
    yield f"see {finding.page}"


def not_checked_lines(checks: Iterable[NotCheckedItem]) -> Iterator[str]:
    """Yield a line for each check that could not be made."""
    for check in checks:
        yield f"- not checked: {check.fact} ({check.why})"


def skipped_lines(checks: Iterable[SkippedItem]) -> Iterator[str]:
    """Yield a line for all checks that were left out for the same reason."""
    by_reason: dict[str, list[str]] = {}
    for check in checks:
        by_reason.setdefault(check.why, []).append(check.fact)
    for why, facts in by_reason.items():
        yield f"- left out: {'; '.join(facts)} ({why})"


def fix_lines(fixes: Iterable[FixItem]) -> Iterator[str]:
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
            yield from (indent + line for line in step_lines(step))


def step_lines(step: StepOfFix) -> Iterator[str]:
    """Yield one step of a fix."""
    match step:
        case CommandStep():
            yield f"$ {step.command}"
        case AdviceStep():
            yield step.advice
        case EditStep():
            yield f"in {step.file}, below {step.below}:"
            yield from (f"  - {line}" for line in step.before)
            yield from (f"  + {line}" for line in step.after)
            yield f"then: {step.then}"
