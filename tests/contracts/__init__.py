"""What each port promises, written once: run on the fakes here and on what is real in e2e."""

from pathlib import Path

import pytest

HELPERS = {path.stem for path in Path(__file__).parent.glob("*.py")} - {"__init__"}
pytest.register_assert_rewrite(
    *(f"contracts.{name}" for name in HELPERS if not name.startswith("test_"))
)
