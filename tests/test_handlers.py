"""Events go into the store, and whom they touch into the queue."""

import asyncio
import logging
from collections.abc import AsyncIterator

import kopf
import pytest

from fakes.answers import take_in
from fakes.clock import BEGIN
from fakes.handlers_harness import ACCESS, DIRECTORY, HandlersHarness
from fakes.values import (
    Spec,
    access_spec,
    binding,
    body,
    directory_spec,
    key,
    mapping,
    snapshot,
)
from groupaccess.application.state.declared import RECONCILE_ANNOTATION
from groupaccess.application.state.directory_memory import DirectoryMemory


@pytest.fixture
async def desk() -> AsyncIterator[HandlersHarness]:
    made = HandlersHarness()
    yield made
    await made.sync.close()


@pytest.mark.parametrize("kind", [None, "ADDED", "MODIFIED"])
async def test_an_object_goes_into_the_store_and_the_queue(
    desk: HandlersHarness, kind: str | None
) -> None:
    await desk.tell(kind, ACCESS)
    assert desk.store.accesses["platform"].access.mappings[0].group == "SRE"
    assert desk.store.watched["GroupAccess"].objects == {"platform": ("uid-platform", "1")}
    assert desk.touched == ["platform"]


async def test_a_version_that_is_stored_already_is_not_read_again(
    desk: HandlersHarness, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.tell("ADDED", ACCESS)
    stored = desk.store.accesses["platform"]
    await desk.tell("MODIFIED", {**ACCESS, "spec": "it would be reported as unreadable"})
    assert desk.store.accesses["platform"] is stored
    assert desk.touched == ["platform"]
    assert caplog.messages == []


async def test_a_list_is_noticed_although_it_shows_what_is_stored_already(
    desk: HandlersHarness,
) -> None:
    await desk.tell("ADDED", ACCESS)
    assert not desk.relisted.is_set()
    await desk.tell(None, ACCESS)
    assert desk.relisted.is_set()


async def test_the_beginning_of_a_deletion_is_read_whatever_its_version(
    desk: HandlersHarness,
) -> None:
    await desk.tell("ADDED", ACCESS)
    ends = {**ACCESS["metadata"], "deletionTimestamp": "2026-01-01T00:00:00Z"}
    await desk.tell("MODIFIED", {**ACCESS, "metadata": ends})
    assert desk.store.accesses["platform"].state.deleting
    assert desk.touched == ["platform", "platform"]


async def test_a_deleted_object_leaves_the_store_and_is_queued(desk: HandlersHarness) -> None:
    await desk.tell("ADDED", ACCESS)
    await desk.tell("DELETED", ACCESS)
    assert desk.store.accesses == {}
    assert desk.store.watched["GroupAccess"].objects == {}
    assert desk.touched == ["platform", "platform"]


async def test_a_directory_touches_its_users_and_is_read(desk: HandlersHarness) -> None:
    await desk.tell("ADDED", ACCESS)
    await desk.tell("ADDED", DIRECTORY)
    assert desk.touched == ["platform", "platform"]
    assert desk.store.watched["KeycloakDirectory"].objects == {"default": ("uid-default", "1")}
    async with asyncio.timeout(5):
        while desk.reader.reads != ["default"]:  # noqa: ASYNC110 -- the fake reader has no event
            await asyncio.sleep(0)


def at(raw: Spec, version: str, uid: str = "anew") -> Spec:
    """Return a namesake, or the object at another version."""
    return {**raw, "metadata": {**raw["metadata"], "resourceVersion": version, "uid": uid}}


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


async def test_a_list_of_kopfs_is_noted(desk: HandlersHarness) -> None:
    for raw in (ACCESS, DIRECTORY):
        await desk.tell("ADDED", raw)
        await desk.tell("MODIFIED", raw)
        await desk.tell("DELETED", raw)
    assert not desk.relisted.is_set()
    await desk.tell(None, ACCESS)
    assert desk.relisted.is_set()
    desk.relisted.clear()
    await desk.tell(None, DIRECTORY)
    assert desk.relisted.is_set()


async def test_a_deleted_directory_is_read_no_more(desk: HandlersHarness) -> None:
    await desk.tell("ADDED", ACCESS)
    await desk.tell("ADDED", DIRECTORY)
    request = desk.requests.open("default")
    await desk.tell("DELETED", DIRECTORY)
    assert desk.store.directories.declared == {}
    assert desk.touched == ["platform"] * 3
    assert desk.requests.open("default") is not request  # the former one is closed


@pytest.mark.parametrize(
    "spec",
    [{}, {"mappings": []}, {"mappings": [{"name": "sre"}]}, {"mappings": [mapping(), mapping()]}],
    ids=["nothing", "no mapping", "half a mapping", "one name twice"],
)
async def test_an_object_that_cannot_be_read_is_looked_at_and_holds(
    desk: HandlersHarness, spec: Spec, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.tell("ADDED", ACCESS)
    await desk.tell("MODIFIED", body("GroupAccess", "platform", spec, version="2"))
    access = desk.store.accesses["platform"].access
    assert access.unreadable or all(mapping.unreadable for mapping in access.mappings)
    assert desk.store.watched["GroupAccess"].objects == {"platform": ("uid-platform", "2")}
    assert desk.touched == ["platform", "platform"]
    assert "GroupAccess platform cannot be read" in caplog.text


async def test_a_directory_that_cannot_be_read_shows_no_secret(
    desk: HandlersHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await desk.tell("ADDED", DIRECTORY)
    wrong = directory_spec(auth={"clientSecret": {"secretRef": "s3cret"}})
    await desk.tell("MODIFIED", body("KeycloakDirectory", "default", wrong, version="2"))
    assert "default" in desk.store.directories.declared
    assert "s3cret" not in caplog.text
    words = desk.store.directories.unreadable["default"].fact
    assert "spec.auth.clientSecret.secretRef" in words
    assert "s3cret" not in words
    await desk.tell("MODIFIED", at(DIRECTORY, "3", "uid-default"))
    assert desk.store.directories.unreadable == {}


def test_kopf_watches_both_kinds_and_nothing_else() -> None:
    """Kopf tells in no public way what is registered."""
    registry = kopf.OperatorRegistry()
    HandlersHarness().handlers.register(registry)
    handlers = registry._watching.get_all_handlers()
    assert sorted(str(handler.id) for handler in handlers) == [
        "groupaccesses",
        "keycloakdirectories",
    ]
    assert not registry._changing.get_all_handlers()


async def test_only_for_another_group_a_directory_is_asked(desk: HandlersHarness) -> None:
    await desk.tell("ADDED", DIRECTORY)
    request = desk.requests.open("default")
    await desk.tell("ADDED", ACCESS)
    assert request.accesses == {"platform"}
    request.accesses.clear()
    role = access_spec(mapping(role="edit"))
    await desk.tell("MODIFIED", body("GroupAccess", "platform", role, version="2"))
    assert request.accesses == set()
    group = access_spec(mapping(group="Dev"))
    await desk.tell("MODIFIED", body("GroupAccess", "platform", group, version="3"))
    assert request.accesses == {"platform"}


async def test_only_another_text_in_the_annotation_asks_everything_again(
    desk: HandlersHarness,
) -> None:
    def annotated(text: str, version: str) -> Spec:
        meta = {**DIRECTORY["metadata"], "resourceVersion": version}
        return {**DIRECTORY, "metadata": {**meta, "annotations": {RECONCILE_ANNOTATION: text}}}

    await desk.tell("ADDED", DIRECTORY)
    wake = desk.requests.open("default").everything
    await desk.tell("MODIFIED", annotated("now", "2"))
    assert wake.is_set()
    wake.clear()
    await desk.tell("MODIFIED", annotated("now", "3"))
    assert not wake.is_set()
    await desk.tell("MODIFIED", annotated("once more", "4"))
    assert wake.is_set()


async def test_a_status_that_others_wrote_is_said_again_without_a_round(
    desk: HandlersHarness,
) -> None:
    await desk.tell("ADDED", DIRECTORY)
    request = desk.requests.open("default")
    request.everything.clear()
    forged = {**DIRECTORY, "status": {"directoryId": "another"}}
    meta = {**DIRECTORY["metadata"], "resourceVersion": "2"}
    await desk.tell("MODIFIED", {**forged, "metadata": meta})
    assert request.new.is_set()
    assert not request.everything.is_set()
