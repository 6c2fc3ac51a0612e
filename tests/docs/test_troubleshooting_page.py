"""The page that explains each cause by its word."""

import re
from pathlib import Path

import pytest

from groupaccess.domain.diagnosis.finding import CAUSES, Cause
from groupaccess.domain.diagnosis.review_rules import ERRORS

PAGE = (Path(__file__).parents[2] / "docs" / "troubleshooting.md").read_text()
HEADINGS = re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)
ENTRIES = dict(re.findall(r"^### ([^\n]+)\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL))
PROGRAMS = ("Keycloak", "Headlamp", "kubelogin", "kubectl", "Argo CD", "kube-apiserver", "Helm")
SILENT = {Cause.NO_MEMBERS, Cause.ONLY_BY_KEYCLOAK}  # nobody sees them before somebody needs access


def test_each_cause_has_its_own_paragraph() -> None:
    assert sorted(HEADINGS) == sorted(Cause)


def test_each_cause_has_a_row_in_the_table_of_causes() -> None:
    assert CAUSES.keys() == set(Cause)


def test_the_page_quotes_what_kube_apiserver_prints() -> None:
    quoted = [row for row in ERRORS if row.pattern.search(PAGE)]
    assert {row.cause for row in ERRORS} == {row.cause for row in quoted}


@pytest.mark.parametrize("heading", sorted(ENTRIES.keys() - SILENT))
def test_each_entry_has_the_words_that_a_program_prints_for_it(heading: str) -> None:
    """Whoever searches for these words finds the page, if none is broken over two lines."""
    items = re.findall(r"^- (.*?)(?=^- |\n\n|\Z)", ENTRIES[heading], re.MULTILINE | re.DOTALL)
    assert items
    for item in items:
        program, _, _ = item.partition(":")
        assert program.startswith(PROGRAMS), item
        quoted = re.findall(r"`([^`]+)`", item)
        assert quoted, item
        assert not [text for text in quoted if "\n" in text], item


def test_each_link_to_a_cause_leads_somewhere() -> None:
    links = set(re.findall(r"\(#(\w+)\)", PAGE))
    assert links <= {heading.lower() for heading in HEADINGS}
