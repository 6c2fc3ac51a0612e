"""Where a page is, for whoever installed the command alone."""

import tomllib
from pathlib import Path

from groupaccess.cli.documentation import LABEL, below_documentation, page_address

PAGE = "docs/reasons.md#expired"
PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_a_page_is_below_the_url_of_the_documentation() -> None:
    for url in ("https://groupaccess.example/main", "https://groupaccess.example/main/"):
        urls = ("Source, https://groupaccess.example", f"{LABEL}, {url}")
        assert below_documentation(PAGE, urls) == f"https://groupaccess.example/main/{PAGE}"


def test_without_such_a_url_it_is_the_path_in_the_repository() -> None:
    assert below_documentation(PAGE, ["Source, https://groupaccess.example"]) == PAGE


def test_the_url_is_that_of_pyproject() -> None:
    urls = tomllib.loads(PYPROJECT.read_text())["project"].get("urls", {})
    labelled = [f"{label}, {url}" for label, url in urls.items()]
    assert page_address(PAGE) == below_documentation(PAGE, labelled)
