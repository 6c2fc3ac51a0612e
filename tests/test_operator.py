"""The operator as a whole, beside an API server that does not answer."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import unused_port
from prometheus_client import CollectorRegistry

from fakes.keycloak import FakeDirectoryReader
from fakes.review import FakeTokens
from fakes.values import ISSUER, access, directory
from fakes.waiting import until
from groupaccess.adapters.clock import SystemClock
from groupaccess.adapters.kubernetes.transport import Response
from groupaccess.composition import compose
from groupaccess.environment import Environment
from groupaccess.lifecycle import Operator
from groupaccess.settings import Settings


class Refused(AbstractAsyncContextManager[Response]):
    """A request to where nobody listens."""

    async def __aenter__(self) -> Response:
        raise OSError("connection refused")

    async def __aexit__(self, *_: object) -> None:
        """Nothing was begun."""


class Silence:
    """A transport to nowhere."""

    def __init__(self) -> None:
        self.requests = 0

    def request(self, *_: object) -> Refused:
        self.requests += 1
        return Refused()


async def watch_nothing(*_: object) -> None:
    raise AssertionError("nothing is watched before the API server answers")


def operator(transport: Silence, port: int, **more: Any) -> Operator:
    environment = Environment(
        transport=transport,
        reader=FakeDirectoryReader(),
        tokens=FakeTokens(),
        clock=SystemClock(),
        watch=watch_nothing,
        registry=CollectorRegistry(),
        identity="me",
    )
    return compose(Settings(listen_host="127.0.0.1", listen_port=port, **more), environment)


async def test_probes_are_served_before_the_api_server_answers() -> None:
    transport, port = Silence(), unused_port()
    run = asyncio.create_task(operator(transport, port).run(asyncio.Event()))
    await until(lambda: transport.requests > 2)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        for path, status in (("/healthz", 200), ("/readyz", 503), ("/metrics", 200)):
            async with session.get(path) as answer:
                assert answer.status == status
    assert not run.done()
    run.cancel()
    await asyncio.wait({run})


async def test_another_directory_with_the_same_prefix_is_work_for_all_users_of_both() -> None:
    one = operator(Silence(), unused_port(), leader_election=False)
    one.leadership.caught_up = True
    for name in ("default", "other"):
        one.store.put_access(access(name, directoryRef={"name": name}))
    one.store.put_directory(directory("default"))
    one.store.put_directory(directory("other", issuer=f"{ISSUER}2"))
    assert {await one.queue.get() for _ in range(2)} == {"default", "other"}


async def test_a_port_that_is_taken_ends_it_all_the_same() -> None:
    port = unused_port()
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
    async with taken:
        with pytest.raises(OSError, match="address already in use"):
            await operator(Silence(), port).run(asyncio.Event())
