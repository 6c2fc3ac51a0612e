"""What a round of a directory takes, beside the same searches bare; and what an idle hour asks."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

from bench.figure import Figure
from bench.load import DIRECTORY
from bench.requests import answered, many, seconds
from bench.stage import LONG, Stage
from testbed.faulty_proxy import FaultyProxy
from testbed.objects import directory

CONNECTIONS = 4  # as many as the operator has
IDLE_SECONDS = 60.0
ROUNDS_AN_HOUR = 6  # with the syncInterval that is the default
LOOK = 0.05
PAUSE_SECONDS = 2.0
EVENTS = 'resource="events"'


async def measure_rounds(stage: Stage) -> AsyncIterator[Figure]:
    """Yield what a round takes, and what is asked while nothing happens."""
    groups = len(stage.load.groups)
    before = stage.operator.metric("groupaccess_directory_read_seconds_sum")
    await _round(stage)
    took = stage.operator.metric("groupaccess_directory_read_seconds_sum") - before
    bare = await _bare_searches(stage)
    yield Figure(f"a round of {groups} groups", "s", took, bare, None)
    yield await _idle(stage)
    with TemporaryDirectory(prefix="groupaccess-bench-") as folder:
        yield await _requests(stage, Path(folder))


async def _round(stage: Stage) -> None:
    """Have everything asked now, and wait for the end."""
    done = stage.operator.metric("groupaccess_directory_reads_total")
    await asyncio.to_thread(stage.read_again)
    async with asyncio.timeout(LONG):
        while not await asyncio.to_thread(_is_past, stage, done):  # noqa: ASYNC110 -- a metric has no event
            await asyncio.sleep(LOOK)
    await stage.settle()


def _is_past(stage: Stage, done: float) -> bool:
    return stage.operator.metric("groupaccess_directory_reads_total") > done


async def _bare_searches(stage: Stage) -> float:
    """Return the seconds of one search for each group, by the operator's account."""
    realm, login = stage.realm, stage.realm.clients.credentials()
    base = realm.issuer_url.removesuffix(f"/realms/{realm.name}")
    context = ssl.create_default_context(cafile=str(stage.keycloak.ca_file))
    connector = aiohttp.TCPConnector(ssl=context, limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector) as session:
        form = {
            "grant_type": "client_credentials",
            "client_id": login.client_id,
            "client_secret": login.secret,
        }
        where = f"{realm.issuer_url}/protocol/openid-connect/token"
        async with session.post(where, data=form) as answer:
            token = (await answer.json())["access_token"]

        async def search(name: str) -> None:
            query = {"search": name, "exact": "true", "max": "20"}
            async with session.get(
                f"{base}/admin/realms/{realm.name}/groups",
                params=query,
                headers={"Authorization": f"Bearer {token}"},
            ) as answer:
                found = await answer.json()
                assert len(found) == 1, (name, found)

        return await seconds(many(search(name) for name in stage.load.groups))


async def _idle(stage: Stage) -> Figure:
    """Return what kube-apiserver is asked in a minute, less what it is without the operator."""
    await stage.settle()
    await _until_events_are_posted(stage)
    beside = await _requests_in_a_minute(stage)
    await stage.stop()
    alone = await _requests_in_a_minute(stage)
    stage.start()
    await stage.ready()
    await stage.settle()
    name = "idle: requests to kube-apiserver"
    return Figure(name, "a minute", max(0.0, beside - alone), None, None)


async def _until_events_are_posted(stage: Stage) -> None:
    """Wait until the operator has posted the events of what it did: ten a second."""
    async with asyncio.timeout(LONG):
        before = -1.0
        while (now := answered(stage.cluster, EVENTS)) != before:
            before = now
            await asyncio.sleep(PAUSE_SECONDS)


async def _requests_in_a_minute(stage: Stage) -> float:
    before = answered(stage.cluster)
    await asyncio.sleep(IDLE_SECONDS)  # the time itself is what this is about
    return (answered(stage.cluster) - before) * 60 / IDLE_SECONDS


async def _requests(stage: Stage, folder: Path) -> Figure:
    """Count the requests of one round in a proxy; return how many that is in an idle minute."""
    realm, ca = stage.realm, stage.keycloak.ca_file.read_text()
    with FaultyProxy(folder, stage.keycloak) as proxy:
        through = {"adminURL": proxy.url, "caBundle": {"inline": ca + proxy.ca}}
        await _declare(stage, ca, **through)
        await _round(stage)
        proxy.calls[realm.name] = 0
        await _round(stage)
        calls = proxy.calls[realm.name]
        await _declare(stage, ca)
        await _round(stage)
    minute = calls * ROUNDS_AN_HOUR / 60
    return Figure("idle: requests to Keycloak", "a minute", minute, None, None)


async def _declare(stage: Stage, ca: str, **changes: Any) -> None:  # noqa: ANN401 -- fields of a spec
    bodies = directory(DIRECTORY, stage.realm, ca, syncInterval="1h", **changes)
    await asyncio.to_thread(stage.cluster.apply, *bodies)
