"""Groups with their ids, and whom the bindings name."""

from dataclasses import replace
from datetime import timedelta

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import snapshot
from groupaccess.domain.binding import BindingContent
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Snapshot

GRACE = timedelta(minutes=10)


def with_ids(**ids: str) -> Snapshot:
    """Return a realm with these groups at its top, by name."""
    groups = tuple(sorted(Group(f"/{name}", name, group_id) for name, group_id in ids.items()))
    return replace(snapshot(), groups=groups)


BOTH = with_ids(SRE="1", Dev="2")


async def read(harness: ReconcilerHarness, found: Snapshot) -> None:
    harness.take_in(found)
    await harness.settle()


def whom(harness: ReconcilerHarness) -> dict[str, tuple[str, ...]]:
    """Return whom each mapping binds, without those that bind nobody."""
    return {name.partition(":")[0]: groups for name, groups in harness.grants.items() if groups}


def of(harness: ReconcilerHarness, name: str) -> BindingContent:
    (found,) = (b.content for key, b in harness.cluster.bindings.items() if f":{name}:" in key.name)
    return found


REPLACED = with_ids(SRE="a", Dev="b", Ops="c")
