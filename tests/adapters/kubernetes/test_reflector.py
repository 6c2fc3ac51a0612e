"""The reflector mirrors a collection, whatever happens on the way; against a real HTTP server."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from fakes.api_server import Answer, ApiServer, Item, Stream, event, item, page, status
from fakes.waiting import until
from groupaccess.adapters.kubernetes.client import KubernetesClient
from groupaccess.adapters.kubernetes.reflector import Reflector, Resource, RestoredError

RESOURCE = Resource(("apis", "rbac.authorization.k8s.io", "v1", "rolebindings"))
GONE = status(410, "too old resource version")


class RecordingStore:
    """What a reflector told: `there` are names with uids, `told` everything in order."""

    def __init__(self, rest: KubernetesClient) -> None:
        self.there: dict[str, str] = {}
        self.told: list[str] = []
        self.gaps: list[str] = []
        self.versions: list[str] = []
        self.reflector = Reflector(rest, RESOURCE, self, self._gap)

    def read(self, item: Item) -> tuple[str, str]:
        return item["metadata"]["name"], item["metadata"]["uid"]

    def put(self, read: tuple[str, str]) -> None:
        self.there.update([read])
        self.told.append(f"+{'/'.join(read)}")

    def drop(self, namespace: str, name: str, uid: str) -> None:
        self.there.pop(name, None)
        self.told.append(f"-{namespace}{name}/{uid}")

    def replace(self, read: Sequence[tuple[str, str]], version: str) -> None:
        self.there = dict(read)
        self.told.append(f"={' '.join('/'.join(each) for each in read)}@{version}")

    def watched_until(self, version: str) -> None:
        self.versions.append(version)

    def _gap(self) -> None:
        self.gaps.append(self.told[-1] if self.told else "")


@pytest.fixture
def server() -> ApiServer:
    return ApiServer()


@asynccontextmanager
async def mirroring(server: ApiServer) -> AsyncIterator[RecordingStore]:
    """Mirror until the block ends; the reflector must not end before."""
    async with server.serve() as rest:
        mirror = RecordingStore(rest)
        run = asyncio.create_task(mirror.reflector.run())
        try:
            yield mirror
            assert not run.done(), run
        finally:
            run.cancel()
            await asyncio.wait({run})


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


@pytest.mark.parametrize(
    "too_old",
    [Answer(GONE, 410), Stream((event("ERROR", GONE),), end="close")],
    ids=["as HTTP status", "as ERROR event"],
)
async def test_a_version_that_is_too_old_lists_anew_and_hands_all_over(
    server: ApiServer, too_old: Answer | Stream
) -> None:
    server.answers.extend([page(item("a"), item("b")), page(item("b"), item("c"), version="9")])
    server.streams.append(too_old)
    async with mirroring(server) as mirror:
        await until(lambda: server.watched == ["1", "9"])
        assert mirror.told == ["=a/a b/b@1", "=b/b c/c@9"]
        assert mirror.gaps == ["=a/a b/b@1"]  # once, and before the new list


async def test_a_list_that_grows_too_old_begins_anew(
    server: ApiServer,
) -> None:
    server.answers.extend(
        [page(item("a"), more="next"), Answer(GONE, 410), page(item("b"), version="9")]
    )
    async with mirroring(server) as mirror:
        await mirror.reflector.listed.wait()
        assert mirror.told == ["=b/b@9"]


async def test_a_list_that_fails_halfway_takes_nothing_for_gone(server: ApiServer) -> None:
    server.answers.extend([page(item("a"), item("b")), page(item("a"), more="next")])
    server.answers.extend([Answer(status(500), 500), page(item("a"), item("b"), version="9")])
    server.streams.append(Answer(GONE, 410))
    async with mirroring(server) as mirror:
        await until(lambda: server.watched == ["1", "9"])
        assert mirror.told == ["=a/a b/b@1", "=a/a b/b@9"]


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(status(500, "etcd is away"), 500),
        Answer(status(429, "too many requests"), 429),
        Answer("<html>Bad Gateway</html>", 502),
        Stream((event("ERROR", status(500, "etcd is away")),), end="close"),
        Stream((event("ERROR", {"kind": "Status"}),), end="close"),
        Answer("<html>Log in to the network</html>"),
    ],
    ids=["500", "429", "HTML of a proxy", "ERROR event", "ERROR without a code", "no JSON"],
)
async def test_trouble_in_a_watch_backs_off_and_goes_on_from_the_same_version(
    server: ApiServer, trouble: Answer | Stream
) -> None:
    server.answers.extend([page(item("a"), version="5"), page(item("b"), version="6")])
    server.streams.append(trouble)
    async with mirroring(server) as mirror:
        await until(lambda: server.watched == ["5", "5"])
        assert mirror.there == {"a": "a"}
        assert mirror.gaps == []  # nothing was missed
    assert server.requests[2].query["limit"] == "1"  # is it no older than it was?
    assert server.times[2] - server.times[1] >= 0.15


@pytest.mark.parametrize(
    "each", [Stream(end="close"), Answer(GONE, 410)], ids=["end at once", "are too old at once"]
)
async def test_watches_that_lead_nowhere_do_not_spin(
    server: ApiServer, each: Answer | Stream
) -> None:
    server.answers.extend([page(item("a"))] * 1000)
    server.streams.extend([each] * 1000)
    async with mirroring(server):
        await until(lambda: len(server.watched) == 4)
    first, last = (server.times[index] for index in (0, -1))
    assert last - first >= 0.4


@pytest.mark.parametrize(
    "trouble", [Answer(status(503), 503), Answer("<html></html>")], ids=["503", "no JSON"]
)
async def test_trouble_in_a_list_backs_off(server: ApiServer, trouble: Answer) -> None:
    server.answers.extend([trouble, page(item("a"))])
    async with mirroring(server) as mirror:
        await mirror.reflector.listed.wait()
        assert mirror.there == {"a": "a"}
    assert server.times[1] - server.times[0] >= 0.15


async def test_a_stream_that_breaks_off_goes_on_from_the_last_whole_event(
    server: ApiServer,
) -> None:
    server.answers.extend([page(version="1"), page(version="4")])
    server.streams.append(Stream((event("ADDED", item("a", version="4")),), end="break"))
    async with mirroring(server) as mirror:
        await until(lambda: server.watched == ["1", "4"])
        assert mirror.there == {"a": "a"}


@pytest.mark.parametrize(
    "trouble",
    [Answer("Bad Gateway", 502), Stream(end="break"), Answer(GONE, 410)],
    ids=["was away", "broke off", "is too old"],
)
async def test_an_etcd_that_was_restored_ends_it_before_anything_is_believed(
    server: ApiServer, trouble: Answer | Stream
) -> None:
    server.answers.extend([page(item("a"), version="9"), page(item("b"), version="8")])
    server.streams.append(trouble)
    async with server.serve() as rest:
        mirror = RecordingStore(rest)
        with pytest.raises(RestoredError, match="rolebindings went back from 9 to 8"):
            await asyncio.wait_for(mirror.reflector.run(), timeout=5)
        assert mirror.there == {"a": "a"}
    assert server.watched == ["9"]


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
