"""What is told of a former object changes nothing for its namesake."""

import pytest

from fakes.answers import take_in
from fakes.clock import BEGIN
from fakes.handlers_harness import ACCESS, DIRECTORY, HandlersHarness, at
from fakes.values import Spec, binding, key, snapshot
from groupaccess.application.state.directory_memory import DirectoryMemory


def uid_of(desk: HandlersHarness, raw: Spec) -> str:
    """Return the uid of the object that the store has under its name."""
    if raw["kind"] == "GroupAccess":
        return desk.store.accesses["platform"].state.ref.uid
    return desk.store.directories.declared["default"].state.ref.uid


@pytest.mark.parametrize("raw", [ACCESS, DIRECTORY], ids=["an object", "a directory"])
@pytest.mark.parametrize("kind", ["DELETED", "MODIFIED", "ADDED"])
async def test_late_news_of_a_former_object_change_nothing_for_its_namesake(
    desk: HandlersHarness, raw: Spec, kind: str
) -> None:
    await desk.tell("ADDED", raw)
    await desk.tell("ADDED", at(raw, "9"))
    await desk.tell(kind, at(raw, "8", raw["metadata"]["uid"]))
    assert uid_of(desk, raw) == "anew"
    assert list(desk.store.watched[raw["kind"]].objects.values()) == [("anew", "9")]


async def test_what_was_known_of_a_former_object_ends_when_its_namesake_comes(
    desk: HandlersHarness,
) -> None:
    await desk.tell("ADDED", ACCESS)
    await desk.tell("ADDED", DIRECTORY)
    take_in(desk.store, snapshot("/SRE"), BEGIN)
    desk.store.memory("platform").applied[key()] = binding(key()).content
    await desk.tell("ADDED", at(ACCESS, "8"))
    await desk.tell("ADDED", at(DIRECTORY, "9"))  # its end was not told yet, or never will be
    assert desk.store.directories.memory("default") == DirectoryMemory("anew")
    assert not desk.store.memory("platform").applied


async def test_what_an_audit_finds_gone_goes_as_if_it_had_been_told(desk: HandlersHarness) -> None:
    await desk.tell("ADDED", ACCESS)
    await desk.tell("ADDED", DIRECTORY)
    desk.touched.clear()
    request = desk.requests.open("default")
    desk.events.record_deletions("GroupAccess", {"platform": "uid-platform"}, "9")
    desk.events.record_deletions(
        "KeycloakDirectory", {"default": "uid-default", "never seen": "x"}, "9"
    )
    assert (desk.store.accesses, desk.store.directories.declared) == ({}, {})
    assert not any(seen.objects for seen in desk.store.watched.values())
    assert desk.touched == ["platform"]
    assert desk.requests.open("default") is not request  # the former one is closed
