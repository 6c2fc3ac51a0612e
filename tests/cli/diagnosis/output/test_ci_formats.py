"""What CI systems read: GitHub's workflow commands, and a JUnit file."""

from xml.etree import ElementTree as ET

import pytest

from cli.diagnosis.output.situations import (
    AWAY,
    GOOD,
    HIDDEN,
    HOSTILE,
    HOSTILE_REPORT,
    WARNED,
    WRONG,
    Document,
    situations,
)
from groupaccess.cli.diagnosis.output.documents import DoctorReport, DoctorReportList, Error
from groupaccess.cli.diagnosis.output.from_facts import doctor_report
from groupaccess.cli.diagnosis.output.github import as_github
from groupaccess.cli.diagnosis.output.junit import as_junit
from groupaccess.domain.diagnosis.finding import Cause, Finding, Severity

REPORTS = {name: each for name, each in situations().items() if isinstance(each, DoctorReport)}
EVERY = pytest.mark.parametrize("document", REPORTS.values(), ids=REPORTS)
TWO = DoctorReportList(
    items=(
        HOSTILE_REPORT.model_copy(update={"context": "a,b:c"}),
        Error(message="away", context="staging"),
    )
)


@EVERY
def test_each_line_for_github_is_a_command_and_the_last_the_numbers(document: Document) -> None:
    *lines, last = as_github(document).split("\n")
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    assert last.endswith("not checked")


def test_github_gets_the_severity_the_place_and_all_of_a_finding_in_one_line() -> None:
    finding = Finding(Cause.ISSUER_MISMATCH, "50% differ", ("here: 1",))
    line, last = as_github(doctor_report([finding, GOOD])).split("\n")
    page = "docs/troubleshooting.md#issuermismatch"
    title, message = "Keycloak%3A IssuerMismatch", f"50%25 differ%0Ahere: 1%0Asee {page}"
    assert line == f"::error title={title}::{message}"
    assert last == "1 wrong, 0 to look at, 1 good, 0 not checked"


def test_github_gets_warnings_and_what_is_not_checked() -> None:
    first, second, _ = as_github(doctor_report([WARNED, HIDDEN])).split("\n")
    assert first.startswith("::warning title=GroupAccess%3A DanglingSubject::nobody carries ")
    assert second.startswith("::notice title=not checked::flags of ")


def test_github_gets_why_there_is_no_report() -> None:
    assert as_github(AWAY) == "::error title=not checked::the API server is away, <really>"


def test_a_title_for_github_says_which_context() -> None:
    lines = as_github(TWO).split("\n")
    assert lines[0].startswith("::error title=a%2Cb%3Ac%3A Keycloak%3A IssuerMismatch::")
    assert lines[-2] == "1 wrong, 1 to look at, 1 good, 1 not checked in a,b:c"
    assert lines[-1] == "::error title=staging%3A not checked::away"


def suite(document: Document) -> ET.Element:
    """Return the only test suite of a JUnit file."""
    (found,) = ET.fromstring(as_junit(document))  # noqa: S314 -- it is our own
    return found


@EVERY
def test_junit_has_a_test_case_for_each_check(document: DoctorReport) -> None:
    cases = suite(document).findall("testcase")
    assert [case.get("name") for case in cases] == [check.fact for check in document.checks]
    assert all(case.get("classname") for case in cases)


def test_junit_counts_what_failed_and_what_was_skipped() -> None:
    found = suite(HOSTILE_REPORT)
    counts = {name: found.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "5", "failures": "1", "errors": "0", "skipped": "2"}
    (failure,) = found.iter("failure")
    assert (failure.get("type"), failure.get("message")) == ("IssuerMismatch", WRONG.fact)
    assert HOSTILE in (failure.text or "").split("\n")
    first, second = (each.get("message") or "" for each in found.iter("skipped"))
    assert first.startswith("you may not list red")
    assert second == "needs a login"


@pytest.mark.parametrize("fail_on", Severity)
def test_a_warning_fails_in_junit_when_it_fails_the_command(fail_on: Severity) -> None:
    (case,) = suite(doctor_report([WARNED], fail_on))
    (inside,) = case
    assert inside.tag == ("failure" if fail_on is Severity.WARNING else "system-out")
    assert "docs/troubleshooting.md#danglingsubject" in (inside.text or "")


def test_junit_has_an_error_for_a_cluster_without_a_report() -> None:
    found = suite(AWAY)
    assert (found.get("tests"), found.get("errors")) == ("1", "1")
    (error,) = found.iter("error")
    assert error.get("message") == "the API server is away, <really>"


def test_junit_has_a_suite_for_each_context() -> None:
    root = ET.fromstring(as_junit(TWO))  # noqa: S314 -- it is our own
    assert [each.get("name") for each in root] == [
        "groupaccess doctor --context a,b:c",
        "groupaccess doctor --context staging",
    ]
