"""The structure that all formats are made from."""

from cli.diagnosis.output.situations import GOOD, HIDDEN, WARNED, WRONG
from groupaccess.cli.diagnosis.output.from_facts import doctor_report, explanation_document
from groupaccess.domain.diagnosis.chain import Step
from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import Category, Cause, Finding, PassedCheck
from groupaccess.domain.diagnosis.fix import Advice, Command, Edit, Fix


def test_a_report_holds_its_checks_in_the_order_of_a_login() -> None:
    last = PassedCheck(Category.ACCESS, "all are granted")
    body = doctor_report([HIDDEN, last, WARNED, GOOD]).model_dump(mode="json")
    assert (body["apiVersion"], body["kind"]) == ("cli.groupaccess.io/v1", "DoctorReport")
    results = [item["result"] for item in body["checks"]]
    assert results == ["Passed", "Passed", "Finding", "NotChecked"]
    assert body["checks"][1]["fact"] == "all are granted"
    numbers = {"errors": 0, "warnings": 1, "passed": 2, "notChecked": 1, "skipped": 0}
    assert body["summary"] == numbers


def test_a_finding_holds_its_fixes_step_by_step() -> None:
    steps = (Command("x"), Advice("y"), Edit("f", "c", (), ("a",), "b"))
    finding = Finding(Cause.ISSUER_MISMATCH, "differs", ("e",), (Fix(steps, "k3s"),))
    (item,) = doctor_report([finding]).model_dump(mode="json")["checks"]
    assert item["fixes"] == [
        {
            "for": "k3s",
            "steps": [
                {"command": "x"},
                {"advice": "y"},
                {"file": "f", "below": "c", "before": [], "after": ["a"], "then": "b"},
            ],
        }
    ]


def test_a_mappings_own_reason_is_beside_the_cause() -> None:
    finding = Finding(Cause.MAPPING_NOT_GRANTED, "not granted", reason="GroupNotFound")
    (item,) = doctor_report([finding]).model_dump(mode="json")["checks"]
    assert (item["cause"], item["reason"]) == ("MappingNotGranted", "GroupNotFound")
    assert item["page"] == "docs/reasons.md#groupnotfound"


def test_an_answer_holds_the_chain() -> None:
    step = Step("Keycloak", "alice is in /SRE", "read now")
    body = explanation_document(Explanation("Who.", None, (step,), (WRONG,))).model_dump()
    assert (body["kind"], body["answer"], body["allowed"]) == ("Explanation", "Who.", None)
    assert body["steps"] == (
        {"where": "Keycloak", "fact": "alice is in /SRE", "knownBy": "read now"},
    )
    assert body["findings"][0]["cause"] == "IssuerMismatch"
