"""The same facts as JSON, for programs: apiVersion cli.groupaccess.io/v1."""

import json
from collections.abc import Iterable
from typing import Any

from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import (
    Check,
    Finding,
    NotChecked,
    PassedCheck,
    SkippedCheck,
)
from groupaccess.domain.diagnosis.fix import Advice, Command, Edit, Fix

API_VERSION = "cli.groupaccess.io/v1"


def doctor_json(checks: Iterable[Check]) -> str:
    """Return a report of `groupaccess doctor`."""
    items = [_item(check) for check in checks]
    body = {"apiVersion": API_VERSION, "kind": "DoctorReport", "checks": items}
    return json.dumps(body, indent=2)


def why_json(explanation: Explanation) -> str:
    """Return an answer of `groupaccess why`."""
    body = {
        "apiVersion": API_VERSION,
        "kind": "Explanation",
        "answer": explanation.answer,
        "allowed": explanation.allowed,
        "steps": [
            {"where": step.where, "fact": step.fact, "knownBy": step.known_by}
            for step in explanation.steps
        ],
        "findings": [_item(finding) for finding in explanation.findings],
        "grants": list(explanation.grants),
        "close": list(explanation.close),
        "notChecked": [_item(check) for check in explanation.not_checked],
    }
    return json.dumps(body, indent=2)


def _item(check: Check) -> dict[str, Any]:
    match check:
        case PassedCheck(category, fact):
            return {"result": "Passed", "category": category.value, "fact": fact}
        case NotChecked(what, why):
            return {"result": "NotChecked", "fact": what, "why": why}
        case SkippedCheck(what, why):
            return {"result": "Skipped", "fact": what, "why": why}
        case Finding():
            return {
                "result": "Finding",
                "category": check.category.value,
                "severity": check.severity.value,
                "cause": check.cause,
                "reason": check.word,
                "fact": check.fact,
                "evidence": list(check.evidence),
                "fixes": [_fix(fix) for fix in check.fixes],
            }


def _fix(fix: Fix) -> dict[str, Any]:
    return {"for": fix.where, "steps": [_step(step) for step in fix.steps]}


def _step(step: Command | Edit | Advice) -> dict[str, Any]:
    match step:
        case Command(line):
            return {"command": line}
        case Advice(text):
            return {"advice": text}
        case Edit(file, below, before, after, then):
            lines = {"before": list(before), "after": list(after)}
            return {"file": file, "below": below, **lines, "then": then}
