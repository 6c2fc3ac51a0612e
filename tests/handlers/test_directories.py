"""Events of a KeycloakDirectory go into the store, and it is asked what is new."""

import asyncio
import logging

import pytest

from fakes.handlers_harness import ACCESS, DIRECTORY, HandlersHarness, at
from fakes.values import Spec, access_spec, body, directory_spec, mapping
from groupaccess.application.state.declared_objects import RECONCILE_ANNOTATION


async def test_a_directory_touches_its_users_and_is_read(desk: HandlersHarness) -> None:
    await desk.tell("ADDED", ACCESS)
    await desk.tell("ADDED", DIRECTORY)
    assert desk.touched == ["platform", "platform"]
    assert desk.store.watched["KeycloakDirectory"].objects == {"default": ("uid-default", "1")}
    async with asyncio.timeout(5):
        while desk.reader.reads != ["default"]:  # noqa: ASYNC110 -- the fake reader has no event
            await asyncio.sleep(0)


async def test_a_deleted_directory_is_read_no_more(desk: HandlersHarness) -> None:
    await desk.tell("ADDED", ACCESS)
    await desk.tell("ADDED", DIRECTORY)
    request = desk.requests.open("default")
    await desk.tell("DELETED", DIRECTORY)
    assert desk.store.directories.declared == {}
    assert desk.touched == ["platform"] * 3
    assert desk.requests.open("default") is not request  # the former one is closed


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
