"""What a person's reads show of a cluster, and what a refusal says."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from fakes.api_server import Answer, ApiServer, page, status
from groupaccess.adapters.kubernetes.diagnosis import KubernetesDiagnosisCluster
from groupaccess.application.ports.errors import NotAllowedError, TransientError
from groupaccess.domain.diagnosis.access_request import AccessRequest
from groupaccess.domain.diagnosis.authenticator import Arguments, Distribution

EMPTY = page()
TOKEN = "header.claims.signature"  # noqa: S105 -- none of anybody


@pytest.fixture
def server() -> ApiServer:
    return ApiServer()


@pytest_asyncio.fixture
async def cluster(server: ApiServer) -> AsyncIterator[KubernetesDiagnosisCluster]:
    async with server.serve() as client:
        yield KubernetesDiagnosisCluster(client)


def node(name: str, **annotations: str) -> dict[str, Any]:
    full = {f"{key}.io/node-args": text for key, text in annotations.items()}
    return {"metadata": {"name": name, "annotations": full}}


def pod(name: str, command: list[str], args: list[str] | None = None) -> dict[str, Any]:
    container = {"command": command} | ({"args": args} if args else {})
    return {"metadata": {"name": name}, "spec": {"containers": [container]}}


async def test_a_node_of_k3s_shows_the_arguments_of_its_server(
    cluster: KubernetesDiagnosisCluster, server: ApiServer
) -> None:
    told = '["server","--kube-apiserver-arg","oidc-client-id=x"]'
    server.answers.extend([page(node("b", k3s=told), node("a", k3s='["agent"]'), node("c"))])
    assert await cluster.list_arguments() == [
        Arguments("node b", ("--oidc-client-id=x",), Distribution.K3S)
    ]


async def test_a_node_of_rke2_counts_more_than_the_pods_that_it_runs(
    cluster: KubernetesDiagnosisCluster, server: ApiServer
) -> None:
    server.answers.extend([page(node("a", rke2='["server"]'))])
    assert await cluster.list_arguments() == [Arguments("node a", (), Distribution.RKE2)]
    assert len(server.requests) == 1


@pytest.mark.parametrize("text", ["no json", "{}", "[7]", '"server"'])
async def test_an_annotation_that_cannot_be_read_shows_nothing(
    cluster: KubernetesDiagnosisCluster, server: ApiServer, text: str
) -> None:
    server.answers.extend([page(node("a", k3s=text)), EMPTY, EMPTY])
    assert await cluster.list_arguments() == []


async def test_the_pods_of_kubeadm_and_kops_show_their_command_and_arguments(
    cluster: KubernetesDiagnosisCluster, server: ApiServer
) -> None:
    kubeadm = page(pod("kube-apiserver-b", ["kube-apiserver", "--v=2"]))
    kops = page(pod("kube-apiserver-a", ["/go-runner"], ["--oidc-client-id=x"]))
    server.answers.extend([EMPTY, kubeadm, kops])
    assert await cluster.list_arguments() == [
        Arguments(
            "pod kube-system/kube-apiserver-a",
            ("/go-runner", "--oidc-client-id=x"),
            Distribution.KOPS,
        ),
        Arguments(
            "pod kube-system/kube-apiserver-b", ("kube-apiserver", "--v=2"), Distribution.KUBEADM
        ),
    ]


async def test_kinds_that_are_not_installed_are_empty(
    cluster: KubernetesDiagnosisCluster, server: ApiServer
) -> None:
    server.answers.extend([Answer(status(404), 404)] * 2)
    assert list(await cluster.list_directories()) == []
    assert list(await cluster.list_accesses()) == []


async def test_an_object_that_this_version_cannot_read_is_named(
    cluster: KubernetesDiagnosisCluster, server: ApiServer
) -> None:
    newer = {"kind": "GroupAccess", "metadata": {"name": "newer"}, "spec": {"mappings": 7}}
    server.answers.extend([page(newer)])
    with pytest.raises(TransientError, match="cannot read GroupAccess newer: "):
        await cluster.list_accesses()


Read = Callable[[KubernetesDiagnosisCluster], Awaitable[Any]]
READS: dict[str, tuple[Read, str]] = {
    "directories": (lambda c: c.list_directories(), "list keycloakdirectories"),
    "accesses": (lambda c: c.list_accesses(), "list groupaccesses"),
    "bindings": (lambda c: c.list_bindings(), "list clusterrolebindings"),
    "namespaces": (lambda c: c.list_namespaces(), "list namespaces"),
    "arguments": (lambda c: c.list_arguments(), "list nodes"),
    "review": (lambda c: c.review_token(TOKEN), "create tokenreviews"),
    "whoami": (lambda c: c.whoami(), "create selfsubjectreviews"),
    "decide_own": (
        lambda c: c.decide_own(AccessRequest("list", "pods")),
        "create selfsubjectaccessreviews",
    ),
    "decide": (
        lambda c: c.decide("alice", ["SRE"], AccessRequest("list", "pods")),
        "create subjectaccessreviews",
    ),
}


@pytest.mark.parametrize("name", READS)
async def test_a_refusal_names_the_right_that_is_missing(
    cluster: KubernetesDiagnosisCluster, server: ApiServer, name: str
) -> None:
    read, right = READS[name]
    server.answers.extend([Answer(status(403, "no"), 403)])
    with pytest.raises(NotAllowedError, match=f"^you may not {right}$"):
        await read(cluster)


@pytest.mark.parametrize("name", READS)
async def test_what_cannot_be_answered_now_is_no_refusal(
    cluster: KubernetesDiagnosisCluster, server: ApiServer, name: str
) -> None:
    server.answers.extend([Answer(status(500, f"overload {TOKEN}"), 500)])
    with pytest.raises(TransientError) as caught:
        await READS[name][0](cluster)
    assert name != "review" or TOKEN not in str(caught.value)


async def test_a_token_review_returns_user_and_groups(
    cluster: KubernetesDiagnosisCluster, server: ApiServer
) -> None:
    user = {"username": "alice", "groups": ["SRE", "system:authenticated"]}
    server.answers.extend([Answer({"status": {"authenticated": True, "user": user}}, 201)])
    review = await cluster.review_token(TOKEN)
    assert (review.user, review.groups, review.error) == (
        "alice",
        ("SRE", "system:authenticated"),
        "",
    )


@pytest.mark.parametrize(
    ("answer", "error"),
    [({"error": f"oidc: no {TOKEN}"}, "oidc: no ***"), ({}, "not authenticated")],
)
async def test_a_token_that_is_rejected_has_an_error_without_the_token(
    cluster: KubernetesDiagnosisCluster, server: ApiServer, answer: dict[str, Any], error: str
) -> None:
    server.answers.extend([Answer({"status": answer}, 201)])
    assert (await cluster.review_token(TOKEN)).error == error


async def test_every_login_is_authenticated_and_only_what_is_set_is_sent(
    cluster: KubernetesDiagnosisCluster, server: ApiServer
) -> None:
    server.answers.extend([Answer({"status": {"allowed": True, "reason": "RBAC: x"}}, 201)])
    request = AccessRequest("list", "pods", namespace="shop")
    decision = await cluster.decide("alice", ["SRE"], request)
    assert (decision.allowed, decision.reason) == (True, "RBAC: x")
    assert server.bodies[-1]["spec"] == {
        "user": "alice",
        "groups": ["SRE", "system:authenticated"],
        "resourceAttributes": {"verb": "list", "resource": "pods", "namespace": "shop"},
    }
