"""Nobody writes before everything that was there is known."""

import asyncio

import pytest

from fakes.cluster import FakeCluster
from fakes.values import access_spec, directory_spec
from groupaccess.application.known import KINDS
from groupaccess.application.ports import NotInstalledError
from groupaccess.application.startup import agree, caught_up, installed
from groupaccess.application.store import Store

Versions = dict[str, tuple[str, str]]


@pytest.mark.parametrize(
    ("listed", "seen", "same"),
    [
        ({}, {}, True),
        ({"a": ("u", "5")}, {"a": ("u", "5")}, True),
        ({"a": ("u", "9")}, {"a": ("u", "10")}, True),
        ({"a": ("u", "10")}, {"a": ("u", "9")}, False),
        ({"a": ("u", "5")}, {"a": ("other", "9")}, False),
        ({"a": ("u", "5")}, {}, False),
        ({}, {"a": ("u", "5")}, False),
    ],
    ids=["nothing", "same", "seen later", "seen earlier", "made anew", "not seen", "gone"],
)
def test_the_list_and_what_was_seen_agree(listed: Versions, seen: Versions, *, same: bool) -> None:
    assert agree(listed, seen) is same


def put(cluster: FakeCluster, store: Store) -> None:
    """Let the watches tell what there is."""
    for kind in KINDS:
        store.seen[kind] = cluster.objects.versions(kind)


async def test_it_has_caught_up_when_the_watches_have_told_everything() -> None:
    cluster, store = FakeCluster(), Store()
    cluster.objects.apply("GroupAccess", "platform", access_spec())
    cluster.objects.apply("KeycloakDirectory", "default", directory_spec())
    waiting = asyncio.create_task(caught_up(cluster, store))
    await asyncio.sleep(600)
    assert not waiting.done()
    put(cluster, store)
    async with asyncio.timeout(1):
        await waiting


async def test_an_object_that_was_deleted_meanwhile_is_waited_for() -> None:
    cluster, store = FakeCluster(), Store()
    cluster.objects.apply("GroupAccess", "platform", access_spec())
    put(cluster, store)
    cluster.objects.remove("GroupAccess", "platform")
    waiting = asyncio.create_task(caught_up(cluster, store))
    await asyncio.sleep(60)
    assert not waiting.done()
    store.seen["GroupAccess"].clear()
    async with asyncio.timeout(1):
        await waiting


async def test_an_api_server_that_is_not_there_yet_is_waited_for() -> None:
    cluster = FakeCluster()
    cluster.fail("versions", times=20)
    async with asyncio.timeout(120):
        await installed(cluster)
        await caught_up(cluster, Store())


@pytest.mark.parametrize("kind", KINDS)
async def test_a_missing_kind_is_named_at_once(kind: str) -> None:
    cluster = FakeCluster()
    cluster.missing_kinds.add(kind)
    with pytest.raises(NotInstalledError, match=kind):
        await installed(cluster)
