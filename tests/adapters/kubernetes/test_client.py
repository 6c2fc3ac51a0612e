"""Paths are quoted, answers are read or become errors, and errors become reasons."""

import asyncio
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from aiohttp.test_utils import unused_port
from kubernetes.aio.client import ApiClient, Configuration

from fakes.api_server import Answer, ApiServer, Stream, status
from fakes.values import desired
from fakes.waiting import until
from groupaccess.adapters.kubernetes.client import ApiError, KubernetesClient, path
from groupaccess.adapters.kubernetes.errors import (
    classify_apply_error,
    classify_error,
    classify_read_error,
)
from groupaccess.adapters.kubernetes.kubeconfig import configure
from groupaccess.adapters.kubernetes.transport import HttpTransport
from groupaccess.application.ports.errors import RejectedError, TransientError
from groupaccess.domain.binding import Owner
from groupaccess.domain.reasons import Reason

MANY = 150  # calls; more than aiohttp's own limit of connections
KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: x
clusters: [{name: x, cluster: {server: "%s"}}]
users: [{name: x, user: {token: secret}}]
contexts: [{name: x, context: {cluster: x, user: x}}]
"""
WANT = desired(Owner("u", "platform"), "sre", "admin")
ESCALATION = (
    'clusterrolebindings.rbac.authorization.k8s.io "x" is forbidden: user "op" is attempting to '
    "grant RBAC permissions not currently held"
)


@pytest.mark.parametrize(
    ("segments", "written"),
    [
        (("api", "v1"), "/api/v1"),
        (("a", "x#y"), "/a/x%23y"),
        (("a", "x?y=z"), "/a/x%3Fy%3Dz"),
        (("a", "x/../y"), "/a/x%2F..%2Fy"),
        (("a", "50%"), "/a/50%25"),
        (("a", "groupaccess:o:m:r"), "/a/groupaccess%3Ao%3Am%3Ar"),
        (("a", "größe ü"), "/a/gr%C3%B6%C3%9Fe%20%C3%BC"),
    ],
)
def test_each_segment_is_quoted(segments: tuple[str, ...], written: str) -> None:
    assert path(*segments) == written


def test_a_query_is_quoted() -> None:
    assert path("a", query=[("continue", "t&x=1#"), ("limit", "5")]) == (
        "/a?continue=t%26x%3D1%23&limit=5"
    )


@pytest.mark.parametrize("name", ["acme:reader#1", "a?b=c", "ä b", "a%2Fb", "x" * 500])
async def test_a_name_arrives_as_it_is(name: str) -> None:
    server = ApiServer()
    server.answers.append(Answer({}))
    async with server.serve() as rest:
        await rest.call("DELETE", path("roles", name), {"kind": "DeleteOptions"})
    (request,) = server.requests
    assert unquote(request.rel_url.raw_path) == f"/roles/{name}"
    assert request.rel_url.raw_query_string == ""
    assert server.bodies == [{"kind": "DeleteOptions"}]


async def test_an_answer_that_is_no_success_has_the_servers_words() -> None:
    server = ApiServer()
    server.answers.append(Answer(status(403, "not you", reason="NamespaceTerminating"), 403))
    async with server.serve() as rest:
        with pytest.raises(ApiError) as error:
            await rest.call("GET", "/x")
    assert (error.value.code, error.value.message) == (403, "not you")
    assert error.value.causes == {"NamespaceTerminating"}


@pytest.mark.parametrize("body", ["<html>Bad Gateway</html>", "[1]", '"text"', ""])
async def test_words_of_a_proxy_are_kept_as_they_are(body: str) -> None:
    server = ApiServer()
    server.answers.append(Answer(body, 502))
    async with server.serve() as rest:
        with pytest.raises(ApiError) as error:
            await rest.call("GET", "/x")
    assert (error.value.code, error.value.message) == (502, body)


async def test_a_server_that_is_not_there_is_passing() -> None:
    configuration = Configuration()
    configuration.host = f"http://127.0.0.1:{unused_port()}"
    async with ApiClient(configuration) as client:
        with pytest.raises(TransientError, match="no valid answer"):
            await KubernetesClient(HttpTransport(client)).call("GET", "/x")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ApiError(403, ESCALATION), Reason.BIND_FORBIDDEN),
        (ApiError(403, "a policy says no"), Reason.WRITE_REFUSED),
        (ApiError(404, 'clusterroles "admin" not found'), Reason.CLUSTER_ROLE_NOT_FOUND),
        (ApiError(422, "roleRef: cannot change roleRef"), Reason.WRITE_REFUSED),
        (ApiError(400, "no such field"), Reason.WRITE_REFUSED),
    ],
)
def test_a_definite_no_has_a_reason(error: ApiError, reason: Reason) -> None:
    refused = classify_apply_error(error, WANT)
    assert isinstance(refused, RejectedError)
    assert refused.failure.reason == reason


@pytest.mark.parametrize("code", [401, 409, 429, 500, 502, 503, 504])
def test_everything_else_is_tried_again(code: int) -> None:
    assert isinstance(classify_apply_error(ApiError(code, "later"), WANT), TransientError)
    assert isinstance(classify_error(ApiError(code, "later")), TransientError)


def test_a_namespace_that_ends_is_no_refusal() -> None:
    ending = ApiError(403, "is being terminated", frozenset({"NamespaceTerminating"}))
    assert isinstance(classify_apply_error(ending, WANT), TransientError)


def test_a_namespace_that_is_gone_is_no_missing_role() -> None:
    gone = ApiError(404, 'namespaces "shop" not found')
    assert isinstance(classify_apply_error(gone, WANT), TransientError)


def test_the_servers_words_are_told_but_not_without_end() -> None:
    refused = classify_error(ApiError(422, "w" * 5000))
    assert isinstance(refused, RejectedError)
    assert "www" in refused.failure.message
    assert len(refused.failure.message) < 700


def test_a_secret_that_may_not_be_read_is_named() -> None:
    refused = classify_read_error(ApiError(403, "forbidden"), "secrets/keycloak")
    assert isinstance(refused, RejectedError)
    assert refused.failure.reason == Reason.CREDENTIALS_NOT_FOUND
    assert "secrets/keycloak" in refused.failure.message
    assert isinstance(
        classify_read_error(ApiError(500, "etcd"), "secrets/keycloak"), TransientError
    )


async def test_nothing_is_written_while_another_replica_may_write() -> None:
    server = ApiServer()
    server.answers.append(Answer({}))
    async with server.serve() as client:
        rest = replace(client, may_write=lambda: False)
        with pytest.raises(TransientError, match="lease"):
            await rest.call("PATCH", "/x", {})
        await rest.call("GET", "/x")
    assert [request.method for request in server.requests] == ["GET"]


async def test_a_call_is_sent_at_once_however_many_hang(tmp_path: Path) -> None:
    """Else one that waits for a connection could be sent when another replica leads."""
    server = ApiServer()
    server.streams.extend(Stream() for _ in range(MANY))  # never answered
    async with server.serve():
        kubeconfig = tmp_path / "kubeconfig"
        kubeconfig.write_text(KUBECONFIG % server.host)
        async with ApiClient(await configure(str(kubeconfig))) as client:
            rest = KubernetesClient(HttpTransport(client))
            hanging = [asyncio.create_task(rest.call("POST", "/x?watch", {})) for _ in range(MANY)]
            await until(lambda: len(server.requests) == MANY)
            for each in hanging:
                each.cancel()
            await asyncio.gather(*hanging, return_exceptions=True)
