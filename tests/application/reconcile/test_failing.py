"""Writes that keep failing, although they should work when tried again: the status says so."""

import pytest

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import failure, key, mapping
from groupaccess.application.ports.errors import RejectedError, TransientError
from groupaccess.application.state.write_attempt import REPORT_AFTER_SECONDS
from groupaccess.domain.condition import TRANSIENT_WAIT
from groupaccess.domain.reasons import Reason

OVERLOADED = "503: the server is overloaded"
NOT_YET = f"a write has not succeeded yet, and the operator tries it again: {OVERLOADED}"


async def fail(harness: ReconcilerHarness, call: str = "apply", words: str = OVERLOADED) -> None:
    """Let one try fail."""
    harness.cluster.fail(call, TransientError(words))
    assert await harness.reconcile() is not None


async def fail_for(harness: ReconcilerHarness, seconds: float, call: str = "apply") -> None:
    """Let two tries fail, at the beginning and at the end of a time."""
    await fail(harness, call)
    harness.clock.advance(seconds)
    await fail(harness, call)


def statuses(harness: ReconcilerHarness) -> int:
    return sum(write.startswith("status") for write in harness.cluster.writes)


@pytest.fixture
def declared(harness: ReconcilerHarness) -> ReconcilerHarness:
    """Return a cluster in which SRE is to view, and nothing was written yet."""
    harness.declare_directory()
    harness.declare()
    harness.read("/SRE")
    return harness


async def test_what_fails_for_a_moment_is_not_said(declared: ReconcilerHarness) -> None:
    await fail_for(declared, REPORT_AFTER_SECONDS - 0.1)
    assert statuses(declared) == 0
    await declared.settle()
    assert declared.condition("Ready") == ("True", "Granted")


async def test_what_keeps_failing_is_said_with_the_servers_words(
    declared: ReconcilerHarness,
) -> None:
    await fail_for(declared, REPORT_AFTER_SECONDS)
    assert declared.said_of("sre") == ("Pending", "WriteRefused")
    assert declared.condition("Ready") == ("False", "WriteRefused")
    assert declared.condition("Reconciling") == ("True", "WriteRefused")
    assert declared.condition("Stalled")[0] == "False"
    assert declared.mapping()["message"] == NOT_YET
    assert declared.status["granted"] == "0/1"


async def test_it_is_said_once_however_often_it_fails_and_in_whatever_words(
    declared: ReconcilerHarness,
) -> None:
    await fail_for(declared, REPORT_AFTER_SECONDS)
    for port in range(20):
        declared.clock.advance(10)
        await fail(declared, words=f"500: dial tcp 10.0.0.1:{port}: connection refused")
    assert statuses(declared) == 1
    assert declared.mapping()["message"] == NOT_YET


async def test_its_words_are_bounded(declared: ReconcilerHarness) -> None:
    await fail(declared)
    declared.clock.advance(REPORT_AFTER_SECONDS)
    await fail(declared, words="503: " + "x" * 100_000)
    assert len(str(declared.status)) < 4000


async def test_it_heals_by_itself(declared: ReconcilerHarness) -> None:
    await fail_for(declared, REPORT_AFTER_SECONDS)
    await declared.settle()
    assert declared.grants == {"sre:view": ("SRE",)}
    assert declared.condition("Ready") == ("True", "Granted")
    assert declared.condition("Reconciling")[0] == "False"


async def test_what_failed_once_is_new_again_after_it_worked(declared: ReconcilerHarness) -> None:
    await fail_for(declared, REPORT_AFTER_SECONDS)
    await declared.settle()
    declared.cluster.remove(key())
    await fail(declared)
    assert declared.condition("Ready") == ("True", "Granted")


async def test_after_five_minutes_a_person_is_called(declared: ReconcilerHarness) -> None:
    await fail_for(declared, REPORT_AFTER_SECONDS)
    declared.clock.advance(TRANSIENT_WAIT.total_seconds())
    await fail(declared)
    assert declared.condition("Stalled") == ("True", "WriteRefused")
    assert declared.condition("Reconciling")[0] == "False"
    assert declared.mapping()["message"] == NOT_YET


async def test_where_it_fails_is_named_and_the_others_count(harness: ReconcilerHarness) -> None:
    names = ["a", "b", "c"]
    for name in names:
        harness.cluster.label(name)
    harness.declare_directory()
    harness.declare(mapping(namespaces={"names": names}))
    harness.read("/SRE")
    await fail_for(harness, REPORT_AFTER_SECONDS)
    assert harness.said_of("sre") == ("Partial", "WriteRefused")
    where = harness.mapping()["where"]
    assert (where["wanted"], where["granted"]) == (3, 2)
    assert [(each["namespace"], each["message"]) for each in where["problems"]] == [("a", NOT_YET)]


async def test_a_binding_that_could_not_be_deleted_is_said_to_stand(
    granted: ReconcilerHarness,
) -> None:
    granted.declare(mapping("dev", "Dev", "edit"))
    await fail_for(granted, REPORT_AFTER_SECONDS, "delete")
    assert granted.status["granted"] == "1/1"
    assert granted.condition("Ready") == ("False", "WriteRefused")
    assert granted.condition("Reconciling")[0] == "True"
    message = granted.status["conditions"][0]["message"]
    assert message == f"This access should be removed but is still bound: {key()}: {NOT_YET}"
    await granted.settle()
    assert granted.grants == {"dev:edit": ("Dev",)}
    assert granted.condition("Ready") == ("True", "Granted")


async def test_a_delete_that_is_refused_is_said_and_needs_a_person(
    granted: ReconcilerHarness,
) -> None:
    granted.declare(mapping("dev", "Dev", "edit"))
    no = failure(Reason.WRITE_REFUSED, "a policy says no")
    granted.cluster.fail("delete", RejectedError(no))
    assert await granted.reconcile() is not None
    assert granted.condition("Stalled") == ("True", "WriteRefused")
    assert (
        granted.status["conditions"][0]["message"]
        == f"This access should be removed but is still bound: {key()}: {no.message}"
    )


async def test_what_is_said_may_fail_too(declared: ReconcilerHarness) -> None:
    await fail(declared)
    declared.clock.advance(REPORT_AFTER_SECONDS)
    declared.cluster.fail("apply", TransientError(OVERLOADED), times=2)
    declared.cluster.fail("status")
    with pytest.raises(TransientError):
        await declared.reconcile()
    await declared.retry()
    assert declared.condition("Ready") == ("False", "WriteRefused")


async def test_a_status_that_fails_delays_nothing_that_settles(granted: ReconcilerHarness) -> None:
    granted.declare(mapping("sre", "SRE", "edit"), mapping("dev", "Dev", "edit"))
    granted.cluster.fail("status")
    with pytest.raises(TransientError) as passing:
        await granted.reconcile()
    assert passing.value.retry_after == 2


async def test_a_repair_that_fails_is_made_later_even_without_keycloak(
    granted: ReconcilerHarness,
) -> None:
    granted.cluster.remove(key())
    await fail_for(granted, REPORT_AFTER_SECONDS)
    granted.lose_keycloak()
    await granted.settle()
    assert granted.grants == {"dev:edit": ("Dev",), "sre:view": ("SRE",)}
