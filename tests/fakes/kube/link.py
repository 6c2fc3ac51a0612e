"""One replica's connection to the API server, as its transport and as its watches."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import aiohttp

from fakes.kube.faults import CODES, HANGS, Faults, Way
from fakes.kube.requests import Call, RefusedCallError, Requests
from fakes.kube.storage import Change, Key, Stored

ON_THE_WAY = 0.01  # seconds, each way
BOOKMARKS = 60.0  # seconds between two
TICK = 1e-6  # seconds: less than that is no time at all
REVIEWS = {"selfsubjectaccessreviews"}  # that is no write


@dataclass
class Answer:
    """A response: its text at once, or its lines as they come."""

    status: int
    headers: Mapping[str, str]
    body: str = ""
    lines: AsyncIterator[bytes] | None = None

    async def text(self) -> str:
        return self.body

    @property
    def content(self) -> AsyncIterator[bytes]:
        if self.lines is None:
            raise ValueError("this is no stream")
        return self.lines


@dataclass
class Sent:
    """A call that is under way; `delivered` is how far its sender was told, by plural."""

    call: Call
    at: float
    body: Any
    delivered: Mapping[str, int]
    way: Way | None = None


@dataclass
class Link:
    """The transport of one replica. `seen` is what was handed to it, by plural and key.

    `delay` are the seconds that each event takes: with more than `ON_THE_WAY` the answer to a write
    comes before the event of it. `lag` are more of them for a plural, `cut` is until when watches
    are cut.
    """

    requests: Requests
    faults: Faults
    now: Callable[[], float]
    wall: Callable[[], datetime]
    who: str
    sends: Callable[[Sent], None] = field(default=lambda *_: None)
    accepted: Callable[[Sent, str], None] = field(default=lambda *_: None)
    alive: bool = True
    delay: float = ON_THE_WAY
    under_way: list[Sent] = field(default_factory=list)
    lag: dict[str, float] = field(default_factory=dict)
    cut: dict[str, float] = field(default_factory=dict)
    breaks: dict[str, int] = field(default_factory=dict)
    seen: dict[str, dict[Key, Stored]] = field(default_factory=dict)
    delivered: dict[str, int] = field(default_factory=dict)  # plural -> revision handed over
    _lists: dict[str, dict[Key, Stored]] = field(default_factory=dict)

    @asynccontextmanager
    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],  # noqa: ARG002 -- the protocol
        body: Any,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 -- the protocol
    ) -> AsyncIterator[Answer]:
        call = Call.of(method, url)
        date = {"Date": format_datetime(self.wall(), usegmt=True)}
        if call.watches:
            yield await self._watch(call, date)
            return
        sent = Sent(call, self.now(), body, dict(self.delivered))
        self.under_way.append(sent)
        self.sends(sent)
        try:
            async with asyncio.timeout(timeout.total):
                code, text = await self._send(sent)
        finally:
            self.under_way.remove(sent)
        if code == 200 and call.verb == "list":
            self._page(call, text)
        yield Answer(code, date, text)

    async def _send(self, sent: Sent) -> tuple[int, str]:
        self._check()
        fault = self.faults.of(sent.call, self.now())
        sent.way = fault.way if fault else None
        await asyncio.sleep(ON_THE_WAY)
        if fault is None:
            answer = self._act(sent)
        elif fault.way in CODES:
            code = CODES[fault.way]
            answer = code, json.dumps(RefusedCallError(code, f"it is {fault.way} now").body)
        elif fault.way is Way.HANGS:
            await asyncio.sleep(HANGS + ON_THE_WAY)
            raise TimeoutError
        elif fault.way is Way.LATE:
            # It is on its way, whatever becomes of this process: not one of its tasks.
            loop = asyncio.get_running_loop()
            late = loop.create_task(self._act_late(sent, fault.seconds), context=Context())
            answer = await asyncio.shield(late)
        else:
            self._act(sent)
            raise aiohttp.ServerDisconnectedError
        await asyncio.sleep(ON_THE_WAY)
        self._check()
        return answer

    async def _act_late(self, sent: Sent, seconds: float) -> tuple[int, str]:
        await asyncio.sleep(seconds)
        return self._act(sent)

    def _act(self, sent: Sent) -> tuple[int, str]:
        self.requests.asked = sent.at
        try:
            text = self.requests.answer(sent.call, sent.body, self.who)
        except RefusedCallError as refusal:
            return refusal.code, json.dumps(refusal.body)
        if sent.call.plural not in REVIEWS:
            self.accepted(sent, text)
        return 200, text

    def _check(self) -> None:
        if not self.alive:
            raise ConnectionResetError("this process is dead")

    def _page(self, call: Call, text: str) -> None:
        """Keep what a list hands over; the last page ends it."""
        if call.query.get("limit") == "1":
            return  # of such a list only the version is looked at
        page = json.loads(text)
        objects = self._lists.setdefault(call.plural, {})
        if "continue" not in call.query:
            objects.clear()
        for item in page["items"]:
            objects[key_of(item)] = Stored(item)
        if not page["metadata"]["continue"] and call.plural not in {
            "groupaccesses",
            "keycloakdirectories",
        }:
            self.seen[call.plural] = dict(objects)
            self.delivered[call.plural] = int(page["metadata"]["resourceVersion"])

    def see(self, change: Change) -> None:
        """Keep what an event hands over."""
        seen = self.seen.setdefault(change.plural, {})
        if change.kind == "DELETED":
            known = seen.get(change.key)
            if known is not None and known.uid == change.stored.uid:
                del seen[change.key]
        else:
            seen[change.key] = change.stored
        self.delivered[change.plural] = max(self.delivered.get(change.plural, 0), change.revision)

    def untold(self, sent: Sent, plural: str) -> float:
        """Return since when the sender of a call was not told of all changes; now when it was."""
        storage, delivered = self.requests.storage, sent.delivered.get(plural, 0)
        since = self.now()
        for change in reversed(storage.history[plural]):
            if change.revision <= delivered:
                break
            since = change.at
        return since

    def sever(self, plural: str, seconds: float) -> None:
        """Cut the watches of a plural, and let none begin for a while."""
        self.cut[plural] = self.now() + seconds
        self.breaks[plural] = self.breaks.get(plural, 0) + 1

    async def _watch(self, call: Call, date: Mapping[str, str]) -> Answer:
        self._check()
        await asyncio.sleep(ON_THE_WAY)
        if self.now() < self.cut.get(call.plural, 0):
            raise ConnectionResetError("the connection was refused")
        revision = int(call.query["resourceVersion"])
        ends = self.now() + float(call.query.get("timeoutSeconds", "300"))
        return Answer(200, date, lines=self._lines(call.plural, revision, ends))

    async def _lines(self, plural: str, revision: int, ends: float) -> AsyncIterator[bytes]:
        async for change in self.follow(plural, revision, ends):
            if isinstance(change, str):
                yield change.encode()
                continue
            self.see(change)
            yield b'{"type":"%s","object":%s}' % (change.kind.encode(), change.stored.text.encode())

    async def follow(self, plural: str, revision: int, ends: float) -> AsyncIterator[Change | str]:
        """Yield the changes after a revision, and lines for bookmarks and for 410.

        Raise what a broken connection raises.
        """
        storage, breaks = self.requests.storage, self.breaks.get(plural, 0)
        if revision < storage.compacted:
            status = RefusedCallError(410, "too old resource version").body
            yield json.dumps({"type": "ERROR", "object": status})
            return
        history = storage.history[plural]
        at = len(history)
        while at > 0 and history[at - 1].revision > revision:
            at -= 1
        bookmark = self.now() + BOOKMARKS
        while self.now() < ends - TICK:
            self._check()
            if self.breaks.get(plural, 0) != breaks:
                raise ConnectionResetError("the connection was cut")
            if at < len(history):
                change = history[at]
                late = change.at + self.lag.get(plural, 0) + self.delay - self.now()
                if late > TICK:
                    await asyncio.sleep(late)
                    continue
                at += 1
                yield change
                continue
            try:
                async with asyncio.timeout(max(0.0, min(bookmark, ends) - self.now())):
                    await storage.news(plural)
            except TimeoutError:
                if at == len(history) and self.now() >= bookmark - TICK:  # all before it was told
                    bookmark += BOOKMARKS
                    metadata = {"resourceVersion": str(storage.revision)}
                    yield json.dumps({"type": "BOOKMARK", "object": {"metadata": metadata}})


def key_of(item: Mapping[str, Any]) -> Key:
    metadata = item["metadata"]
    return Key(metadata.get("namespace", ""), metadata["name"])
