"""Old news must not make again what went with its GroupAccess."""

import pytest

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import key


@pytest.mark.parametrize("again", [False, True])
async def test_what_went_with_its_object_is_not_made_again_before_the_watch_tells(
    granted: ReconcilerHarness, *, again: bool
) -> None:
    granted.cluster.objects.remove("GroupAccess", "platform")
    for each in tuple(granted.cluster.bindings):
        granted.cluster.remove(each)
        granted.store.drop_binding(each, granted.store.bindings.by_key[each].uid)
    if again:
        granted.declare()  # a namesake, of which nothing was told either
    assert await granted.reconcile(lag=True) == 5
    assert granted.grants == {}


async def test_a_binding_of_an_object_that_lives_is_made_again(granted: ReconcilerHarness) -> None:
    before = granted.grants
    granted.cluster.remove(key())
    await granted.reconcile()
    assert granted.grants == before
