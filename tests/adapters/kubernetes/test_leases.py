"""The port `Leases` on a real API server's answers."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from fakes.api_server import Answer, ApiServer, Item, status
from groupaccess.adapters.kubernetes.leases import KubernetesLeases
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.ports.leases import Lease

AT = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
HELD = Lease("me", 15, AT, AT + timedelta(seconds=2), 3, resource_version="7")
COLLECTION = "/apis/coordination.k8s.io/v1/namespaces/own/leases"


def stored(version: str = "7", **spec: object) -> Item:
    return {"metadata": {"name": "groupaccess", "resourceVersion": version}, "spec": spec}


WHOLE = stored(
    holderIdentity="me",
    leaseDurationSeconds=15,
    acquireTime="2026-01-01T12:00:00.123456Z",
    renewTime="2026-01-01T12:00:02.123456Z",
    leaseTransitions=3,
)


async def read(server: ApiServer, answer: Answer) -> Lease | None:
    server.answers.append(answer)
    async with server.serve() as rest:
        return await KubernetesLeases(rest, "own", "groupaccess").read()


async def write(server: ApiServer, lease: Lease, answer: Answer) -> Lease:
    server.answers.append(answer)
    async with server.serve() as rest:
        return await KubernetesLeases(rest, "own", "groupaccess").write(lease)


async def test_a_lease_is_read(server: ApiServer) -> None:
    assert await read(server, Answer(WHOLE)) == HELD
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", f"{COLLECTION}/groupaccess")


async def test_a_lease_that_is_not_there_is_none(server: ApiServer) -> None:
    assert await read(server, Answer(status(404), 404)) is None


@pytest.mark.parametrize("spec", [{}, None, {"holderIdentity": None, "leaseTransitions": None}])
async def test_a_lease_that_says_nothing_is_free(
    server: ApiServer, spec: dict[str, object] | None
) -> None:
    found = await read(server, Answer({**stored(), "spec": spec}))
    beginning = datetime.fromtimestamp(0, UTC)
    assert found == Lease("", 1, beginning, beginning, 0, resource_version="7")


@pytest.mark.parametrize("code", [401, 403, 429, 500])
async def test_a_lease_that_cannot_be_read_is_passing(server: ApiServer, code: int) -> None:
    with pytest.raises(TransientError, match=str(code)):
        await read(server, Answer(status(code), code))


async def test_the_first_is_made(server: ApiServer) -> None:
    new = Lease("me", 15, AT, AT + timedelta(seconds=2), 3)
    assert await write(server, new, Answer(WHOLE, 201)) == HELD
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", COLLECTION)
    assert server.bodies == [
        {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": "groupaccess"},
            "spec": WHOLE["spec"],
        }
    ]


async def test_the_next_replaces_exactly_the_version_that_was_read(server: ApiServer) -> None:
    await write(server, HELD, Answer(WHOLE))
    (request,) = server.requests
    assert (request.method, request.path) == ("PUT", f"{COLLECTION}/groupaccess")
    assert server.bodies[0]["metadata"] == {"name": "groupaccess", "resourceVersion": "7"}


async def test_times_are_written_in_utc_with_six_digits(server: ApiServer) -> None:
    abroad = datetime(2026, 1, 1, 17, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    await write(server, Lease("me", 15, abroad, abroad, 0), Answer(WHOLE))
    assert server.bodies[0]["spec"]["renewTime"] == "2026-01-01T12:00:00.000000Z"


@pytest.mark.parametrize("code", [403, 404, 409, 422, 500])
@pytest.mark.parametrize("version", ["", "7"])
async def test_what_cannot_be_written_is_passing(
    server: ApiServer, version: str, code: int
) -> None:
    lease = Lease("me", 15, AT, AT, 0, resource_version=version)
    with pytest.raises(TransientError, match=str(code)):
        await write(server, lease, Answer(status(code), code))
