"""What ends a command without an answer is a document, and a line on the standard error."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from aiohttp.test_utils import unused_port

from cli.diagnosis.command import invoke
from cli.diagnosis.output.test_schema import problems
from cli.importing import kubeconfig

WHY = ("why", "list", "pods")


@pytest.mark.parametrize("command", [WHY, ("doctor",)])
@pytest.mark.parametrize(("output", "read"), [("json", json.loads), ("yaml", yaml.safe_load)])
def test_without_a_kubeconfig_there_is_a_document(
    tmp_path: Path, command: tuple[str, ...], output: str, read: Callable[[str], Any]
) -> None:
    result = invoke(*command, f"--kubeconfig={tmp_path / 'missing'}", "-o", output)
    body = read(result.stdout)
    assert problems(body) == []
    assert body["kind"] == "Error"
    assert result.exit_code == 3
    assert result.stderr == f"error: {body['message']}.\n"
    assert "--kubeconfig" in body["message"]


def test_an_api_server_that_is_away_is_a_document(tmp_path: Path) -> None:
    away = kubeconfig(tmp_path / "config", f"http://127.0.0.1:{unused_port()}")
    result = invoke(*WHY, f"--kubeconfig={away}", "-o", "json")
    assert json.loads(result.stdout)["kind"] == "Error"
    assert result.exit_code == 3


def test_an_error_that_is_not_understood_is_a_document() -> None:
    result = invoke("why", "--error", "it does not work", "-o", "json")
    body = json.loads(result.stdout)
    assert body["message"].startswith("could not tell what the error is about: ")
    assert result.exit_code == 3


def test_every_format_says_why_there_is_no_answer(tmp_path: Path) -> None:
    missing = f"--kubeconfig={tmp_path / 'missing'}"
    assert "**Error:** no access" in invoke(*WHY, missing, "-o", "markdown").stdout
    github = invoke("doctor", missing, "-o", "github").stdout
    assert github.startswith("::error title=not checked::no access")
    junit = invoke("doctor", missing, "-o", "junit").stdout
    assert ET.fromstring(junit).find(".//error") is not None  # noqa: S314 -- it is our own


def test_text_leaves_the_standard_output_to_answers(tmp_path: Path) -> None:
    result = invoke(*WHY, f"--kubeconfig={tmp_path / 'missing'}")
    assert result.stdout == ""
    assert result.stderr.startswith("error: no access")
