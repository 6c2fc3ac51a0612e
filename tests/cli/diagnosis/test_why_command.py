"""`groupaccess why` against a fake API server: usage, exit codes, and what is printed."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
from typer.testing import Result

from application.diagnosis.installations import RAW
from cli.diagnosis.command import ClusterCommand, invoke, served
from cli.importing import binding, listed
from fakes.api_server import Answer, page, status
from groupaccess.adapters.kubernetes.kubeconfig import NoAccessError, context_namespace

FORBIDDEN = Answer(status(403), 403)
ERROR = (
    'Error from server (Forbidden): pods is forbidden: User "alice" cannot list resource "pods" in '
    'API group "" in the namespace "shop"'
)
ANONYMOUS = ERROR.replace("alice", "system:anonymous")


def why(*arguments: str, stdin: str | None = None) -> Result:
    return invoke("why", *arguments, stdin=stdin)


def served_resources(*resources: Mapping[str, object]) -> tuple[Answer, Answer]:
    """Return the discovery of the core group, with these resources, and of no other group."""
    core = {"items": [{"versions": [{"version": "v1", "resources": list(resources)}]}]}
    whole = {"kind": "APIGroupDiscoveryList"}
    return Answer(whole | core), Answer(whole | {"items": []})


PODS = {"resource": "pods", "singularResource": "pod", "scope": "Namespaced", "shortNames": ["po"]}
NODES = {"resource": "nodes", "singularResource": "node", "scope": "Cluster"}
SERVED = served_resources(PODS, NODES)


def user(*groups: str) -> Answer:
    return Answer({"status": {"userInfo": {"username": "alice", "groups": list(groups)}}}, 201)


def decision(*, allowed: bool) -> Answer:
    reason = "RBAC: allowed by a binding" if allowed else ""
    return Answer({"status": {"allowed": allowed, "reason": reason}}, 201)


@pytest_asyncio.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[ClusterCommand]:
    async with served("why", tmp_path) as command:
        yield command


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("alice", "-n", "shop"),
        ("-A",),
        ("--error", "", "list", "pods"),
        ("alice", "list", "pods", "more"),
        ("alice", "list", "pods", "--as=bob"),
        ("list", "pods", "--client=headlamp"),
        ("alice", "list", "pods", "--url=https://auth.example.com/realms/ADMIN"),
        ("alice", "list", "pods", "--url=http://auth.example.com"),
        ("list", "a/"),
        ("list", "pods", "-n", "shop", "-A"),
        ("list", "pods", "--as-group=SRE"),
        ("--error", ERROR, "-n", "shop"),
        ("get", "/metrics", "-n", "shop"),
        ("list", "pods", "--token=no-such-file"),
        ("list", "pods", "-o", "junit"),
        ("alice", "list", "pods", "--keycloak-token=-", "--context=a", "--context=b"),
    ],
)
def test_wrong_usage_is_2(arguments: tuple[str, ...]) -> None:
    result = why(*arguments)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "pods", "--as=alice"), "--as-group"),
        (("--error", ERROR), "--as-group"),
        (("--error", "it does not work"), "cannot list resource"),
        (("--error", ""), "cannot list resource"),
    ],
)
def test_what_is_missing_to_tell_is_said(arguments: tuple[str, ...], words: str) -> None:
    result = why(*arguments)
    assert result.exit_code == 3
    assert words in result.stderr


@pytest.mark.parametrize("text", ["", "{", "clusters: 5", "[]"])
@pytest.mark.parametrize("command", ["why", "doctor"])
def test_a_kubeconfig_that_is_none_is_a_sentence(tmp_path: Path, command: str, text: str) -> None:
    file = tmp_path / "config"
    file.write_text(text)
    words = ("list", "pods") if command == "why" else ()
    result = invoke(command, *words, f"--kubeconfig={file}")
    assert result.exit_code == 3, result.output
    assert "--kubeconfig" in result.stderr


def test_a_token_file_that_is_no_text_is_wrong_usage(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(b"\xff\xfe")
    result = why("list", "pods", f"--token={file}")
    assert result.exit_code == 2, result.output


def test_a_text_that_is_no_token_is_not_quoted() -> None:
    result = why("list", "pods", "--token=-", stdin="my secret")
    assert result.exit_code == 2
    assert "secret" not in result.output


def test_an_error_of_nobody_is_explained_without_a_cluster() -> None:
    result = why("--error", ANONYMOUS)
    assert result.exit_code == 1
    assert "NoToken" in result.output


async def test_where_a_proxy_takes_the_token_away_that_is_said(cluster: ClusterCommand) -> None:
    refused = 'forbidden: User "system:anonymous" cannot get path "/apis"'
    result = await cluster("list", "pods", answers=(Answer(status(403, refused), 403),))
    assert result.exit_code == 1, result.output
    assert "NoToken" in result.stdout


async def test_a_yes_is_0(cluster: ClusterCommand) -> None:
    lists = (*listed(binding("old", "SRE")), page(), page(), page())
    by_groups = (decision(allowed=True), *lists, decision(allowed=False))
    result = await cluster("list", "pods", "-A", answers=(*SERVED, user("SRE"), *by_groups))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Yes. alice may list pods.\n")


async def test_quiet_is_the_answer_alone(cluster: ClusterCommand) -> None:
    lists = (*listed(binding("old", "SRE")), page(), page(), page())
    answers = (*SERVED, user("SRE"), decision(allowed=False), *lists)
    result = await cluster("list", "pods", "-q", answers=answers)
    assert result.stdout == "No. alice may not list pods in default.\n"
    assert result.exit_code == 1


async def test_a_refusal_is_3_and_names_the_right(cluster: ClusterCommand) -> None:
    result = await cluster("list", "pods", answers=(*SERVED, FORBIDDEN))
    assert result.exit_code == 3
    assert "you may not create selfsubjectreviews" in result.stderr


async def test_a_rejected_token_is_1(cluster: ClusterCommand, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(RAW)
    rejected = Answer({"status": {"error": "oidc: token is expired"}}, 201)
    answers = (*SERVED, rejected, page(), page(), page(), page())
    result = await cluster("list", "pods", f"--token={file}", answers=answers)
    assert result.exit_code == 1, result.output
    assert "TokenExpired" in result.stdout
    assert RAW not in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "po"), "alice may list pods in default."),
        (("list", "po", "-n", "shop"), "alice may list pods in shop."),
        (("list", "po", "-A"), "alice may list pods."),
        (("get", "Node", "-n", "shop"), "alice may get nodes."),
    ],
)
async def test_a_request_is_read_as_kubectl_reads_it(
    cluster: ClusterCommand, arguments: tuple[str, ...], words: str
) -> None:
    lists = (*listed(binding("old", "SRE")), page(), page(), page())
    answers = (*SERVED, user("SRE"), decision(allowed=True), *lists)
    result = await cluster(*arguments, answers=answers)
    assert words in result.stdout, result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "pdos"), 'resource "pdos": the API server lists none: did you mean pods?'),
        (("list", "pods.apps"), 'resource "pods.apps": the API server lists none'),
        (("get", "pods", "--subresource=log"), 'subresource "log": pods has none'),
    ],
)
async def test_what_is_not_served_is_said(
    cluster: ClusterCommand, arguments: tuple[str, ...], words: str
) -> None:
    result = await cluster(*arguments, answers=SERVED)
    assert result.exit_code == 3
    assert words in result.stderr


@pytest.mark.parametrize("allowed", [True, False])
async def test_an_answer_without_all_that_may_grant_it_is_3(
    cluster: ClusterCommand, *, allowed: bool
) -> None:
    answers = (*SERVED, user("SRE"), decision(allowed=allowed), *(FORBIDDEN for _ in range(4)))
    result = await cluster("list", "pods", answers=answers)
    assert result.exit_code == 3, result.output
    assert result.stdout.startswith("Yes. " if allowed else "No. ")
    assert "- not checked: bindings (you may not list clusterrolebindings)" in result.stdout


@pytest.mark.parametrize("answers", [(Answer({"versions": ["v1"]}),), (Answer({}),)])
async def test_a_server_without_aggregated_discovery_is_said(
    cluster: ClusterCommand, answers: tuple[Answer, ...]
) -> None:
    result = await cluster("list", "pods", answers=answers)
    assert result.exit_code == 3
    assert "aggregated discovery" in result.stderr


async def test_odd_entries_of_the_discovery_are_passed_over(cluster: ClusterCommand) -> None:
    odd: list[Mapping[str, object]] = [
        {},
        {"resource": None},
        {"resource": "x", "singularResource": None, "responseKind": None, "subresources": [{}]},
        PODS,
    ]
    result = await cluster("list", "pods", answers=(*served_resources(*odd), FORBIDDEN))
    assert "you may not create selfsubjectreviews" in result.stderr


def test_a_kubeconfig_that_can_be_read_only_once_is_a_sentence() -> None:
    with pytest.raises(NoAccessError, match="use -n"):
        context_namespace("/dev/null")
