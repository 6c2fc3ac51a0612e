"""`--context`: each cluster is answered in turn, and the exit code is the gravest."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import pytest_asyncio
import yaml
from typer.testing import Result

from cli.diagnosis.command import invoke
from cli.diagnosis.test_why_command import FORBIDDEN, SERVED, decision, user
from cli.importing import binding, listed
from fakes.api_server import Answer, ApiServer, page
from groupaccess.cli.diagnosis.exit_code import ExitCode, gravest

LISTS = (*listed(binding("old", "SRE")), page(), page(), page())
YES = (*SERVED, user("SRE"), decision(allowed=True), *LISTS)
NO = (*SERVED, user("SRE"), decision(allowed=False), *LISTS)
UNKNOWN = (*SERVED, FORBIDDEN)


class Clusters:
    """Runs a command with a kubeconfig of two contexts, of which neither is current."""

    def __init__(self, file: Path, prod: ApiServer, staging: ApiServer) -> None:
        self._file, self._prod, self._staging = file, prod, staging
        self.file = str(file)

    async def __call__(
        self, *arguments: str, prod: tuple[Answer, ...] = (), staging: tuple[Answer, ...] = ()
    ) -> Result:
        self._prod.answers.extend(prod)
        self._staging.answers.extend(staging)
        return await asyncio.to_thread(invoke, *arguments, f"--kubeconfig={self._file}")

    async def why(
        self, *arguments: str, prod: tuple[Answer, ...] = (), staging: tuple[Answer, ...] = ()
    ) -> Result:
        """Ask both whether pods may be listed."""
        contexts = ("--context=prod", "--context=staging")
        return await self("why", "list", "pods", *contexts, *arguments, prod=prod, staging=staging)


@pytest_asyncio.fixture
async def clusters(tmp_path: Path) -> AsyncIterator[Clusters]:
    prod, staging = ApiServer(), ApiServer()
    async with prod.serve(), staging.serve():
        named = {"prod": prod.host, "staging": staging.host}
        body = {
            "clusters": [{"name": key, "cluster": {"server": url}} for key, url in named.items()],
            "users": [{"name": "me", "user": {"token": "t"}}],
            "contexts": [
                {"name": key, "context": {"cluster": key, "user": "me", "namespace": f"of-{key}"}}
                for key in named
            ],
        }
        (tmp_path / "config").write_text(yaml.safe_dump(body))
        yield Clusters(tmp_path / "config", prod, staging)


async def test_each_context_is_answered_below_its_name(clusters: Clusters) -> None:
    result = await clusters.why(prod=YES, staging=NO)
    first, second = result.stdout.split("\n\nContext staging:\n")
    assert first.startswith("Context prod:\nYes. alice may list pods in of-prod.\n")
    assert second.startswith("No. alice may not list pods in of-staging.\n")
    assert result.exit_code == 1


async def test_one_context_has_no_heading_and_is_no_list(clusters: Clusters) -> None:
    words = ("why", "list", "pods", "--context=staging")
    result = await clusters(*words, staging=YES)
    assert result.stdout.startswith("Yes. alice may list pods in of-staging.\n")
    result = await clusters(*words, "-o", "json", staging=YES)
    body = json.loads(result.stdout)
    assert (body["kind"], body["context"]) == ("Explanation", "staging")


async def test_several_contexts_are_a_list_of_documents(clusters: Clusters) -> None:
    result = await clusters.why("-o", "json", prod=YES, staging=UNKNOWN)
    body = json.loads(result.stdout)
    assert (body["apiVersion"], body["kind"]) == ("cli.groupaccess.io/v1", "ExplanationList")
    kinds = [(item["context"], item["kind"]) for item in body["items"]]
    assert kinds == [("prod", "Explanation"), ("staging", "Error")]
    assert result.exit_code == 3
    assert result.stderr == f"error: context staging: {body['items'][1]['message']}.\n"


async def test_a_cluster_without_an_answer_does_not_end_the_rest(clusters: Clusters) -> None:
    result = await clusters.why(prod=UNKNOWN, staging=YES)
    assert "Context prod:\nerror: could not tell" in result.stdout
    assert "Context staging:\nYes. alice may" in result.stdout
    assert result.exit_code == 3


async def test_doctor_answers_for_each_context(clusters: Clusters) -> None:
    refused = (FORBIDDEN, FORBIDDEN, FORBIDDEN)
    words = ("doctor", "--context=prod", "--context=staging")
    result = await clusters(*words, "-o", "yaml", prod=refused, staging=refused)
    body = yaml.safe_load(result.stdout)
    assert body["kind"] == "DoctorReportList"
    assert [item["context"] for item in body["items"]] == ["prod", "staging"]
    result = await clusters(*words, "-o", "junit", prod=refused, staging=refused)
    assert len(ET.fromstring(result.stdout)) == 2  # noqa: S314 -- it is our own
    assert result.exit_code == 3


async def test_quiet_is_one_line_for_each_context(clusters: Clusters) -> None:
    result = await clusters.why("-q", prod=YES, staging=NO)
    assert result.stdout.splitlines() == [
        "prod: Yes. alice may list pods in of-prod.",
        "staging: No. alice may not list pods in of-staging.",
    ]


@pytest.mark.parametrize("command", [("why", "list", "pods"), ("doctor",)])
async def test_a_context_that_is_not_there_is_3_with_those_that_are(
    clusters: Clusters, command: tuple[str, ...]
) -> None:
    result = await clusters(*command, "--context=dev")
    assert result.exit_code == 3
    assert result.stdout == ""
    assert 'it has no context "dev", only prod, staging. ' in result.stderr


async def test_import_takes_a_context(clusters: Clusters) -> None:
    answers = (page(), *listed(binding("old", "SRE")))
    result = await clusters("import", "--context=staging", staging=answers)
    assert result.exit_code == 0, result.output
    assert "kind: GroupAccess" in result.stdout
    result = await clusters("import", "--context=dev")
    assert result.exit_code == 1
    assert "only prod, staging" in result.stderr


@pytest.mark.parametrize(
    ("codes", "worst"),
    [
        ((0, 0), 0),
        ((0, 3), 3),
        ((3, 1), 1),
        ((1, 3, 0), 1),
    ],
)
def test_a_finding_is_graver_than_what_was_not_checked(codes: tuple[int, ...], worst: int) -> None:
    assert gravest(map(ExitCode, codes)) == worst
