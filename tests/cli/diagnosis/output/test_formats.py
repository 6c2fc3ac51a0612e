"""Each format says the same facts, and no name that others chose means anything in it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from cli.diagnosis.output.situations import (
    HOSTILE,
    HOSTILE_ANSWER,
    HOSTILE_REPORT,
    Document,
    situations,
)
from groupaccess.cli.diagnosis.doctor_text import report_lines
from groupaccess.cli.diagnosis.output.documents import DoctorReport, DoctorReportList, Explanation
from groupaccess.cli.diagnosis.output.markdown import as_markdown
from groupaccess.cli.diagnosis.output.plain import as_json, as_yaml
from groupaccess.cli.diagnosis.why_text import why_lines

EVERY = pytest.mark.parametrize("document", situations().values(), ids=situations())
FOR_PROGRAMS = {
    *("apiVersion", "kind", "context", "result", "failOn", "severity"),
    *("allowed", "category", "cause"),
}
MARKUP = {"html_inline", "html_block", "link_open", "em_open", "s_open", "image", "hr"}


def facts(data: Any) -> Iterator[str]:
    """Yield every text that a person must be able to read."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for each in data:
            yield from facts(each)
    elif isinstance(data, dict):
        unseen = FOR_PROGRAMS if data.get("allowed") else FOR_PROGRAMS | {"grants"}
        for key, value in data.items():
            yield from () if key in unseen else facts(value)


def text_of(document: Document) -> str:
    if isinstance(document, DoctorReport):
        return "\n".join(report_lines(document))
    return "\n".join(why_lines(document)) if isinstance(document, Explanation) else document.message


def tokens(markdown: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown):
        yield token
        yield from token.children or ()


def shown(markdown: str) -> str:
    """Return what a reader of Markdown sees, in one line."""
    seen = {"text", "text_special", "code_inline", "fence"}
    parts = (
        token.content if token.type in seen else "" if token.type == "html_inline" else " "
        for token in tokens(markdown)
    )
    return in_one_line("".join(parts))


def in_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@EVERY
def test_json_and_yaml_hold_the_same(document: Document) -> None:
    assert yaml.safe_load(as_yaml(document)) == json.loads(as_json(document))


@EVERY
def test_text_and_markdown_say_every_fact(document: Document) -> None:
    text, markdown = in_one_line(text_of(document)), shown(as_markdown(document))
    said = [in_one_line(fact) for fact in facts(json.loads(as_json(document)))]
    assert said
    assert [fact for fact in said if fact not in text] == []
    assert [fact for fact in said if fact not in markdown] == []


@EVERY
def test_no_format_has_control_characters(document: Document) -> None:
    for text in (as_json(document), as_yaml(document), as_markdown(document), text_of(document)):
        assert all(line.isprintable() for line in text.split("\n"))


@pytest.mark.parametrize("document", [HOSTILE_REPORT, HOSTILE_ANSWER])
def test_a_name_is_no_markup(document: Document) -> None:
    markdown = as_markdown(document)
    found = [token for token in tokens(markdown) if token.type in MARKUP]
    assert {token.content for token in found} == {"<!-- -->"}
    assert "@ops" not in re.sub(r"(?ms)^ *(```+)text$.*?\1$", "", markdown)


def test_a_name_does_not_end_a_cell_of_the_table() -> None:
    rows = [token for token in tokens(as_markdown(HOSTILE_ANSWER)) if token.type == "td_open"]
    assert len(rows) == 4


@pytest.mark.parametrize("beginning", ["# a", "- a", "+ a", "> a", "1. a", "12) a", "=== a"])
def test_a_name_begins_no_list_and_no_heading(beginning: str) -> None:
    answer = HOSTILE_ANSWER.model_copy(update={"close": (beginning,), "findings": ()})
    (item,) = (
        token
        for token in tokens(as_markdown(answer))
        if token.content and token.type == "inline"
        if beginning in "".join(child.content for child in token.children or ())
    )
    assert item.level == 3  # a list, its item, the paragraph


def test_each_context_has_its_heading() -> None:
    both = [HOSTILE_REPORT.model_copy(update={"context": name}) for name in ("prod", HOSTILE)]
    markdown = as_markdown(DoctorReportList(items=tuple(both)))
    headings = [token for token in tokens(markdown) if token.tag == "h2" and token.nesting == 1]
    assert len(headings) == 2
    assert "## prod" in markdown.splitlines()
