"""What of the port `Cluster` no cluster needs to prove; the rest is in its contract."""

import base64
import logging

import pytest

from fakes.api_server import Answer, ApiServer, item, page, status
from fakes.clock import FakeClock
from groupaccess.adapters.kubernetes.cluster import KubernetesCluster
from groupaccess.application.ports import Note, NotInstalledError, ObjectRef, PassingError

ABOUT = ObjectRef("GroupAccess", "p" * 253, "u")


@pytest.fixture
def server() -> ApiServer:
    return ApiServer()


async def test_a_secret_may_hold_more_than_text(server: ApiServer) -> None:
    data = {
        "ca.crt": base64.b64encode(b"PEM").decode(),
        "keystore.jks": base64.b64encode(b"\xfe\xed\xfe\xed").decode(),
    }
    server.answers.append(Answer({"data": data}))
    async with server.serve() as rest:
        found = await KubernetesCluster(rest, "own", FakeClock().now).secret("tls")
    assert (found or {})["ca.crt"] == "PEM"
    assert server.requests[0].path == "/api/v1/namespaces/own/secrets/tls"


async def test_a_secret_without_data_is_empty(server: ApiServer) -> None:
    server.answers.append(Answer({}))
    async with server.serve() as rest:
        assert await KubernetesCluster(rest, "own", FakeClock().now).secret("tls") == {}


async def test_all_pages_of_a_kind_are_listed(server: ApiServer) -> None:
    server.answers.extend([page(item("a", "1", "5"), more="next"), page(item("b", "2", "6"))])
    async with server.serve() as rest:
        found = await KubernetesCluster(rest, "own", FakeClock().now).versions("GroupAccess")
    assert found == {"a": ("1", "5"), "b": ("2", "6")}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer("404 page not found", 404), NotInstalledError),
        (Answer(status(503), 503), PassingError),
        (Answer(status(403), 403), PassingError),
    ],
)
async def test_a_kind_that_cannot_be_listed_is_missing_or_late(
    server: ApiServer, answer: Answer, error: type[Exception]
) -> None:
    server.answers.append(answer)
    async with server.serve() as rest:
        with pytest.raises(error):
            await KubernetesCluster(rest, "own", FakeClock().now).versions("GroupAccess")


@pytest.mark.parametrize("code", [403, 500])
async def test_an_object_counts_as_gone_only_when_the_answer_is_404(
    server: ApiServer, code: int
) -> None:
    server.answers.extend([Answer(status(code), code), Answer(status(404), 404)])
    async with server.serve() as rest:
        cluster = KubernetesCluster(rest, "own", FakeClock().now)
        with pytest.raises(PassingError):
            await cluster.exists("platform")
        assert not await cluster.exists("platform")


async def test_an_event_is_one_that_the_api_server_takes(server: ApiServer) -> None:
    server.answers.append(Answer({}))
    async with server.serve() as rest:
        cluster = KubernetesCluster(rest, "own", FakeClock().now)
        await cluster.post(Note(ABOUT, "Granted", "Judge", "w" * 5000, warning=True))
    (body,) = server.bodies
    assert server.requests[0].path == "/apis/events.k8s.io/v1/namespaces/default/events"
    assert body["eventTime"] == "2026-01-01T12:00:00.000000+00:00"
    assert body["type"] == "Warning"
    assert len(body["note"]) == 1024
    assert len(body["metadata"]["generateName"]) < 240
    assert len(body["reportingInstance"]) <= 128


async def test_an_event_that_is_lost_is_only_logged(
    server: ApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    server.answers.append(Answer(status(403, "no events today"), 403))
    async with server.serve() as rest:
        cluster = KubernetesCluster(rest, "own", FakeClock().now)
        await cluster.post(Note(ABOUT, "Granted", "Judge", "all is well"))
    assert "no events today" in caplog.text
