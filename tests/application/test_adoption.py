"""What replaces a binding has settled, is looked at once more, and only then is it deleted."""

import asyncio
from typing import Any

import pytest

from domain.handmade import found, granted
from fakes.adoption import FakeAdoptionCluster
from fakes.values import access_spec, body, mapping
from groupaccess.api import v1alpha1 as api
from groupaccess.application.adoption import (
    Removal,
    RemovalResult,
    draft_from_cluster,
    remove_replaced,
)
from groupaccess.domain.adoption.candidates import BindingFilter
from groupaccess.domain.adoption.drafts import AdoptionOptions

OLD, OURS = found("by-hand"), granted("sre", "SRE")
SETTLE = 3.0


@pytest.fixture
def cluster() -> FakeAdoptionCluster:
    """Return a cluster in which a GroupAccess grants what a binding made by hand grants, too."""
    made = FakeAdoptionCluster()
    made.put(OLD)
    made.put(OURS)
    declare(made)
    return made


def declare(cluster: FakeAdoptionCluster, state: str = "Granted", **more: Any) -> None:
    made = body("GroupAccess", "adopted", access_spec(mapping(), **more))
    shown = [{"name": "sre", "state": state, "reason": "Granted"}]
    made["status"] = {"observedGeneration": 1, "mappings": shown}
    cluster.accesses["adopted"] = api.GroupAccess.read(made)


async def remove(
    cluster: FakeAdoptionCluster, selector: str = "", *, dry_run: bool = False
) -> list[Removal]:
    removals = remove_replaced(cluster, selector, BindingFilter(), dry_run=dry_run, settle=SETTLE)
    return [removal async for removal in removals]


def results(removals: list[Removal]) -> list[RemovalResult]:
    return [removal.result for removal in removals]


async def test_a_covered_binding_is_deleted_after_it_has_settled(
    cluster: FakeAdoptionCluster,
) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert results(await remove(cluster)) == [RemovalResult.DELETED]
    assert loop.time() - begun == pytest.approx(SETTLE)
    assert cluster.deleted == [OLD.binding.key]


async def test_a_dry_run_neither_waits_nor_deletes(cluster: FakeAdoptionCluster) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert results(await remove(cluster, dry_run=True)) == [RemovalResult.COVERED]
    assert loop.time() == begun
    assert cluster.deleted == []


async def test_what_covers_need_not_be_selected(cluster: FakeAdoptionCluster) -> None:
    cluster.put(found("by-hand", labels={"team": "a"}))
    cluster.put(found("another"))
    assert results(await remove(cluster, "team=a")) == [RemovalResult.DELETED]
    assert cluster.deleted == [OLD.binding.key]


async def test_a_cover_that_changes_while_it_settles_deletes_nothing(
    cluster: FakeAdoptionCluster,
) -> None:
    cluster.before_look = lambda: cluster.put(OURS)
    (removal,) = await remove(cluster)
    assert removal.result is RemovalResult.FAILED
    assert "has just changed" in removal.remarks[0]
    assert cluster.deleted == []


async def test_a_group_access_that_grants_no_more_deletes_nothing(
    cluster: FakeAdoptionCluster,
) -> None:
    cluster.before_look = lambda: declare(cluster, "Held")
    (removal,) = await remove(cluster)
    assert removal.result is RemovalResult.FAILED
    assert cluster.deleted == []


async def test_a_binding_that_changes_while_it_settles_is_kept(
    cluster: FakeAdoptionCluster,
) -> None:
    cluster.before_look = lambda: cluster.put(found("by-hand", "SRE", "dev"))
    assert results(await remove(cluster)) == [RemovalResult.FAILED]
    assert cluster.deleted == []


async def test_a_binding_that_is_gone_meanwhile_is_no_failure(
    cluster: FakeAdoptionCluster,
) -> None:
    cluster.before_look = lambda: cluster.bindings.pop(OLD.binding.key)
    assert results(await remove(cluster)) == [RemovalResult.GONE]


async def test_a_refused_deletion_says_what_to_do(cluster: FakeAdoptionCluster) -> None:
    cluster.may_delete = False
    (removal,) = await remove(cluster)
    assert removal.result is RemovalResult.FAILED
    assert removal.remarks[0].endswith("Correct the cause and run the command again.")


async def test_a_draft_leaves_a_group_access_that_grants_something_else_its_name(
    cluster: FakeAdoptionCluster,
) -> None:
    cluster.bindings.pop(OURS.binding.key)
    cluster.accesses.clear()
    fresh = await draft_from_cluster(cluster, "", AdoptionOptions(), "default")
    (draft,) = fresh.drafts
    cluster.accesses[draft.name] = api.GroupAccess.read(
        body("GroupAccess", draft.name, access_spec(mapping(role="edit")))
    )
    again = await draft_from_cluster(cluster, "", AdoptionOptions(), "default")
    assert [each.name for each in again.drafts] != [draft.name]
