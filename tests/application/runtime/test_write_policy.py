"""The policy on the operator's own writes: what it refused is tried again when it changes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from fakes.admission_policies import FakeWritePolicies
from fakes.values import access, desired, failure
from groupaccess.application.runtime.write_policy import INTERVAL_SECONDS, WritePolicyMonitor
from groupaccess.application.state.store import Store
from groupaccess.application.state.write_attempt import WriteAttempt
from groupaccess.domain.binding import Owner
from groupaccess.domain.reasons import Reason

NAME = "platform"
WANT = desired(Owner("uid-platform", NAME))


@dataclass
class PolicyHarness:
    """A policy that is watched; `woken` are the objects that are to be looked at again."""

    store: Store = field(default_factory=Store)
    policies: FakeWritePolicies = field(default_factory=FakeWritePolicies)
    woken: list[str] = field(default_factory=list)

    def refuse(self) -> None:
        """Let the API server have refused a write."""
        attempt = WriteAttempt(WANT, "", 0.0)
        attempt.reject(failure(Reason.WRITE_REFUSED), 0.0, self.store.rights, unanswered=False)
        self.store.memory(NAME).attempts[WANT.key] = attempt


@pytest.fixture
async def site() -> AsyncIterator[PolicyHarness]:
    made = PolicyHarness()
    made.store.put_access(access(NAME))
    cage = WritePolicyMonitor(made.policies, made.store, made.woken.extend, "cage")
    task = asyncio.create_task(cage.run())
    yield made
    task.cancel()


async def rounds(count: int) -> None:
    await asyncio.sleep(count * INTERVAL_SECONDS + 0.1)


async def test_while_nothing_is_refused_nothing_is_asked(site: PolicyHarness) -> None:
    await rounds(100)
    assert site.policies.asked == []


async def test_a_changed_policy_wakes_what_was_refused(site: PolicyHarness) -> None:
    site.refuse()
    await rounds(3)
    assert site.woken == []
    assert set(site.policies.asked) == {"cage"}
    site.policies.put()
    await rounds(1)
    assert site.woken == [NAME]
    assert site.store.rights == 1
    await rounds(3)
    assert site.woken == [NAME]


async def test_a_policy_that_is_not_read_changes_nothing_and_is_asked_again(
    site: PolicyHarness,
) -> None:
    site.refuse()
    await rounds(1)
    site.policies.fails = True
    await rounds(2)
    site.policies.fails = False
    site.policies.put()
    await rounds(1)
    assert site.woken == [NAME]
