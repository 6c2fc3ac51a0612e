"""`groupaccess why` without a request, and with a pasted error: exit codes, and what is printed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from cli.diagnosis.command import ClusterCommand, served
from cli.diagnosis.test_why_command import ANONYMOUS, FORBIDDEN, user, why
from cli.importing import binding, listed
from fakes.api_server import page


@pytest_asyncio.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[ClusterCommand]:
    async with served("why", tmp_path) as command:
        yield command


def test_an_error_is_read_from_the_standard_input() -> None:
    result = why("--error=-", stdin=f"some lines before it\n{ANONYMOUS}\n")
    assert result.exit_code == 1
    assert "NoToken" in result.output


def test_a_401_without_a_cause_says_what_shows_it_and_is_3() -> None:
    result = why("--error", "error: You must be logged in to the server (Unauthorized)")
    assert result.exit_code == 3
    assert result.stdout.startswith("No. kube-apiserver did not accept the token (401)")
    assert "groupaccess doctor --token FILE" in result.stdout
    assert "groupaccess why --token FILE" in result.stdout


async def test_a_401_with_kube_apiservers_words_is_1(cluster: ClusterCommand) -> None:
    answers = (page(), page(), page(), page())
    result = await cluster("--error", "oidc: token is expired", answers=answers)
    assert result.exit_code == 1, result.output
    assert "TokenExpired" in result.stdout


async def test_who_one_is_with_what_is_bound_is_0(cluster: ClusterCommand) -> None:
    lists = (*listed(binding("old", "SRE")), page(), page(), page())
    result = await cluster(answers=(user("SRE"), *lists))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("alice has view everywhere.\n")


async def test_who_one_is_without_anything_that_is_bound_is_1(cluster: ClusterCommand) -> None:
    result = await cluster(answers=(user("SRE"), *listed(), page(), page(), page()))
    assert result.exit_code == 1, result.output
    assert result.stdout.startswith("Nothing is bound for alice.\n")
    assert "NoMapping" in result.stdout


async def test_who_one_is_where_bindings_cannot_be_read_is_3(cluster: ClusterCommand) -> None:
    result = await cluster(answers=(user("SRE"), *(FORBIDDEN for _ in range(4))))
    assert result.exit_code == 3, result.output
    assert "- not checked: bindings" in result.stdout


async def test_what_is_bound_is_no_grant_of_a_request_in_markdown_either(
    cluster: ClusterCommand,
) -> None:
    lists = (*listed(binding("old", "SRE")), page(), page(), page())
    result = await cluster("-o", "markdown", answers=(user("SRE"), *lists))
    assert "bound" in result.stdout, result.output
    assert "granted by" not in result.stdout
