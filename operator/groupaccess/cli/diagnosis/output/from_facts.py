"""From the facts of a diagnosis to documents: the one place that does it, for every format."""

from collections.abc import Iterable
from typing import overload

from groupaccess.application.diagnosis.doctor import in_order
from groupaccess.cli.diagnosis.output import documents
from groupaccess.cli.documentation import page_address
from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import (
    Check,
    Finding,
    NotChecked,
    PassedCheck,
    Severity,
    SkippedCheck,
)
from groupaccess.domain.diagnosis.fix import Advice, Command, Edit, Fix

CAUSES_PAGE, REASONS_PAGE = "docs/troubleshooting.md", "docs/reasons.md"


def doctor_report(
    checks: Iterable[Check], fail_on: Severity = Severity.ERROR
) -> documents.DoctorReport:
    """Return the report of `groupaccess doctor`, with its checks in the order of a login.

    Those that could not be made come after them, and what nobody asked for is last.
    """
    listed = list(checks)
    made = [check for _, each in in_order(listed) for check in each]
    others = [check for check in listed if isinstance(check, NotChecked)]
    skipped = [check for check in listed if isinstance(check, SkippedCheck)]
    items = tuple(check_item(check) for check in (*made, *others, *skipped))
    return documents.DoctorReport(fail_on=fail_on.value, summary=_summary(items), checks=items)


def explanation_document(explanation: Explanation) -> documents.Explanation:
    """Return the answer of `groupaccess why`."""
    return documents.Explanation(
        answer=explanation.answer,
        allowed=explanation.allowed,
        steps=tuple(
            documents.StepItem(where=step.where, fact=step.fact, known_by=step.known_by)
            for step in explanation.steps
        ),
        findings=tuple(check_item(finding) for finding in explanation.findings),
        grants=explanation.grants,
        close=explanation.close,
        not_checked=tuple(check_item(check) for check in explanation.not_checked),
    )


def _summary(items: Iterable[documents.CheckItem]) -> documents.Summary:
    listed = list(items)
    found = [item.severity for item in listed if isinstance(item, documents.FindingItem)]
    return documents.Summary(
        errors=found.count("error"),
        warnings=found.count("warning"),
        passed=sum(isinstance(item, documents.PassedItem) for item in listed),
        not_checked=sum(isinstance(item, documents.NotCheckedItem) for item in listed),
        skipped=sum(isinstance(item, documents.SkippedItem) for item in listed),
    )


@overload
def check_item(check: Finding) -> documents.FindingItem: ...
@overload
def check_item(check: NotChecked) -> documents.NotCheckedItem: ...
@overload
def check_item(check: Check) -> documents.CheckItem: ...
def check_item(check: Check) -> documents.CheckItem:
    """Return one check, or one finding."""
    match check:
        case PassedCheck(category, fact):
            return documents.PassedItem(category=category.value, fact=fact)
        case NotChecked(what, why):
            return documents.NotCheckedItem(fact=what, why=why)
        case SkippedCheck(what, why):
            return documents.SkippedItem(fact=what, why=why)
        case Finding():
            return documents.FindingItem(
                category=check.category.value,
                severity=check.severity.value,
                cause=check.cause,
                reason=check.word,
                fact=check.fact,
                evidence=check.evidence,
                fixes=tuple(_fix(fix) for fix in check.fixes),
                page=_page(check),
            )


def _page(finding: Finding) -> str:
    """Return where the documentation explains the finding's word."""
    by_reason = finding.reason and finding.reason != finding.cause
    page = REASONS_PAGE if by_reason else CAUSES_PAGE
    return page_address(f"{page}#{finding.word.lower()}")


def _fix(fix: Fix) -> documents.FixItem:
    return documents.FixItem(where=fix.where, steps=tuple(_step(step) for step in fix.steps))


def _step(
    step: Command | Edit | Advice,
) -> documents.StepOfFix:
    match step:
        case Command(line):
            return documents.CommandStep(command=line)
        case Advice(text):
            return documents.AdviceStep(advice=text)
        case Edit(file, below, before, after, then):
            return documents.EditStep(file=file, below=below, before=before, after=after, then=then)
