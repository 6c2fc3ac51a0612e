"""Events go into the store, and whom they touch into the queue."""

import kopf
import pytest

from fakes.handlers_harness import ACCESS, DIRECTORY, HandlersHarness
from fakes.values import Spec, body, mapping


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
