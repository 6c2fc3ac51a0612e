"""docs/command-line.schema.json describes what is printed, and is generated."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it brings no types

from cli.diagnosis.output.situations import (
    AWAY,
    HOSTILE_ANSWER,
    HOSTILE_REPORT,
    Document,
    situations,
)
from groupaccess.cli.diagnosis.output.documents import DoctorReportList, ExplanationList
from groupaccess.cli.diagnosis.output.plain import as_json
from groupaccess.cli.diagnosis.output.schema import render_schema

ROOT = Path(__file__).parents[4]
SCHEMA = json.loads((ROOT / "docs" / "command-line.schema.json").read_text())


def problems(body: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(body)]


def test_the_schema_is_the_one_that_is_generated() -> None:
    committed = (ROOT / "docs" / "command-line.schema.json").read_text()
    assert committed == render_schema(), "make schema"
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("document", situations().values(), ids=situations())
def test_what_is_printed_is_as_the_schema_says(document: Document) -> None:
    assert problems(json.loads(as_json(document))) == []


def test_lists_are_as_the_schema_says() -> None:
    for whole in (
        DoctorReportList(items=(HOSTILE_REPORT, AWAY)),
        ExplanationList(items=(HOSTILE_ANSWER, AWAY)),
    ):
        assert problems(json.loads(as_json(whole))) == []


@pytest.mark.parametrize("document", [HOSTILE_REPORT, HOSTILE_ANSWER, AWAY])
def test_the_schema_misses_every_field(document: Document) -> None:
    body = json.loads(as_json(document))
    for name in body:
        assert problems({key: value for key, value in body.items() if key != name}), name


def test_every_part_of_the_schema_is_described() -> None:
    assert [name for name, part in SCHEMA["$defs"].items() if not part.get("description")] == []
