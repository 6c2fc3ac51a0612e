"""A role that is bound and that the operator may not bind any more is reported."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable

import pytest

from fakes.reconciler_harness import ReconcilerHarness
from fakes.rights import FakeRights
from fakes.values import access, mapping
from groupaccess.application.runtime.bindable_roles import (
    INTERVAL_SECONDS,
    POLL_SECONDS,
    RETRY_SECONDS,
    BindableRoles,
)
from groupaccess.application.state.store import Store


class RolesHarness:
    """BindableRoles on fakes, while it runs; `queued` wait for a look."""

    def __init__(self) -> None:
        self.store, self.queued = Store(), list[str]()
        self.rights = FakeRights(("view", "edit"))
        for role in ("view", "edit", "admin"):
            self.store.put_cluster_role(role)
        self.roles = BindableRoles(self.rights, self.store, self._enqueue)

    def _enqueue(self, names: Iterable[str]) -> None:
        self.queued.extend(names)

    def declare(self, name: str, *roles: str) -> None:
        lines = [mapping(f"m{number}", "SRE", role) for number, role in enumerate(roles)]
        version = str(len(self.store.accesses) + 1)
        self.store.put_access(access(name, *lines, version=version))


@pytest.fixture
async def desk() -> AsyncIterator[RolesHarness]:
    made = RolesHarness()
    made.declare("platform", "view", "edit")
    run = asyncio.create_task(made.roles.run())
    await asyncio.sleep(0.1)
    yield made
    run.cancel()


async def test_each_role_in_use_is_asked_for_and_no_other(desk: RolesHarness) -> None:
    assert desk.rights.asked == ["edit", "view"]
    assert desk.store.unbindable == set()
    assert desk.queued == []


async def test_nothing_is_asked_while_nothing_changes_until_a_round_is_due(
    desk: RolesHarness,
) -> None:
    await asyncio.sleep(INTERVAL_SECONDS - 1)
    assert len(desk.rights.asked) == 2
    await asyncio.sleep(2)
    assert len(desk.rights.asked) == 4


async def test_a_list_that_is_narrowed_wakes_who_grants_the_role_and_widened_again(
    desk: RolesHarness,
) -> None:
    desk.declare("other", "view")
    desk.rights.bindable = {"view"}
    desk.store.put_cluster_role("view")  # it changed: the operator's rights may have, too
    await asyncio.sleep(POLL_SECONDS + 0.1)
    assert desk.store.unbindable == {"edit"}
    assert desk.queued == ["platform"]
    desk.rights.bindable = {"view", "edit"}
    desk.store.put_cluster_role("edit")
    await asyncio.sleep(POLL_SECONDS + 0.1)
    assert desk.store.unbindable == set()
    assert desk.queued == ["platform", "platform"]


async def test_a_role_that_comes_into_use_is_asked_for_soon(desk: RolesHarness) -> None:
    desk.declare("other", "admin")
    await asyncio.sleep(POLL_SECONDS + 0.1)
    assert desk.store.unbindable == {"admin"}
    assert desk.queued == ["other"]


async def test_a_role_that_is_used_no_more_is_forgotten(desk: RolesHarness) -> None:
    desk.declare("other", "admin")
    await asyncio.sleep(POLL_SECONDS + 0.1)
    desk.store.drop_access("other")
    await asyncio.sleep(POLL_SECONDS + 0.1)
    assert desk.store.unbindable == set()


async def test_a_question_that_fails_changes_nothing_and_is_asked_again_soon(
    desk: RolesHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    desk.rights.bindable = {"view"}
    desk.rights.fails = 1
    desk.store.put_cluster_role("view")
    await asyncio.sleep(POLL_SECONDS + 0.1)
    assert desk.store.unbindable == set()
    assert "could not check which roles the operator may bind: 503" in caplog.text
    await asyncio.sleep(RETRY_SECONDS)
    assert desk.store.unbindable == {"edit"}


async def test_what_is_bound_stays_and_the_status_says_what_could_not_be_made_again(
    granted: ReconcilerHarness,
) -> None:
    granted.store.put_right("view", bindable=False)
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
    assert granted.said_of("sre") == ("Held", "BindForbidden")
    assert "could not be created again" in granted.mapping()["message"]
    assert granted.condition("Ready") == ("False", "BindForbidden")
    assert granted.status["granted"] == "2/2"
    granted.store.put_right("view", bindable=True)
    await granted.reconcile()
    assert granted.condition("Ready") == ("True", "Granted")
