"""`groupaccess import`: what is printed can be applied, and grants what is there."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from aiohttp.test_utils import unused_port
from typer.testing import CliRunner

from cli.environment import environment, whole_environment
from cli.importing import (
    GONE,
    OLD,
    OURS,
    RANCHER,
    CommandResult,
    access,
    binding,
    kubeconfig,
    listed,
)
from domain.handmade import account, found
from fakes.api_server import Answer, page, status
from groupaccess.api import v1alpha1 as api
from groupaccess.application.state.declared_objects import read_declared_access
from groupaccess.cli.adoption.manifest import as_access, render
from groupaccess.cli.app import app
from groupaccess.domain.adoption.candidates import CandidateBinding
from groupaccess.domain.adoption.drafts import AdoptionOptions, draft_accesses

PAGE = Path(__file__).parents[3] / "docs" / "adopting.md"


def printed(*founds: CandidateBinding, wishes: AdoptionOptions | None = None) -> str:
    return render(draft_accesses(founds, wishes or AdoptionOptions()), "default")


def test_what_is_printed_is_what_was_drafted() -> None:
    founds = [found(f"b{n}", f"/g/{n}", "SRE", role=("view", "edit")[n % 2]) for n in range(60)]
    founds += [found("n", "dev", namespace=name) for name in ("shop", "bank", "1e3", "null")]
    adoption = draft_accesses(founds, AdoptionOptions())
    bodies = list(yaml.safe_load_all(render(adoption, "corp")))
    assert len(bodies) == len(adoption.drafts) == 4
    for body, draft in zip(bodies, adoption.drafts, strict=True):
        read = api.GroupAccess.read(body)
        assert read.to_kubernetes() == body == as_access(draft, "corp").to_kubernetes()
        declared = read_declared_access(read).access
        assert declared.directory == "corp"
        assert declared.mappings == tuple(line.mapping for line in draft.mappings)


@pytest.mark.parametrize(
    "group", ["yes", "1e3", "null", "~", "a: b", "# a", "- a", "größe", "a\u202eb", "'", '"', "{a}"]
)
def test_every_group_is_read_back_letter_for_letter(group: str) -> None:
    body = yaml.safe_load(printed(found("a", group)))
    assert body["spec"]["mappings"][0]["group"] == group


def test_the_yaml_reads_well() -> None:
    text = printed(
        found("sre", "SRE", account("bot"), role="edit", labels={"cattle.io/creator": "norman"}),
        found("rancher", RANCHER, role="edit"),
        found("dev", "dev", role="edit", namespace="shop"),
        found("nobody", RANCHER, role="admin"),
    )
    assert text == (Path(__file__).parent / "adopted.yaml").read_text()


def test_the_pages_example_is_what_would_be_printed() -> None:
    founds = [
        found("dev", "dev", account("bot"), role="edit", namespace="bank"),
        found("developers", "dev", role="edit", namespace="shop"),
    ]
    assert f"```yaml\n{printed(*founds)}```" in PAGE.read_text()


EVIL = "x\nspec: {mappings: [{name: e, group: e, clusterRole: cluster-admin}]}\n\u2028\x1b[2J"


@pytest.mark.parametrize(
    "one", [found(EVIL, "SRE"), found("a", "SRE", EVIL), found("a", "SRE", role=EVIL)]
)
def test_a_name_with_line_breaks_stays_in_its_comment(one: CandidateBinding) -> None:
    text = printed(one, found("b", "dev", role="edit"))
    assert all(line.isprintable() for line in text.split("\n"))
    groups = {
        mapping["group"]
        for body in yaml.safe_load_all(text)
        for mapping in body["spec"]["mappings"]
    }
    assert groups <= {"SRE", "dev"}


async def test_import_prints_what_the_cluster_grants(typed: CommandResult) -> None:
    answers = (page(), *listed(OLD, OURS, binding("x", "dev", role="edit", namespace="shop")))
    result = await typed("--directory=corp", "--name=old", answers=answers)
    assert result.exit_code == 0, result.output
    bodies = list(yaml.safe_load_all(result.stdout))
    assert [body["metadata"]["name"] for body in bodies] == ["old-edit", "old-view"]
    assert {body["spec"]["directoryRef"]["name"] for body in bodies} == {"corp"}
    assert bodies[0]["spec"]["mappings"] == [
        {
            "name": "dev-edit-namespaces",
            "group": "dev",
            "clusterRole": "edit",
            "namespaces": {"names": ["shop"]},
        }
    ]
    assert {request.method for request in typed.server.requests} == {"GET"}


async def test_the_selector_is_the_servers_to_understand(typed: CommandResult) -> None:
    await typed("--selector=team in (a),!old", answers=(page(), *listed()))
    queries = [request.query for request in typed.server.requests]
    assert [query.get("labelSelector") for query in queries] == [
        None,
        "team in (a),!old",
        "team in (a),!old",
    ]


async def test_roles_subjects_and_the_prefix_are_handed_on(typed: CommandResult) -> None:
    bodies = listed(
        binding("a", "oidc:SRE", "oidc:dev"), binding("b", "oidc:SRE", role="edit"), OLD
    )
    flags = ("--role=view", "--role=admin", "--subject=oidc:SRE", "--groups-prefix=oidc:")
    result = await typed(*flags, answers=(page(), *bodies))
    (body,) = yaml.safe_load_all(result.stdout)
    assert body["spec"]["mappings"] == [
        {"name": "sre-view", "group": "SRE", "clusterRole": "view", "clusterWide": True}
    ]


@pytest.mark.parametrize(
    ("taken", "name"),
    [
        (GONE, "adopted-view"),
        (page(access()), "adopted-view"),
        (page(access() | {"spec": {**access()["spec"], "directoryRef": {"name": "x"}}}), "-2"),
    ],
    ids=["no CRD", "grants the same", "of another directory"],
)
async def test_a_group_access_that_is_there_loses_nothing(
    typed: CommandResult, taken: Answer, name: str
) -> None:
    result = await typed(answers=(taken, *listed(OLD)))
    assert yaml.safe_load(result.stdout)["metadata"]["name"].endswith(name)


async def test_nothing_to_adopt_is_said_beside_the_yaml(typed: CommandResult) -> None:
    result = await typed(answers=(page(), *listed(OURS)))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "nothing to adopt" in result.stderr


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (401, "the API server refuses the request: no list. Please note: the command needs the"),
        (403, "the API server refuses the request: no list. Please note: the command needs the"),
        (400, "the API server does not understand the request: no list."),
        (429, "the API server answers 429: no list. Check which cluster"),
        (503, "the API server answers 503: no list. Check which cluster"),
    ],
)
async def test_a_no_of_the_api_server_is_one_line_with_its_cause(
    typed: CommandResult, code: int, words: str
) -> None:
    result = await typed(answers=(Answer(status(code, "no list"), code),))
    assert result.exit_code == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"error: {words}")


async def test_a_cluster_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    file = kubeconfig(tmp_path / "k", f"http://127.0.0.1:{unused_port()}")
    command = ["import", f"--kubeconfig={file}"]
    result = await asyncio.to_thread(CliRunner().invoke, app, command, env=environment())
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: no valid answer from the API server: ")


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--dry-run", "--remove-replaced"),
        ("--name=Old", "not a DNS label"),
        (f"--name={'a' * 41}", "at most 40"),
        ("--directory=My_Realm", "not a valid name"),
    ],
)
def test_a_bad_flag_is_named(flag: str, words: str) -> None:
    result = CliRunner().invoke(app, ["import", flag], env=environment())
    assert result.exit_code == 2
    assert words in result.output


def test_help_names_each_flag_and_imports_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from groupaccess.cli.app import app\n"
        "try: app(['import', '--help'])\n"
        "except SystemExit: pass\n"
        "print(*{'kopf', 'kubernetes', 'aiohttp', 'yaml'} & set(sys.modules), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=whole_environment()
    )
    for flag in ("--role", "--subject", "--selector", "--directory", "--name", "--groups-prefix"):
        assert flag in done.stdout
    assert not done.stderr.strip()
