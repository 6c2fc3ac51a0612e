"""A JUnit file: a test case for each check, as CI systems read it.

Theirs is the schema of Jenkins' xUnit plugin: testsuites, testsuite, testcase, failure, skipped.
"""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from groupaccess.cli.diagnosis.finding_text import body_lines
from groupaccess.cli.diagnosis.output.documents import (
    AnyDocument,
    CheckItem,
    DoctorReport,
    Document,
    Error,
    FindingItem,
    NotCheckedItem,
    PassedItem,
    SkippedItem,
    items_of,
)

NAME = "groupaccess doctor"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def as_junit(document: AnyDocument) -> str:
    """Return the file: a test suite for each context.

    A failure is a finding that makes the exit code 1; a warning that does not is a test that passes
    with an output.
    """
    root = ET.Element("testsuites", name=NAME)
    for item in items_of(document):
        suite = ET.SubElement(root, "testsuite", name=_suite_name(item))
        _fill(suite, item)
        _count(suite)
    ET.indent(root)
    return f"{DECLARATION}\n{ET.tostring(root, encoding='unicode')}"


def _suite_name(document: Document) -> str:
    return f"{NAME} --context {document.context}" if document.context else NAME


def _fill(suite: ET.Element, document: Document) -> None:
    if isinstance(document, Error):
        case = ET.SubElement(suite, "testcase", classname=NAME, name="access to the servers")
        ET.SubElement(case, "error", message=document.message, type="NotChecked")
    if isinstance(document, DoctorReport):
        for check in document.checks:
            _add_case(suite, check, {"error", document.fail_on})


def _add_case(suite: ET.Element, check: CheckItem, failing: Iterable[str]) -> None:
    category = check.category if isinstance(check, FindingItem | PassedItem) else "not checked"
    case = ET.SubElement(suite, "testcase", classname=f"{NAME}.{category}", name=check.fact)
    match check:
        case NotCheckedItem() | SkippedItem():
            ET.SubElement(case, "skipped", message=check.why)
        case FindingItem() if check.severity in failing:
            failure = ET.SubElement(case, "failure", message=check.fact, type=check.reason)
            failure.text = "\n".join(body_lines(check))
        case FindingItem():
            lines = (f"{check.severity}: {check.fact} {check.reason}", *body_lines(check))
            ET.SubElement(case, "system-out").text = "\n".join(lines)


def _count(suite: ET.Element) -> None:
    counted = {"tests": "testcase", "failures": ".//failure", "errors": ".//error"}
    for attribute, found in (counted | {"skipped": ".//skipped"}).items():
        suite.set(attribute, str(len(suite.findall(found))))
