"""What of the port `ApiServer` no cluster needs to prove; the rest is in its contract."""

import json

import pytest

from fakes.api_server import Answer, ApiServer, status
from groupaccess.adapters.kubernetes.flags import KubernetesApiServer
from groupaccess.application.ports import PassingError
from groupaccess.domain.apiserver_flags import Arguments

TOKEN = "eyJ.own.token"  # noqa: S105 -- of a fake


@pytest.fixture
def server() -> ApiServer:
    return ApiServer()


def node(name: str, *argv: object, text: str | None = None) -> dict[str, object]:
    args = json.dumps(argv) if text is None else text
    return {"metadata": {"name": name, "annotations": {"k3s.io/node-args": args}}}


async def arguments(server: ApiServer, *answers: object, **reads: bool) -> tuple[Arguments, ...]:
    server.answers.extend(Answer({"items": items}) for items in answers)
    async with server.serve() as rest:
        return await KubernetesApiServer(rest, **reads).arguments()


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status(500, f"cannot review {TOKEN}"), 500),
        Answer(f"<html>{TOKEN}</html>", 502),
    ],
)
async def test_a_servers_error_does_not_show_the_token(server: ApiServer, answer: Answer) -> None:
    server.answers.append(answer)
    async with server.serve() as rest:
        with pytest.raises(PassingError) as failed:
            await KubernetesApiServer(rest).review(TOKEN)
    assert TOKEN not in str(failed.value)


async def test_a_refusal_does_not_show_the_token(server: ApiServer) -> None:
    server.answers.append(Answer({"status": {"error": f"who is {TOKEN}?"}}))
    async with server.serve() as rest:
        assert (await KubernetesApiServer(rest).review(TOKEN)).error == "who is ***?"


async def test_an_answer_without_words_is_a_refusal(server: ApiServer) -> None:
    server.answers.append(Answer({}))
    async with server.serve() as rest:
        assert (await KubernetesApiServer(rest).review(TOKEN)).error == "not authenticated"


async def test_nothing_is_listed_that_the_chart_gave_no_right_to(server: ApiServer) -> None:
    assert await arguments(server) == ()
    assert server.requests == []


async def test_command_and_arguments_of_a_pod_belong_together(server: ApiServer) -> None:
    spec = {"containers": [{"command": ["kube-apiserver"], "args": ["--v=2"]}]}
    pods = [{"metadata": {"name": "a"}, "spec": spec}]
    assert await arguments(server, pods, read_pods=True) == (
        Arguments("pod a", ("kube-apiserver", "--v=2")),
    )
    (request,) = server.requests
    assert request.path == "/api/v1/namespaces/kube-system/pods"
    assert request.query["labelSelector"] == "component=kube-apiserver"


async def test_of_nodes_only_metadata_of_control_planes_is_asked_for(server: ApiServer) -> None:
    nodes = [node("b", "server", "--kube-apiserver-arg", "v=2"), {"metadata": {"name": "c"}}]
    assert await arguments(server, nodes, read_nodes=True) == (Arguments("node b", ("--v=2",)),)
    (request,) = server.requests
    assert "PartialObjectMetadataList" in request.headers["Accept"]
    assert request.query["labelSelector"] == "node-role.kubernetes.io/control-plane"


@pytest.mark.parametrize(
    "odd",
    [node("a", "agent"), node("a", "server", 1), node("a", text="{"), node("a", text='"server"')],
)
async def test_an_annotation_that_is_not_k3s_servers_shows_nothing(
    server: ApiServer, odd: dict[str, object]
) -> None:
    assert await arguments(server, [odd], read_nodes=True) == ()
