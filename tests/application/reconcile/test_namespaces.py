"""RoleBindings in namespaces that come, change their labels, terminate and come back."""

import pytest

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import Spec, content, mapping
from groupaccess.application.ports.errors import RejectedError
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

SRE = ("SRE",)
SELECTOR = {"selector": {"matchLabels": {"team": "shop"}}}
NAMES = {"names": ["shop", "bank"]}


def within(namespaces: Spec | None, role: str = "view") -> Spec:
    return mapping("sre", "SRE", role, **({"namespaces": namespaces} if namespaces else {}))


@pytest.fixture
async def two(harness: ReconcilerHarness) -> ReconcilerHarness:
    """Return a cluster in which SRE is granted in the namespaces shop and bank by their names."""
    harness.cluster.label("shop", team="shop")
    harness.cluster.label("bank", team="bank")
    harness.declare_directory()
    harness.declare(within(NAMES))
    harness.read("/SRE")
    await harness.settle()
    assert harness.grants == {"bank/sre:view": SRE, "shop/sre:view": SRE}
    harness.cluster.calls.clear()
    return harness


async def test_names_are_granted_there_and_nowhere_else(two: ReconcilerHarness) -> None:
    assert two.condition("Ready") == ("True", "Granted")
    assert two.status["granted"] == "1/1"
    assert two.mapping()["where"] == {"scope": "Namespaces", "wanted": 2, "granted": 2}
    made = two.cluster.bindings[BindingKey("shop", "groupaccess:platform:sre:view")].content
    assert made.annotation("group-path") == "/SRE"
    assert await two.reconcile() is None
    assert two.cluster.writes == []


async def test_the_whole_cluster_says_so(granted: ReconcilerHarness) -> None:
    assert granted.mapping()["where"] == {"scope": "Cluster"}


async def test_a_restart_writes_nothing(two: ReconcilerHarness) -> None:
    two.restart()
    two.read("/SRE")
    await two.settle()
    assert two.cluster.writes == []


async def test_a_selector_is_followed_as_labels_come_and_go(two: ReconcilerHarness) -> None:
    two.declare(within(SELECTOR))
    await two.settle()
    assert two.grants == {"shop/sre:view": SRE}
    two.cluster.label("bank", team="shop")
    two.cluster.label("late", team="shop")
    await two.reconcile()
    assert sorted(two.grants) == ["bank/sre:view", "late/sre:view", "shop/sre:view"]
    two.cluster.label("shop", team="other")
    assert await two.reconcile() is None
    assert sorted(two.grants) == ["bank/sre:view", "late/sre:view"]


async def test_no_match_is_ready_in_0_namespaces(two: ReconcilerHarness) -> None:
    two.declare(within({"selector": {"matchLabels": {"team": "nobody"}}}))
    await two.settle()
    assert two.grants == {}
    assert two.condition("Ready") == ("True", "Granted")
    assert two.mapping()["where"] == {"scope": "Namespaces", "wanted": 0, "granted": 0}
    assert "selects no active namespace" in two.mapping()["message"]


async def test_a_namespace_that_does_not_exist_is_waited_for_and_served_when_it_comes(
    two: ReconcilerHarness,
) -> None:
    two.declare(within({"names": ["shop", "bank", "late"]}))
    assert await two.reconcile() == 300
    assert two.said_of("sre") == ("Partial", "NamespaceNotFound")
    assert two.condition("Ready") == ("False", "NamespaceNotFound")
    assert two.condition("Reconciling")[0] == "True"
    where = two.mapping()["where"]
    assert (where["wanted"], where["granted"]) == (3, 2)
    assert [problem["namespace"] for problem in where["problems"]] == ["late"]
    two.clock.advance(300)
    await two.reconcile()
    assert two.condition("Stalled")[0] == "True"
    two.cluster.label("late")
    await two.reconcile()
    assert len(two.grants) == 3
    assert two.condition("Ready")[0] == "True"


async def test_nothing_is_written_where_a_namespace_terminates_until_it_is_back(
    two: ReconcilerHarness,
) -> None:
    two.cluster.begin_end_of("shop")
    assert await two.reconcile() is None
    assert two.condition("Ready")[0] == "True"
    assert two.mapping()["where"] == {"scope": "Namespaces", "wanted": 1, "granted": 1}
    two.cluster.end("shop")
    await two.reconcile()
    assert two.said_of("sre") == ("Partial", "NamespaceNotFound")
    two.cluster.label("shop")
    await two.reconcile()
    assert two.grants == {"bank/sre:view": SRE, "shop/sre:view": SRE}


async def test_where_a_namespace_terminates_what_is_removed_goes_all_the_same(
    two: ReconcilerHarness,
) -> None:
    two.cluster.begin_end_of("shop")
    two.declare(within({"names": ["bank"]}))
    await two.reconcile()
    assert two.grants == {"bank/sre:view": SRE}


async def test_the_whole_cluster_becomes_namespaces_and_back_without_a_gap(
    two: ReconcilerHarness,
) -> None:
    two.declare(within(None))
    assert await two.reconcile() == 2
    assert sorted(two.grants) == ["bank/sre:view", "shop/sre:view", "sre:view"]
    two.clock.advance(2)
    assert await two.reconcile() is None
    assert two.grants == {"sre:view": SRE}
    two.declare(within({"names": ["shop"]}))
    assert await two.reconcile() == 2
    assert sorted(two.grants) == ["shop/sre:view", "sre:view"]
    two.clock.advance(2)
    assert await two.reconcile() is None
    assert two.grants == {"shop/sre:view": SRE}


async def test_another_role_comes_in_each_namespace_before_the_old_one_goes(
    two: ReconcilerHarness,
) -> None:
    two.declare(within(NAMES, "edit"))
    assert await two.reconcile() == 2
    assert len(two.grants) == 4
    two.clock.advance(2)
    await two.reconcile()
    assert sorted(two.grants) == ["bank/sre:edit", "shop/sre:edit"]


async def test_another_role_and_one_namespace_less_leaves_nothing_there(
    two: ReconcilerHarness,
) -> None:
    two.declare(within({"names": ["bank"]}, "edit"))
    assert await two.reconcile() == 2
    assert sorted(two.grants) == ["bank/sre:edit", "bank/sre:view"]


async def test_drift_is_repaired_in_its_namespace_alone(two: ReconcilerHarness) -> None:
    two.cluster.remove(BindingKey("shop", "groupaccess:platform:sre:view"))
    await two.reconcile()
    assert two.cluster.writes == ["apply RoleBinding shop/groupaccess:platform:sre:view"]
    assert two.metrics.counts["drift"] == 1


async def test_what_is_denied_in_one_namespace_is_named_there(two: ReconcilerHarness) -> None:
    two.cluster.label("late")
    two.cluster.fail("apply", RejectedError(Failure(Reason.WRITE_REFUSED, "a policy says no.")))
    two.declare(within({"names": ["shop", "bank", "late"]}))
    await two.reconcile()
    assert two.said_of("sre") == ("Partial", "WriteRefused")
    (problem,) = two.mapping()["where"]["problems"]
    assert (problem["namespace"], problem["message"]) == ("late", "a policy says no.")


async def test_a_foreign_binding_of_our_name_hinders_no_other_namespace(
    two: ReconcilerHarness,
) -> None:
    name = "groupaccess:platform:sre:view"
    two.cluster.label("late")
    two.cluster.create(BindingKey("late", name), content("edit"))
    foreign = two.cluster.edit(BindingKey("late", name), has_managed_by_label=False)
    two.declare(within({"names": ["shop", "bank", "late"]}))
    await two.reconcile()
    assert two.cluster.bindings[BindingKey("late", name)] == foreign
    assert two.said_of("sre") == ("Partial", "Conflict")


async def test_two_thousand_namespaces_stay_a_bounded_status(harness: ReconcilerHarness) -> None:
    for number in range(2000):
        harness.cluster.label(f"n{number:04}", team="shop")
    harness.cluster.fail("apply", RejectedError(Failure(Reason.WRITE_REFUSED, "no.")), times=1500)
    harness.declare_directory()
    harness.declare(within(SELECTOR))
    harness.read("/SRE")
    await harness.reconcile()
    where = harness.mapping()["where"]
    assert (where["wanted"], where["granted"]) == (2000, 500)
    assert len(where["problems"]) == 10
    assert len(str(harness.status)) < 4000


async def test_namespaces_need_no_keycloak_once_the_group_is_proven(two: ReconcilerHarness) -> None:
    two.lose_keycloak()
    two.cluster.label("late")
    two.declare(within({"names": ["shop", "late"]}))
    await two.settle()
    assert two.grants == {"late/sre:view": SRE, "shop/sre:view": SRE}


async def test_a_deleted_object_loses_its_bindings_everywhere(two: ReconcilerHarness) -> None:
    two.cluster.objects.remove("GroupAccess", "platform")
    await two.settle()
    assert two.grants == {}


async def test_a_namespace_that_went_before_the_watch_told_is_tried_again(
    two: ReconcilerHarness,
) -> None:
    two.cluster.label("late")
    two.declare(within({"names": ["shop", "late"]}))
    two.watch()
    two.cluster.end("late")
    await two.reconcile(lag=True)
    await two.reconcile()
    assert two.said_of("sre") == ("Partial", "NamespaceNotFound")
