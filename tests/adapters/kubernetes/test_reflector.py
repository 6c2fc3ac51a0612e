"""The reflector mirrors a collection; against a real HTTP server."""

import asyncio

import pytest

from adapters.kubernetes.recording_store import RESOURCE, RecordingStore, mirroring
from fakes.api_server import Answer, ApiServer, Stream, event, item, page, status
from fakes.waiting import until
from groupaccess.adapters.kubernetes.reflector import Reflector, Resource


async def test_all_pages_are_listed_before_it_says_so(server: ApiServer) -> None:
    first = page(item("a"), more="token #2", version="7")
    server.answers.extend([first, page(item("b"), version="7")])
    async with mirroring(server) as mirror:
        await mirror.reflector.listed.wait()
        assert mirror.told == ["=a/a b/b@7"]
        await until(lambda: server.watched == ["7"])
    assert server.requests[1].query["continue"] == "token #2"
    assert all(request.query["limit"] == "500" for request in server.requests[:2])


async def test_a_watch_tells_what_comes_changes_and_goes(server: ApiServer) -> None:
    server.answers.append(page(item("a")))
    events = (
        event("ADDED", item("b", version="2")),
        event("MODIFIED", item("b", version="3")),
        event("DELETED", item("a", version="4", namespace="")),
    )
    server.streams.append(Stream(events))
    async with mirroring(server) as mirror:
        await until(lambda: len(mirror.told) == 4)
        assert mirror.told == ["=a/a@1", "+b/b", "+b/b", "-a/a"]
        assert mirror.versions == ["2", "3", "4"]


async def test_a_watch_that_ends_goes_on_from_the_last_version(server: ApiServer) -> None:
    server.answers.append(page(version="1"))
    server.streams.append(Stream((event("ADDED", item("a", version="9")),), end="close"))
    async with mirroring(server):
        await until(lambda: server.watched == ["1", "9"])
    assert server.listed == 1


async def test_a_bookmark_moves_the_version_and_tells_nothing(server: ApiServer) -> None:
    server.answers.append(page(version="1"))
    bookmark = event("BOOKMARK", {"metadata": {"resourceVersion": "50"}})
    server.streams.append(Stream((bookmark,), end="close"))
    async with mirroring(server) as mirror:
        await until(lambda: server.watched == ["1", "50"])
        assert mirror.told == ["=@1"]
        assert mirror.versions == ["50"]
    assert server.requests[1].query["allowWatchBookmarks"] == "true"


async def test_it_knows_for_how_long_it_was_told_nothing(server: ApiServer) -> None:
    server.answers.extend([Answer(status(500), 500), page(version="1")])
    async with mirroring(server) as mirror:
        await until(lambda: mirror.reflector.silent_seconds > 0.2)
        await mirror.reflector.listed.wait()
        assert mirror.reflector.silent_seconds < 0.2
        await until(lambda: mirror.reflector.silent_seconds > 0.2)
    assert mirror.reflector.name == "rolebindings"


async def test_an_event_may_be_as_large_as_an_object_can_be(server: ApiServer) -> None:
    server.answers.append(page(version="1"))
    large = {**item("a", version="2"), "subjects": ["x" * 1000] * 1500}
    server.streams.append(Stream((event("ADDED", large),)))
    async with mirroring(server) as mirror:
        await until(lambda: mirror.there == {"a": "a"})


@pytest.mark.parametrize(
    ("resource", "listing", "watching"),
    [
        (RESOURCE, "application/json", "application/json"),
        (
            Resource(("api", "v1", "namespaces"), metadata_only=True),
            "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
            "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
        ),
    ],
    ids=["bodies", "metadata alone"],
)
async def test_it_asks_for_no_more_than_it_needs(
    server: ApiServer, resource: Resource, listing: str, watching: str
) -> None:
    server.answers.append(page(item("a")))
    async with server.serve() as rest:
        reflector = Reflector(rest, resource, RecordingStore(rest))
        run = asyncio.create_task(reflector.run())
        await until(lambda: len(server.requests) == 2)
        run.cancel()
        await asyncio.wait({run})
    assert [request.headers["Accept"] for request in server.requests] == [listing, watching]
    assert server.requests[0].path == "/" + "/".join(resource.segments)
