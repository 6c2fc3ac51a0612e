"""What somebody may have meant is looked for slowly, once, and only for a message."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from fakes.directory_harness import DirectoryHarness
from fakes.keycloak_realm import VIEW_REALM
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import mapping
from groupaccess.application.directory.suggestions import REPEAT_SECONDS
from groupaccess.domain.directory.suggestions import Suggestion


@pytest.fixture
async def typo(desk: DirectoryHarness) -> AsyncIterator[DirectoryHarness]:
    """Give a desk with a GroupAccess for `develper`, while suggestions are made."""
    desk.realm.create_group("/Developer")
    desk.use("platform", mapping(group="develper"))
    desk.declare(syncInterval="24h")  # no round of its own between what a test does
    running = asyncio.create_task(desk.suggestions.run())
    await asyncio.sleep(1)
    desk.context()
    desk.touched.clear()
    yield desk
    running.cancel()


def hint(desk: DirectoryHarness) -> Suggestion | None:
    return desk.context().suggestions.get("develper")


async def test_a_message_comes_at_once_and_better_a_moment_later(typo: DirectoryHarness) -> None:
    said = typo.verdict().message
    assert said.startswith('Keycloak has no group "develper". ')
    typo.suggestions.request("default", "develper")
    await asyncio.sleep(3)
    assert typo.touched == ["platform"]
    assert hint(typo) == Suggestion(("/Developer",))
    assert "did you mean /Developer?" in typo.verdict().message


async def test_a_role_of_that_name_is_a_hint(typo: DirectoryHarness) -> None:
    typo.realm.roles.add("develper")
    typo.realm.rights["groupaccess"].add(VIEW_REALM)
    typo.suggestions.request("default", "develper")
    await asyncio.sleep(3)
    assert hint(typo) == Suggestion(("/Developer",), is_role=True)


async def test_the_same_is_looked_for_again_after_ten_minutes(typo: DirectoryHarness) -> None:
    for _ in range(3):
        typo.suggestions.request("default", "develper")
        await asyncio.sleep(10)
    assert typo.reader.held == ["develper", "deve"]
    await asyncio.sleep(REPEAT_SECONDS)
    typo.suggestions.request("default", "develper")
    await asyncio.sleep(10)
    assert typo.reader.held == ["develper", "deve"] * 2


async def test_two_requests_a_second_are_made_for_all_together(typo: DirectoryHarness) -> None:
    for number in range(20):
        typo.suggestions.request("default", f"nobody-{number}")
    await asyncio.sleep(10)
    assert 15 <= len(typo.reader.held) + typo.reader.roles_asked <= 21


async def test_a_name_that_is_like_no_other_is_searched_in_halves_and_no_more(
    typo: DirectoryHarness,
) -> None:
    typo.suggestions.request("default", "/x/qwertyzz")
    await asyncio.sleep(10)
    assert typo.reader.held == ["qwertyzz", "qwer", "tyzz"]


def _down(desk: DirectoryHarness) -> None:
    desk.reader.down = True


def _gone(desk: DirectoryHarness) -> None:
    desk.store.drop_directory("default")


def _without_secret(desk: DirectoryHarness) -> None:
    desk.cluster.secrets.clear()


@pytest.mark.parametrize("trouble", [_down, _gone, _without_secret])
async def test_what_cannot_be_looked_for_is_left_and_the_next_is_looked_for(
    typo: DirectoryHarness, trouble: Callable[[DirectoryHarness], None]
) -> None:
    secrets, declared = dict(typo.cluster.secrets), typo.store.directories.declared["default"]
    trouble(typo)
    typo.suggestions.request("default", "develper")
    await asyncio.sleep(10)
    assert typo.reader.held == []
    typo.reader.down = False
    typo.cluster.secrets.update(secrets)
    if "default" not in typo.store.directories.declared:
        typo.store.put_directory(declared)
    typo.suggestions.request("default", "another")
    await asyncio.sleep(10)
    assert typo.reader.held[0] == "another"


@pytest.mark.parametrize("trouble", [_down, _without_secret])
async def test_a_failure_takes_no_suggestion_back(
    typo: DirectoryHarness, trouble: Callable[[DirectoryHarness], None]
) -> None:
    typo.suggestions.request("default", "develper")
    await asyncio.sleep(REPEAT_SECONDS + 10)
    trouble(typo)
    typo.touched.clear()
    typo.suggestions.request("default", "develper")
    await asyncio.sleep(10)
    assert hint(typo) == Suggestion(("/Developer",))
    assert typo.touched == []


async def test_only_a_group_that_is_not_found_asks_for_a_suggestion(
    harness: ReconcilerHarness,
) -> None:
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE"), mapping("typo", "typo"))
    await harness.reconcile()
    assert harness.suggested == []
    harness.read("/SRE")
    await harness.settle()
    assert set(harness.suggested) == {("default", "typo")}
