"""The reflector misses nothing when a list or a watch fails; against a real HTTP server."""

import asyncio

import pytest

from adapters.kubernetes.recording_store import GONE, RecordingStore, mirroring
from fakes.api_server import Answer, ApiServer, Stream, event, item, page, status
from fakes.waiting import until
from groupaccess.adapters.kubernetes.reflector import RestoredError


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
