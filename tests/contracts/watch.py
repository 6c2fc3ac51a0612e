"""What kopf does with the handlers: in which order it tells of what, and how it ends.

No port: kopf itself calls the handlers. What happens when the history of a watch is gone is shown
on the operator (`e2e/test_compaction.py`).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import kopf

from fakes.waiting import until
from groupaccess.handlers import Handlers
from groupaccess.lifecycle import Watch

QUIET = 0.5  # seconds in which whatever comes has come
MANY = 20  # edits

Pair = tuple[str | None, str]


@dataclass(frozen=True)
class Note:
    """An event: its type, and what the object said; `group` is that of its mapping."""

    type: str | None
    kind: str
    name: str
    uid: str
    group: str


class Witness(Handlers):
    """Notes what it is told, and does nothing else.

    While `busy` is not set, it stays in the call that told of the object `slow`.
    """

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.fails = False
        self.slow = ""
        self.busy = asyncio.Event()

    async def on_access(self, event: kopf.RawEvent, **_: Any) -> None:
        body = event["object"]
        group = body["spec"]["mappings"][0]["group"]
        await self._note("GroupAccess", event, group)

    async def on_directory(self, event: kopf.RawEvent, **_: Any) -> None:
        await self._note("KeycloakDirectory", event, "")

    async def _note(self, kind: str, event: kopf.RawEvent, group: str) -> None:
        metadata = event["object"]["metadata"]
        name, uid = metadata["name"], metadata["uid"]
        self.notes.append(Note(event["type"], kind, name, uid, group))
        if self.fails:
            raise ValueError("this handler fails")
        if name == self.slow:
            await self.busy.wait()

    def of(self, name: str) -> list[Pair]:
        """Return type and group of each event of an object."""
        return [(note.type, note.group) for note in self.notes if note.name == name]


class Stage(Protocol):
    """A cluster, what people write in it, and how kopf watches it.

    `name` and `other` are DNS labels that nothing else uses.
    """

    watch: Watch
    name: str
    other: str

    def put_access(self, name: str, group: str) -> None:
        """Make a GroupAccess with one mapping, or change its group."""

    def put_directory(self, name: str) -> None:
        """Make a KeycloakDirectory."""

    def remove_access(self, name: str) -> None:
        """Delete a GroupAccess."""


@asynccontextmanager
async def watching(stage: Stage, witness: Witness) -> AsyncIterator[None]:
    """Let kopf watch, and give control once it has told what existed: `other` did."""
    stage.put_access(stage.other, "before")
    stop = asyncio.Event()

    async def end() -> None:
        await asyncio.sleep(0)

    task = asyncio.create_task(stage.watch(witness, stop, end))
    try:
        await until(lambda: witness.of(stage.other))
        yield
    finally:
        stop.set()
        await task


class WatchContract:
    """Subclasses give the fixture `stage`."""

    async def test_what_existed_is_told_without_a_type(self, stage: Stage) -> None:
        witness = Witness()
        stage.put_access(stage.name, "SRE")
        async with watching(stage, witness):
            await until(lambda: witness.of(stage.name))
            assert witness.of(stage.name) == [(None, "SRE")]
            assert witness.of(stage.other) == [(None, "before")]

    async def test_what_is_made_edited_and_deleted_is_told_in_this_order(
        self, stage: Stage
    ) -> None:
        witness, told = Witness(), list[Pair]()
        async with watching(stage, witness):
            stage.put_access(stage.name, "SRE")
            told.append(("ADDED", "SRE"))
            await until(lambda: witness.of(stage.name) == told)
            stage.put_access(stage.name, "Ops")
            told.append(("MODIFIED", "Ops"))
            await until(lambda: witness.of(stage.name) == told)
            stage.remove_access(stage.name)
            told.append(("DELETED", "Ops"))
            await until(lambda: witness.of(stage.name) == told)

    async def test_each_kind_is_told_to_its_own_handler(self, stage: Stage) -> None:
        witness = Witness()
        async with watching(stage, witness):
            stage.put_directory(stage.name)
            stage.put_access(stage.name, "SRE")
            await until(lambda: len(witness.of(stage.name)) == 2)
            kinds = {note.kind for note in witness.notes if note.name == stage.name}
            assert kinds == {"GroupAccess", "KeycloakDirectory"}

    async def test_of_many_edits_within_a_moment_each_is_told_in_order(self, stage: Stage) -> None:
        witness, groups = Witness(), [f"group-{number}" for number in range(MANY)]
        async with watching(stage, witness):
            for group in groups:
                stage.put_access(stage.name, group)
            await until(lambda: len(witness.of(stage.name)) == MANY)
            assert [group for _, group in witness.of(stage.name)] == groups

    async def test_a_namesake_is_told_by_its_own_uid(self, stage: Stage) -> None:
        witness = Witness()
        async with watching(stage, witness):
            stage.put_access(stage.name, "SRE")
            await until(lambda: witness.of(stage.name))
            stage.remove_access(stage.name)
            stage.put_access(stage.name, "Ops")
            await until(lambda: len(witness.of(stage.name)) == 3)
            (first, *_) = (note for note in witness.notes if note.name == stage.name)
            ends = [note.type for note in witness.notes if note.uid == first.uid]
            anew = [note for note in witness.notes if note.name == stage.name]
            anew = [note for note in anew if note.uid != first.uid]
            assert ends == ["ADDED", "DELETED"]
            assert [(note.type, note.group) for note in anew] == [("ADDED", "Ops")]

    async def test_while_a_handler_is_busy_with_an_object_only_others_are_told(
        self, stage: Stage
    ) -> None:
        witness = Witness()
        witness.slow = stage.name
        async with watching(stage, witness):
            stage.put_access(stage.name, "SRE")
            await until(lambda: witness.of(stage.name))
            stage.put_access(stage.name, "Ops")
            stage.put_access(stage.other, "meanwhile")
            await until(lambda: witness.of(stage.other)[-1] == ("MODIFIED", "meanwhile"))
            await asyncio.sleep(QUIET)
            assert witness.of(stage.name) == [("ADDED", "SRE")]
            witness.busy.set()
            await until(lambda: witness.of(stage.name)[-1] == ("MODIFIED", "Ops"))

    async def test_a_handler_that_fails_is_told_the_next_change_and_not_the_same_again(
        self, stage: Stage
    ) -> None:
        witness = Witness()
        async with watching(stage, witness):
            witness.fails = True
            stage.put_access(stage.name, "SRE")
            await until(lambda: witness.of(stage.name))
            await asyncio.sleep(QUIET)
            assert witness.of(stage.name) == [("ADDED", "SRE")]
            witness.fails = False
            stage.put_access(stage.name, "Ops")
            await until(lambda: witness.of(stage.name)[1:] == [("MODIFIED", "Ops")])

    async def test_it_ends_when_all_else_has_ended(self, stage: Stage) -> None:
        stop, ends = asyncio.Event(), list[str]()

        async def end() -> None:
            ends.append("begins")
            await asyncio.sleep(QUIET)
            ends.append("is over")

        task = asyncio.create_task(stage.watch(Witness(), stop, end))
        await asyncio.sleep(QUIET)
        assert not task.done()
        assert ends == []
        stop.set()
        await task
        assert ends == ["begins", "is over"]
