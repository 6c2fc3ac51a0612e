"""A rename beside other groups, mappings and restarts."""

from dataclasses import replace

import pytest

from application.reconcile.renamed_groups import (
    KEPT,
    MINUTES,
    called,
    pass_time,
    read,
    told,
)
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import key, mapping
from groupaccess.domain.access.namespace_scope import Namespace
from groupaccess.domain.binding import RoleRef, Subject
from groupaccess.domain.directory.group import Group


async def test_a_group_of_another_name_touches_nobody(renamed: ReconcilerHarness) -> None:
    assert renamed.take_in(called("OPS", "QA")) == set()


async def test_another_group_of_the_former_name_is_news_also_after_the_edit_in_git(
    renamed: ReconcilerHarness,
) -> None:
    renamed.declare(mapping("sre", "OPS", "view"), mapping("dev", "Dev", "edit"))
    await renamed.settle()
    assert renamed.grants["sre:view"] == ("OPS", "SRE")
    assert renamed.take_in(called("OPS", "SRE")) == {"platform"}
    await renamed.settle()
    assert set(renamed.grants["sre:view"]) == {"OPS"}


async def test_drop_takes_it_away_at_once(renamed: ReconcilerHarness) -> None:
    renamed.declare_directory(onRenamed="Drop")
    await renamed.settle()
    assert set(renamed.grants["sre:view"]) == {"OPS"}
    await read(renamed, called("SRE"))
    assert renamed.grants["sre:view"] == ("SRE",)
    assert len(told(renamed)) == 1


async def test_another_role_takes_it_along_and_the_old_binding_goes(
    renamed: ReconcilerHarness,
) -> None:
    renamed.declare(mapping("sre", "SRE", "edit"), mapping("dev", "Dev", "edit"))
    await renamed.settle()
    assert renamed.grants == {"dev:edit": ("Dev",), "sre:edit": ("OPS", "SRE")}
    await pass_time(renamed, MINUTES)
    assert renamed.grants["sre:edit"] == ("OPS",)


async def test_where_a_namespace_ends_slowly_it_wakes_nobody_again_and_again(
    harness: ReconcilerHarness,
) -> None:
    harness.cluster.namespaces["shop"] = Namespace({})
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE", "view", namespaces={"names": ["shop"]}))
    await read(harness, called("SRE"))
    await read(harness, called("OPS"))
    assert harness.grants == {"shop/sre:view": ("OPS", "SRE")}
    harness.cluster.namespaces["shop"] = Namespace({}, terminating=True)
    await harness.settle()
    assert await pass_time(harness, MINUTES) == ["platform"]
    assert await pass_time(harness, 60) == []


async def test_a_rename_into_a_string_of_others_says_both(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE", "view"))
    await read(harness, called("SRE"))
    both = called("OPS")
    others = Group("/x/OPS", "OPS", "3")
    await read(harness, replace(both, groups=(*both.groups, others)))
    assert harness.grants == {"sre:view": ("SRE",)}
    assert harness.said_of("sre") == ("Held", "ClaimCollision")
    assert harness.mapping()["message"].endswith(f"It is still bound. {KEPT}")
    await pass_time(harness, MINUTES)
    assert harness.cluster.bindings[key()].content.subjects == ()
    assert harness.said_of("sre") == ("Pending", "ClaimCollision")
    await read(harness, both)
    assert harness.cluster.bindings[key()].content.groups == ("OPS",)


async def test_of_an_object_that_cannot_be_read_it_ends_too(renamed: ReconcilerHarness) -> None:
    renamed.cluster.objects.apply("GroupAccess", "platform", {"mappings": "none"})
    await renamed.settle()
    assert renamed.grants["sre:view"] == ("OPS", "SRE")
    await pass_time(renamed, MINUTES)
    assert set(renamed.grants["sre:view"]) == {"OPS"}


@pytest.mark.parametrize("drift", ["deleted", "edited", "another role"])
async def test_a_former_name_is_not_bound_again_once_nothing_is_known_any_more(
    harness: ReconcilerHarness, drift: str
) -> None:
    """It was renamed while suspended: what was applied last is not what answers give."""
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE", "view"))
    await read(harness, called("SRE"))
    harness.declare_directory(suspend=True)
    await harness.settle()
    await read(harness, called("OPS"))
    if drift == "deleted":
        harness.cluster.bindings.pop(key())
    elif drift == "edited":
        harness.cluster.edit(key(), subjects=(Subject("Group", "evil"),))
    else:
        harness.cluster.edit(key(), role=RoleRef("ClusterRole", "edit"))
    await harness.settle()
    harness.cluster.objects.remove("KeycloakDirectory", "default")
    await harness.settle()
    assert harness.condition("Ready") == ("False", "DirectoryNotFound")
    assert [subject for groups in harness.grants.values() for subject in groups] == []


async def test_what_the_last_answers_gave_is_repaired_once_nothing_is_known_any_more(
    renamed: ReconcilerHarness,
) -> None:
    renamed.cluster.objects.remove("KeycloakDirectory", "default")
    await renamed.settle()
    renamed.cluster.bindings.pop(key())
    await renamed.settle()
    assert renamed.grants == {"dev:edit": ("Dev",), "sre:view": ("OPS", "SRE")}
