"""What the image is made of can be listed, and is what was locked."""

import json
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from suite import long_form

pytestmark = pytest.mark.lifecycle

ROOT = Path(__file__).parents[1]


def locked() -> set[str]:
    """Return name==version of all that the image installs on this kind of machine."""
    text = (ROOT / "requirements" / "runtime.txt").read_text()
    lines = (line.rstrip(" \\") for line in text.splitlines() if line[:1].isalnum())
    pins = (Requirement(line) for line in lines)
    return {
        f"{canonicalize_name(pin.name)}{pin.specifier}"
        for pin in pins
        if pin.marker is None or pin.marker.evaluate()
    }


@long_form
def test_the_bill_of_materials_names_exactly_what_is_locked_with_its_licences() -> None:
    subprocess.run(["make", "--silent", "sbom"], cwd=ROOT, check=True, timeout=300)

    bill = json.loads((ROOT / "dist" / "sbom.json").read_text())

    parts = bill["components"]
    named = {f"{canonicalize_name(part['name'])}=={part['version']}" for part in parts}
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["component"]["name"] == "groupaccess"
    assert named == locked()
    assert all(part.get("licenses") for part in parts)
