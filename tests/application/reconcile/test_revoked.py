"""What is over goes at once whatever else fails, and the status says what is bound until then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import content, failure, key, mapping, snapshot
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.state.write_attempt import REPORT_AFTER_SECONDS
from groupaccess.domain.binding import Subject
from groupaccess.domain.directory.group import Group
from groupaccess.domain.reasons import Reason

STRONG = key(name="adm", role="edit")
END = timedelta(hours=1)
REFUSED = failure(Reason.WRITE_REFUSED, "a policy says no")


def viewers(*namespaces: str) -> dict[str, object]:
    return mapping("v", "SRE", "view", namespaces={"names": list(namespaces)})


def strong(harness: ReconcilerHarness) -> dict[str, object]:
    end = (harness.clock.now() + END).isoformat()
    return mapping("adm", "SRE", "edit", expiresAt=end)


@pytest.fixture
async def beside(harness: ReconcilerHarness) -> ReconcilerHarness:
    """Return a cluster in which SRE may edit for an hour, and view in a namespace for long.

    Whoever views is to view in another namespace, too, where each write fails.
    """
    harness.declare_directory()
    harness.cluster.label("shop")
    administrators = strong(harness)
    harness.declare(administrators, viewers("shop"))
    harness.read("/SRE")
    await harness.settle()
    harness.clock.advance(60)
    harness.cluster.label("bank")
    harness.declare(administrators, viewers("shop", "bank"))
    harness.cluster.fail("apply", times=1000)
    await harness.reconcile()
    assert set(harness.grants) == {"adm:edit", "shop/v:view"}
    harness.cluster.calls.clear()
    return harness


def expire(harness: ReconcilerHarness) -> None:
    harness.clock.advance(END.total_seconds())


def remove(harness: ReconcilerHarness) -> None:
    harness.declare(viewers("shop", "bank"))


def disallow(harness: ReconcilerHarness) -> None:
    harness.declare_directory(allowedClusterRoles=["view"])


@pytest.mark.parametrize("end", [expire, remove, disallow])
async def test_what_is_over_goes_at_once_beside_a_write_that_fails_for_the_same_group(
    beside: ReconcilerHarness, end: Callable[[ReconcilerHarness], None]
) -> None:
    end(beside)
    before = beside.clock.monotonic()
    await beside.reconcile()
    assert set(beside.grants) == {"shop/v:view"}
    assert f"delete {STRONG}" in beside.cluster.writes
    assert beside.clock.monotonic() == before


@pytest.mark.parametrize("end", [expire, remove, disallow])
async def test_what_is_over_goes_at_once_beside_writes_that_hang(
    beside: ReconcilerHarness, end: Callable[[ReconcilerHarness], None]
) -> None:
    end(beside)
    beside.cluster.hang("apply", times=1000)
    await beside.reconcile()
    assert set(beside.grants) == {"shop/v:view"}


async def test_a_string_that_was_given_up_does_not_come_back_in_an_outage_beside_a_failure(
    granted: ReconcilerHarness,
) -> None:
    granted.declare_directory(onRenamed="Drop")
    another = mapping("another", "SRE", "view")  # the first to be written, and each time it fails
    granted.declare(another, mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"))
    groups = (Group("/Dev", "Dev", "id-/Dev"), Group("/SRE2", "SRE2", "id-/SRE"))
    granted.take_in(replace(snapshot(), groups=groups))
    granted.cluster.fail("apply")
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE2",)}
    granted.lose_keycloak()
    granted.cluster.fail("apply")
    await granted.reconcile()
    assert granted.grants["sre:view"] == ("SRE2",)


async def test_a_binding_with_another_role_is_made_anew_and_said_to_be_bound_only_then(
    granted: ReconcilerHarness,
) -> None:
    granted.cluster.remove(key())
    granted.cluster.create(key(), content("cluster-admin", "SRE"))
    await granted.reconcile()
    assert granted.cluster.bindings[key()].content.role.name == "view"
    assert granted.grants["sre:view"] == ("SRE",)
    assert granted.condition("Ready") == ("True", "Granted")


async def test_a_binding_that_cannot_be_made_anew_is_not_said_to_be_bound(
    granted: ReconcilerHarness,
) -> None:
    granted.cluster.remove(key())
    granted.cluster.create(key(), content("cluster-admin", "SRE"))
    granted.cluster.fail("apply", RejectedError(REFUSED), times=10)
    await granted.reconcile()
    assert set(granted.grants) == {"dev:edit"}
    assert granted.said_of("sre") == ("Pending", "WriteRefused")
    assert granted.condition("Ready") == ("False", "WriteRefused")
    assert granted.status["granted"] == "1/2"


async def test_status_of_a_change_that_is_refused_is_held_and_counts(
    granted: ReconcilerHarness,
) -> None:
    granted.cluster.fail("apply", RejectedError(REFUSED), times=10)
    granted.cluster.edit(key(), subjects=(Subject("Group", "SRE"), Subject("User", "mallory")))
    await granted.reconcile()
    assert granted.said_of("sre") == ("Held", "WriteRefused")
    assert granted.status["granted"] == "2/2"


async def test_status_of_what_has_ended_and_is_bound_yet_says_so(beside: ReconcilerHarness) -> None:
    expire(beside)
    beside.cluster.fail("delete", times=2)
    await beside.reconcile()
    beside.clock.advance(REPORT_AFTER_SECONDS)
    await beside.reconcile()
    assert beside.said_of("adm") == ("Held", "Expired")
    assert f"still bound: {STRONG}" in beside.mapping("adm")["message"]
    assert beside.status["granted"] == "2/2"
    beside.clock.advance(2)
    await beside.reconcile()
    assert beside.said_of("adm") == ("Expired", "Expired")


async def test_status_of_a_binding_with_another_role_that_stays_says_so(
    granted: ReconcilerHarness,
) -> None:
    granted.cluster.remove(key())
    granted.cluster.create(key(), content("cluster-admin", "SRE"))
    granted.cluster.fail("delete", RejectedError(REFUSED), times=10)
    await granted.reconcile()
    assert granted.said_of("sre") == ("Held", "WriteRefused")
    assert granted.condition("Ready") == ("False", "WriteRefused")
    assert f"still bound: {key()}" in granted.mapping()["message"]


async def test_status_of_what_is_revoked_counts_where_it_is_bound_yet(
    harness: ReconcilerHarness,
) -> None:
    harness.declare_directory()
    harness.cluster.label("shop")
    harness.cluster.label("bank")
    harness.declare(viewers("shop", "bank"))
    harness.read("/SRE")
    await harness.settle()
    harness.declare_directory(allowedClusterRoles=["edit"])
    harness.cluster.fail("delete", RejectedError(REFUSED))
    await harness.reconcile()
    assert harness.said_of("v") == ("Held", "ClusterRoleNotAllowed")
    assert harness.mapping("v")["where"] == {"scope": "Namespaces", "wanted": 2, "granted": 1}
    await harness.settle()
    harness.clock.advance(5)
    await harness.settle()
    assert harness.said_of("v") == ("Revoked", "ClusterRoleNotAllowed")
    assert harness.mapping("v")["where"] == {"scope": "Namespaces", "wanted": 2, "granted": 0}


async def test_a_pin_that_could_not_be_kept_is_said(granted: ReconcilerHarness) -> None:
    groups = (Group("/Dev", "Dev", "id-/Dev"), Group("/SRE", "SRE", "another id"))
    granted.cluster.fail("apply", RejectedError(REFUSED), times=10)
    granted.take_in(replace(snapshot(), groups=groups))
    await granted.reconcile()
    assert granted.grants == {"dev:edit": ("Dev",)}
    assert granted.said_of("sre") == ("Revoked", "GroupReplaced")
    said = granted.mapping()["message"]
    lost = "The binding that should keep the group's id could not be written"
    assert said.endswith(f"{lost}: {REFUSED.message}")


async def test_what_an_object_left_behind_is_not_used_for_its_namesake(
    granted: ReconcilerHarness,
) -> None:
    """The object goes while its bindings are written, and is made anew while Keycloak is down."""
    granted.declare(mapping("sre", "SRE", "edit"))

    def remove_object() -> None:
        granted.cluster.objects.remove("GroupAccess", "platform")
        granted.store.drop_access("platform")

    granted.cluster.before("apply", remove_object)
    await granted.reconcile()
    for _ in range(2):
        await granted.reconcile()
    assert granted.grants == {}
    granted.lose_keycloak()
    granted.declare(mapping("sre", "SRE", "edit"))
    await granted.settle()
    assert granted.grants == {}
    assert granted.said_of("sre") == ("Pending", "KeycloakUnavailable")
