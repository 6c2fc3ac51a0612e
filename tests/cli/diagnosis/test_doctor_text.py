"""The report of the doctor: what is printed, and with which exit code the command ends."""

import pytest

from groupaccess.cli.diagnosis.doctor_text import report_lines
from groupaccess.cli.diagnosis.exit_code import ExitCode, exit_code
from groupaccess.cli.diagnosis.output.from_facts import doctor_report
from groupaccess.domain.diagnosis.finding import (
    Category,
    Cause,
    Check,
    Finding,
    NotChecked,
    PassedCheck,
    Severity,
)

GOOD = PassedCheck(Category.KEYCLOAK, "https://kc answers")
WRONG = Finding(Cause.ISSUER_MISMATCH, "issuer differs", ("here: 1",))
WARNED = Finding(Cause.DANGLING_SUBJECT, "nobody carries it")
HIDDEN = NotChecked("flags of kube-apiserver", "you may not list nodes")


def test_what_is_not_checked_comes_before_the_numbers() -> None:
    assert list(report_lines(doctor_report([GOOD, WRONG, WARNED, HIDDEN]))) == [
        "Keycloak",
        "  ✓ https://kc answers",
        "  ✗ issuer differs    IssuerMismatch",
        "      here: 1",
        "      see docs/troubleshooting.md#issuermismatch",
        "GroupAccess",
        "  ! nobody carries it    DanglingSubject",
        "      see docs/troubleshooting.md#danglingsubject",
        "- not checked: flags of kube-apiserver (you may not list nodes)",
        "1 wrong, 1 to look at, 1 good, 1 not checked",
    ]


def test_a_short_report_leaves_out_what_is_in_order() -> None:
    assert list(report_lines(doctor_report([GOOD]), short=True)) == [
        "0 wrong, 0 to look at, 1 good, 0 not checked"
    ]


@pytest.mark.parametrize(
    ("checks", "code"),
    [
        ([], ExitCode.NOTHING_WRONG),
        ([GOOD], ExitCode.NOTHING_WRONG),
        ([GOOD, WARNED], ExitCode.NOTHING_WRONG),
        ([GOOD, HIDDEN], ExitCode.NOT_CHECKED),
        ([HIDDEN, WARNED], ExitCode.NOT_CHECKED),
        ([WRONG, HIDDEN], ExitCode.FINDINGS),
        ([WRONG], ExitCode.FINDINGS),
    ],
)
def test_the_exit_code_says_how_it_ended(checks: list[Check], code: ExitCode) -> None:
    assert exit_code(checks) is code


def test_a_warning_counts_when_that_is_wanted() -> None:
    assert exit_code([WARNED], Severity.WARNING) is ExitCode.FINDINGS
