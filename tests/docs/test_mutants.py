"""`make mutants` has all that the tests of the domain import."""

import re

from mutants import ROOT, TAKEN

TESTS = ROOT / "tests"


def test_what_is_taken_uses_nothing_else() -> None:
    folders = {path.name for path in TESTS.iterdir() if path.is_dir()}
    texts = [path.read_text() for name in TAKEN[:-1] for path in (TESTS / name).rglob("*.py")]
    used = {name for text in texts for name in re.findall(r"^from (\w+)", text, re.MULTILINE)}
    assert used & folders == {name.partition("/")[0] for name in TAKEN}
