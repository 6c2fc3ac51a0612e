"""Of a large realm only what is in use is looked up: there, also what is in use elsewhere."""

import asyncio
from dataclasses import replace

import pytest

from fakes.desk import Desk
from fakes.keycloak import FakeClient, membership
from fakes.side_by_side import ELSEWHERE, FORMER, LOST, judge, other, prefixed, two_directories
from fakes.values import (
    access,
    directory,
    mapping,
    snapshot,
)
from groupaccess.application.store import Store
from groupaccess.domain.directory import Reading, Snapshot
from groupaccess.domain.in_use import InUse
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict import Outcome


@pytest.fixture
def store() -> Store:
    return two_directories()


def looked_up(found: Snapshot, used: InUse) -> Reading:
    return Reading(replace(found, looked_up=used, counted=9000))


def test_another_directory_is_asked_for_the_names_in_use(store: Store) -> None:
    store.put_binding(FORMER)
    store.put_reading("default", Reading(snapshot("/Old")))
    store.put_access(access("theirs", mapping(group="Own"), directoryRef={"name": "other"}))
    used = store.in_use("other")
    assert used == InUse(frozenset({"Own"}), others=frozenset({"SRE", "Dev", "Old", "Former"}))
    assert store.in_use("default").others == {"Own"}


@pytest.mark.parametrize(
    ("own", "theirs", "names"),
    [("kc:", "kc:", {"SRE", "Dev"}), ("kc:", "", {"kc:SRE", "kc:Dev", "Dev"}), ("", "kc:", set())],
)
def test_names_are_asked_for_as_tokens_carry_them(
    store: Store, own: str, theirs: str, names: set[str]
) -> None:
    store.put_directory(directory(version="2", **prefixed(own)))
    store.put_directory(other(version="2", **prefixed(theirs)))
    assert store.in_use("other").others == names


def test_with_one_directory_nobody_elses_names_are_asked_for(store: Store) -> None:
    store.drop_directory("other")
    assert store.in_use("default").others == frozenset()


def test_a_new_grant_waits_until_the_other_directory_was_asked(store: Store) -> None:
    used = replace(store.in_use("other"), others=frozenset({"Dev"}))
    assert store.put_reading("other", looked_up(snapshot(), used)) == {"platform"}
    assert store.unasked("platform") == {"other"}
    assert store.unasked("shop") == frozenset()
    waits = judge(store)
    assert (waits.outcome, waits.reason) == (Outcome.HOLD, Reason.KEYCLOAK_UNAVAILABLE)
    assert judge(store, "shop").outcome is Outcome.GRANT
    now = looked_up(snapshot("/x/SRE"), store.in_use("other"))
    assert store.put_reading("other", now) == {"platform"}
    assert judge(store).reason is Reason.CLAIM_COLLISION


def test_nobody_waits_for_a_directory_that_cannot_be_read(store: Store) -> None:
    store.put_reading("other", looked_up(snapshot(), InUse()))
    assert store.put_reading("other", Reading(failure=LOST)) == {"platform", "shop"}
    assert store.unasked("platform") == frozenset()
    assert judge(store).outcome is Outcome.GRANT


def test_a_failure_of_its_own_directory_is_said_rather_than_that_it_waits(store: Store) -> None:
    store.put_reading("other", looked_up(snapshot(), InUse()))
    store.put_reading("default", Reading(failure=LOST))
    said = judge(store)
    assert said.message == LOST.message
    assert said.last is not None


@pytest.mark.parametrize("looks_up", [False, True])
async def test_the_other_directory_is_read_soon_when_it_is_to_be_asked(
    desk: Desk, *, looks_up: bool
) -> None:
    realm = desk.reader.create_realm("OTHER")
    realm.clients["headlamp"] = FakeClient((membership(),))
    realm.create_group("/x/Dev")
    desk.realm.create_group("/Dev")
    desk.reader.looks_up = looks_up
    desk.declare(syncInterval="1h")
    desk.declare("other", syncInterval="1h", issuer=ELSEWHERE)
    await asyncio.sleep(10)
    desk.reader.reads.clear()
    desk.store.put_access(access(group := "new", mapping(group="Dev")))
    desk.sync.ask_others([group])
    await asyncio.sleep(10)
    assert desk.reader.reads == (["other"] if looks_up else [])
    assert desk.store.unasked("new") == frozenset()
