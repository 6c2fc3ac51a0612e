"""What of the port `Cluster` no cluster needs to prove; the rest is in its contract."""

import base64
import logging
import re
from dataclasses import replace

import pytest

from fakes.api_server import Answer, ApiServer, item, page, status
from fakes.clock import FakeClock
from fakes.values import content, key
from groupaccess.adapters.kubernetes.binding_json import write_binding
from groupaccess.adapters.kubernetes.cluster import KubernetesCluster
from groupaccess.application.ports.cluster import Event, ObjectList, ObjectRef
from groupaccess.application.ports.errors import NotInstalledError, TransientError
from groupaccess.domain.binding import Binding, BindingKey, DesiredBinding

ABOUT = ObjectRef("GroupAccess", "p" * 253, "u")


async def test_a_secret_may_hold_more_than_text(server: ApiServer) -> None:
    data = {
        "ca.crt": base64.b64encode(b"PEM").decode(),
        "keystore.jks": base64.b64encode(b"\xfe\xed\xfe\xed").decode(),
    }
    server.answers.append(Answer({"data": data}))
    async with server.serve() as rest:
        found = await KubernetesCluster(rest, "own", FakeClock().now).get_secret("tls")
    assert (found or {})["ca.crt"] == "PEM"
    assert server.requests[0].path == "/api/v1/namespaces/own/secrets/tls"


async def test_a_secret_without_data_is_empty(server: ApiServer) -> None:
    server.answers.append(Answer({}))
    async with server.serve() as rest:
        assert await KubernetesCluster(rest, "own", FakeClock().now).get_secret("tls") == {}


@pytest.mark.parametrize(
    "name",
    [
        "../../kube-system/secrets/token",
        "..%2F..%2Fkube-system%2Fsecrets%2Ftoken",
        "/api/v1/namespaces/kube-system/secrets/token",
        "token?namespace=kube-system",
        "token#",
    ],
)
async def test_no_name_leads_to_another_namespace(server: ApiServer, name: str) -> None:
    server.answers.extend([Answer({}), Answer({})])
    async with server.serve() as rest:
        cluster = KubernetesCluster(rest, "own", FakeClock().now)
        await cluster.get_secret(name)
        await cluster.get_config_map(name)
    for request, kind in zip(server.requests, ("secrets", "configmaps"), strict=True):
        below = request.rel_url.raw_path.removeprefix(f"/api/v1/namespaces/own/{kind}/")
        assert "/" not in below
        assert request.rel_url.raw_query_string == ""


async def test_all_pages_of_a_kind_are_listed(server: ApiServer) -> None:
    first = page(item("a", "1", "5"), more="next", version="7")
    server.answers.extend([first, page(item("b", "2", "6"), version="9")])
    async with server.serve() as rest:
        found = await KubernetesCluster(rest, "own", FakeClock().now).list_objects("GroupAccess")
    assert found == ObjectList("7", {"a": ("1", "5"), "b": ("2", "6")})


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer("404 page not found", 404), NotInstalledError),
        (Answer(status(503), 503), TransientError),
        (Answer(status(403), 403), TransientError),
    ],
)
async def test_a_kind_that_cannot_be_listed_is_missing_or_late(
    server: ApiServer, answer: Answer, error: type[Exception]
) -> None:
    server.answers.append(answer)
    async with server.serve() as rest:
        with pytest.raises(error):
            await KubernetesCluster(rest, "own", FakeClock().now).list_objects("GroupAccess")


@pytest.mark.parametrize("code", [403, 500])
async def test_an_object_counts_as_gone_only_when_the_answer_is_404(
    server: ApiServer, code: int
) -> None:
    server.answers.extend([Answer(status(code), code), Answer(status(404), 404)])
    async with server.serve() as rest:
        cluster = KubernetesCluster(rest, "own", FakeClock().now)
        with pytest.raises(TransientError):
            await cluster.get_access_uid("platform")
        assert not await cluster.get_access_uid("platform")


async def test_an_event_is_one_that_the_api_server_takes(server: ApiServer) -> None:
    server.answers.append(Answer({}))
    async with server.serve() as rest:
        cluster = KubernetesCluster(rest, "own", FakeClock().now)
        await cluster.create_event(Event(ABOUT, "Granted", "Judge", "w" * 5000, warning=True))
    (body,) = server.bodies
    assert server.requests[0].path == "/apis/events.k8s.io/v1/namespaces/default/events"
    assert body["eventTime"] == "2026-01-01T12:00:00.000000+00:00"
    assert body["type"] == "Warning"
    assert len(body["note"]) == 1024
    assert len(body["metadata"]["generateName"]) < 240
    assert len(body["reportingInstance"]) <= 128


async def test_an_event_may_be_about_an_admission_policy_that_is_not_there(
    server: ApiServer,
) -> None:
    server.answers.append(Answer({}))
    policy = ObjectRef("ValidatingAdmissionPolicy", "bind-guard", "")
    async with server.serve() as rest:
        cluster = KubernetesCluster(rest, "own", FakeClock().now)
        await cluster.create_event(
            Event(policy, "NotInForce", "Check", "it is not in force: there is none", warning=True)
        )
    (body,) = server.bodies
    assert body["regarding"] == {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "name": "bind-guard",
        "uid": "",
    }


async def test_an_event_has_no_escape_sequence_of_somebody_elses(server: ApiServer) -> None:
    server.answers.append(Answer({}))
    async with server.serve() as rest:
        cluster = KubernetesCluster(rest, "own", FakeClock().now)
        await cluster.create_event(Event(ABOUT, "Granted", "Judge", "group \x1b[2J/SRE\n\x07"))
    (body,) = server.bodies
    assert body["note"] == "group ?[2J/SRE ?"


async def test_an_event_that_is_told_once_has_a_name_of_its_own(server: ApiServer) -> None:
    server.answers.extend([Answer({})] * 4)
    async with server.serve() as rest:
        cluster = KubernetesCluster(rest, "own", FakeClock().now)
        for once in ("u/sre/1", "u/sre/1", "u/sre/2"):
            await cluster.create_event(Event(ABOUT, "Expiring", "Watch", "it ends", dedup_key=once))
        other = replace(ABOUT, name="other.")
        await cluster.create_event(
            Event(other, "Expiring", "Watch", "it ends", dedup_key="u/sre/1")
        )
    first, again, another, elsewhere = (body["metadata"]["name"] for body in server.bodies)
    assert first == again != another
    assert all("generateName" not in body["metadata"] for body in server.bodies)
    assert re.fullmatch(r"p{200}-[0-9a-f]{16}", first)
    assert re.fullmatch(r"other-[0-9a-f]{16}", elsewhere)


@pytest.mark.parametrize(("once", "said"), [("u/sre/1", False), ("", True)])
async def test_an_event_that_was_told_already_is_no_trouble(
    server: ApiServer, caplog: pytest.LogCaptureFixture, once: str, *, said: bool
) -> None:
    caplog.set_level(logging.WARNING)
    server.answers.append(Answer(status(409, "it already exists"), 409))
    async with server.serve() as rest:
        cluster = KubernetesCluster(rest, "own", FakeClock().now)
        await cluster.create_event(Event(ABOUT, "Expiring", "Watch", "it ends", dedup_key=once))
    assert ("it already exists" in caplog.text) is said


async def test_an_event_to_be_told_once_that_is_lost_is_logged(
    server: ApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    server.answers.append(Answer(status(403, "no events today"), 403))
    async with server.serve() as rest:
        cluster = KubernetesCluster(rest, "own", FakeClock().now)
        await cluster.create_event(
            Event(ABOUT, "Expiring", "Watch", "it ends", dedup_key="u/sre/1")
        )
    assert "no events today" in caplog.text


@pytest.mark.parametrize(
    ("namespace", "where"),
    [("", "clusterrolebindings"), ("shop", "namespaces/shop/rolebindings")],
)
async def test_a_binding_is_written_and_deleted_at_its_place(
    server: ApiServer, namespace: str, where: str
) -> None:
    want = DesiredBinding(BindingKey(namespace, key().name), "sre", content())
    stored = write_binding(want, None)
    stored["metadata"] |= {"uid": "u", "resourceVersion": "3"}
    server.answers.extend([Answer(stored), Answer({})])
    async with server.serve() as rest:
        cluster = KubernetesCluster(rest, "own", FakeClock().now)
        made = await cluster.apply(want, None)
        assert made == Binding(want.key, "u", "3", want.content)
        assert await cluster.delete(made)
    path = f"/apis/rbac.authorization.k8s.io/v1/{where}/{key().name}"
    assert [request.method for request in server.requests] == ["PATCH", "DELETE"]
    assert {request.path for request in server.requests} == {path}
    assert server.bodies[1]["preconditions"] == {"uid": "u", "resourceVersion": "3"}


async def test_an_event_that_is_lost_is_only_logged(
    server: ApiServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    server.answers.append(Answer(status(403, "no events today"), 403))
    async with server.serve() as rest:
        cluster = KubernetesCluster(rest, "own", FakeClock().now)
        await cluster.create_event(Event(ABOUT, "Granted", "Judge", "all is well"))
    assert "no events today" in caplog.text
