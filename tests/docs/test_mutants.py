"""`make mutants` has all that the tests of the domain import."""

import re

from mutants import ROOT, TAKEN


def test_the_tests_of_the_domain_use_only_what_is_taken() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()}
    texts = [path.read_text() for path in (ROOT / "tests" / "domain").rglob("*.py")]
    used = {name for text in texts for name in re.findall(r"^from (\w+)", text, re.MULTILINE)}
    assert used & folders == set(TAKEN)
