"""Nobody writes before everything that was there is known."""

import asyncio
from collections.abc import Mapping

import pytest

from fakes.cluster import FakeCluster
from fakes.values import access_spec, directory_spec
from groupaccess.application.ports.cluster import ObjectList
from groupaccess.application.ports.errors import NotInstalledError
from groupaccess.application.runtime.cache_sync import (
    RELIST_SECONDS,
    wait_for_cache_sync,
    wait_for_crds,
)
from groupaccess.application.state.cluster_state import KINDS
from groupaccess.application.state.store import Store

KIND = "GroupAccess"


class Start:
    """A start beside a cluster; `lists` counts how often a kind was listed."""

    def __init__(self) -> None:
        self.lists = dict.fromkeys(KINDS, 0)
        self.cluster, self.store, self.ended = Counting(self.lists), Store(), list[str]()

    def put(self, *kinds: str) -> None:
        """Let the watches tell what there is."""
        for kind in kinds or KINDS:
            for name, (uid, version) in self.cluster.objects.versions(kind).items():
                self.store.watched[kind].put(name, uid, version)

    def gone(self, kind: str, uids: Mapping[str, str], version: str) -> None:
        """Take in what ended."""
        for name, uid in uids.items():
            assert self.store.watched[kind].drop(name, uid, version)
            self.ended.append(name)

    def begin(self) -> "asyncio.Task[None]":
        """Begin to wait."""
        return asyncio.create_task(wait_for_cache_sync(self.cluster, self.store, self.gone))


class Counting(FakeCluster):
    """A cluster whose lists take a second, and are counted."""

    def __init__(self, lists: dict[str, int]) -> None:
        super().__init__()
        self._lists = lists

    async def list_objects(self, kind: str) -> ObjectList:
        self._lists[kind] += 1
        listing = await super().list_objects(kind)
        await asyncio.sleep(1)
        return listing


@pytest.fixture
async def start() -> Start:
    return Start()


async def test_it_has_caught_up_when_the_watches_have_told_everything(start: Start) -> None:
    start.cluster.objects.apply(KIND, "platform", access_spec())
    start.cluster.objects.apply("KeycloakDirectory", "default", directory_spec())
    waiting = start.begin()
    await asyncio.sleep(600)
    assert not waiting.done()
    start.put()
    async with asyncio.timeout(2):
        await waiting


async def test_each_kind_is_listed_once_while_the_watches_tell(start: Start) -> None:
    for number in range(50):
        start.cluster.objects.apply(KIND, f"a-{number}", access_spec())
    waiting = start.begin()
    for name, (uid, version) in start.cluster.objects.versions(KIND).items():
        await asyncio.sleep(1)
        assert not waiting.done()
        start.store.watched[KIND].put(name, uid, version)
    await waiting
    assert start.lists == dict.fromkeys(KINDS, 1)


async def test_objects_that_are_created_all_the_time_do_not_hold_it_up(start: Start) -> None:
    waiting = start.begin()
    for number in range(30):
        start.cluster.objects.apply(KIND, f"a-{number}", access_spec())
        start.put()
        await asyncio.sleep(0.1)
    assert waiting.done()
    assert start.ended == []


async def test_an_object_that_ends_before_it_was_told_of_is_not_waited_for(start: Start) -> None:
    ref = start.cluster.objects.apply(KIND, "platform", access_spec())
    waiting = start.begin()
    await asyncio.sleep(0.5)
    start.store.watched[KIND].drop("platform", ref.uid, "9")  # while the list is under way
    await waiting


async def test_an_object_that_ended_in_a_gap_of_the_watch_is_not_waited_for_in_vain(
    start: Start,
) -> None:
    start.cluster.objects.apply(KIND, "platform", access_spec())
    waiting = start.begin()
    await asyncio.sleep(2)
    start.cluster.objects.remove(KIND, "platform")
    await asyncio.sleep(RELIST_SECONDS + 2)
    assert waiting.done()


async def test_an_object_that_was_deleted_meanwhile_is_gone_at_once(start: Start) -> None:
    start.cluster.objects.apply(KIND, "platform", access_spec())
    start.put()
    start.cluster.objects.remove(KIND, "platform")
    await start.begin()
    assert start.ended == ["platform"]


async def test_an_api_server_that_is_not_there_yet_is_waited_for() -> None:
    start = Start()
    start.cluster.fail("versions", times=20)
    async with asyncio.timeout(120):
        await wait_for_crds(start.cluster)
        await start.begin()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_missing_kind_is_named_at_once(kind: str) -> None:
    cluster = FakeCluster()
    cluster.missing_kinds.add(kind)
    with pytest.raises(NotInstalledError, match=kind):
        await wait_for_crds(cluster)
