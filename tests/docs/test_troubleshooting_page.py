"""The page that explains each cause by its word."""

import re
from pathlib import Path

from groupaccess.domain.diagnosis.finding import CAUSES, Cause
from groupaccess.domain.diagnosis.review_rules import ERRORS

PAGE = (Path(__file__).parents[2] / "docs" / "troubleshooting.md").read_text()
HEADINGS = re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)


def test_each_cause_has_its_own_paragraph() -> None:
    assert sorted(HEADINGS) == sorted(Cause)


def test_each_cause_has_a_row_in_the_table_of_causes() -> None:
    assert CAUSES.keys() == set(Cause)


def test_the_page_quotes_what_kube_apiserver_prints() -> None:
    quoted = [row for row in ERRORS if row.pattern.search(PAGE)]
    missing = {row.cause for row in ERRORS} - {row.cause for row in quoted}
    assert missing == {Cause.ALGORITHM_NOT_ACCEPTED}  # its words are go-jose's, and change


def test_each_link_to_a_cause_leads_somewhere() -> None:
    links = set(re.findall(r"\(#(\w+)\)", PAGE))
    assert links <= {heading.lower() for heading in HEADINGS}
