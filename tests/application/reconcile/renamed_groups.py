"""A group that is renamed while it is granted."""

from dataclasses import replace

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import snapshot
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Snapshot

MINUTES = 300.0  # seconds: the usual lifetime of a token
BEGIN, END = "2026-01-01T12:00:00Z", "2026-01-01T12:05:00Z"
KEPT = (
    f'"SRE" stays bound until {END}, because older tokens may still need it (the name, path, '
    "mapper or prefix changed)."
)


def called(name: str, *others: str) -> Snapshot:
    """Return a realm in which the group with id 1 is called so, beside others and Dev."""
    groups = [Group(f"/{name}", name, "1"), Group("/Dev", "Dev", "2")]
    groups += (Group(f"/{other}", other, f"id-{other}") for other in others)
    return replace(snapshot(), groups=tuple(sorted(groups)))


async def read(harness: ReconcilerHarness, found: Snapshot) -> None:
    """Let Keycloak be read so; whom that does not touch does not look."""
    for name in harness.take_in(found):
        await harness.reconcile(name)
    await harness.settle()


async def pass_time(harness: ReconcilerHarness, seconds: float) -> list[str]:
    """Let time pass second by second; whom the timers wake looks. Return whom."""
    woken = list[str]()
    for _ in range(round(seconds)):
        harness.timer_calls.clear()
        harness.clock.advance(1)
        harness.timers.tick()
        for name in harness.timer_calls:
            woken.append(name)
            await harness.settle()
    return woken


def told(harness: ReconcilerHarness) -> list[str]:
    return [note.message for note in harness.cluster.notes if note.reason == "FormerSubject"]
