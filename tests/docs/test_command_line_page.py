"""docs/command-line.md: its examples are run, and its tables are complete.

`WRITE_TEXTS=1 pytest tests/docs/test_command_line_page.py` writes what the examples print anew.
"""

import asyncio
import os
import re
import shlex
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
import pytest_asyncio
import typer.main
import yaml
from typer.testing import CliRunner

from cli.diagnosis.test_why_command import SERVED, decision, user
from cli.environment import environment
from cli.importing import access, binding, listed
from fakes.api_server import Answer, ApiServer, page
from groupaccess.cli.app import app
from groupaccess.cli.diagnosis.doctor_options import DoctorOutput
from groupaccess.cli.diagnosis.exit_code import ExitCode
from groupaccess.cli.diagnosis.why_options import WhyOutput

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
EXAMPLE = re.compile(r"^```console\n\$ groupaccess (.*)\n((?:.*\n)*?)```$", re.MULTILINE)
BINDINGS = (*listed(binding("ops", "SRE")), page(), page(), page())
WHY = {
    name: (*SERVED, user("SRE"), decision(allowed=name == "prod"), *BINDINGS)
    for name in ("prod", "staging")
}


def broken() -> tuple[Answer, ...]:
    """Return the answers to `doctor`: no setting to be seen, and a group with a typo."""
    body = access("apps")
    body["status"]["mappings"] = [
        {
            "name": "sre-view",
            "state": "Pending",
            "reason": "GroupNotFound",
            "message": 'realm ADMIN has no group "SER": did you mean SRE?',
        }
    ]
    return (page(), page(), page(), page(), page(body))


@pytest_asyncio.fixture
async def clusters(tmp_path: Path) -> AsyncIterator[dict[str, ApiServer]]:
    """Serve two clusters, and name them in ~/.kube/config; the first is the current one."""
    servers = {name: ApiServer() for name in WHY}
    async with servers["prod"].serve(), servers["staging"].serve():
        body = {
            "current-context": "staging",
            "clusters": [
                {"name": name, "cluster": {"server": each.host}} for name, each in servers.items()
            ],
            "users": [{"name": "me", "user": {"token": "t"}}],
            "contexts": [
                {"name": name, "context": {"cluster": name, "user": "me"}} for name in servers
            ],
        }
        (tmp_path / ".kube").mkdir()
        (tmp_path / ".kube" / "config").write_text(yaml.safe_dump(body))
        yield servers


async def test_the_examples_print_what_the_page_shows(
    clusters: dict[str, ApiServer], tmp_path: Path
) -> None:
    home = environment({"HOME": str(tmp_path)}) | {"KUBECONFIG": None}
    text = PAGE.read_text()
    for words, shown in EXAMPLE.findall(text):
        for name, server in clusters.items():
            server.answers.clear()
            server.answers.extend(WHY[name] if words.startswith("why") else broken())
        result = await asyncio.to_thread(CliRunner().invoke, app, shlex.split(words), env=home)
        before, after = (f"$ groupaccess {words}\n{each}" for each in (shown, result.stdout))
        text = text.replace(f"{before}```", f"{after}```")
    if os.environ.get("WRITE_TEXTS"):
        PAGE.write_text(text)
    assert len(EXAMPLE.findall(text)) >= 6
    assert "kube-apiserver answers 500" not in text  # an answer too few
    assert PAGE.read_text() == text


def table(heading: str) -> list[list[str]]:
    """Return the rows of the first table whose first cell has this heading."""
    _, _, rest = PAGE.read_text().partition(f"| {heading} |")
    lines = rest.partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def options(command: str) -> set[str]:
    """Return how the options of a command are written."""
    group = typer.main.get_group(app)
    return {name for each in group.commands[command].params for name in each.opts}


def names(cells: Iterable[str]) -> set[str]:
    return {name for cell in cells for name in re.findall(r"`(?:groupaccess )?([a-z-]+)", cell)}


def test_every_command_has_its_line() -> None:
    rows = table("command")
    assert names(row[0] for row in rows) == set(typer.main.get_group(app).commands)


def test_every_option_of_both_commands_has_its_line() -> None:
    shared = options("why") & options("doctor")
    of_login = {each for each in shared if each in options("keycloak-setup")} - {"--kubeconfig"}
    assert names(row[0] for row in table("option")) == shared - of_login


def test_every_exit_code_has_its_line() -> None:
    codes = [int(row[0]) for row in table("code")]
    assert codes == [0, 1, 2, 3, 4]
    assert set(ExitCode) < set(codes)


@pytest.mark.parametrize(("command", "formats"), [("why", WhyOutput), ("doctor", DoctorOutput)])
def test_every_format_has_its_line(
    command: str, formats: type[WhyOutput] | type[DoctorOutput]
) -> None:
    rows = [row for row in table("`-o`") if row[1] in ("both", f"`{command}`")]
    assert names(row[0] for row in rows) == set(formats)
