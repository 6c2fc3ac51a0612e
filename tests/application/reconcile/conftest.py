"""Fixtures of the tests of one GroupAccess."""

import pytest

from application.reconcile.pinned_groups import read as read_pinned
from application.reconcile.pinned_groups import whom, with_ids
from application.reconcile.renamed_groups import called
from application.reconcile.renamed_groups import read as read_renamed
from fakes.clock import FakeClock
from fakes.metrics import FakeMetrics
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import key, mapping
from fakes.writer_harness import WriterHarness
from groupaccess.domain.binding import Binding


@pytest.fixture
async def office(clock: FakeClock, metrics: FakeMetrics) -> WriterHarness:
    return WriterHarness(clock, metrics)


@pytest.fixture
def old(office: WriterHarness) -> Binding:
    """Return a binding that is there for another role."""
    return office.bind(key(role="edit"))


@pytest.fixture
async def pinned(harness: ReconcilerHarness) -> ReconcilerHarness:
    """Return a cluster in which SRE may view and Dev and Ops may edit."""
    harness.declare_directory()
    harness.declare(
        mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"), mapping("ops", "Ops", "edit")
    )
    await read_pinned(harness, with_ids(SRE="1", Dev="2", Ops="3"))
    assert whom(harness) == {"dev": ("Dev",), "ops": ("Ops",), "sre": ("SRE",)}
    return harness


@pytest.fixture
async def sre(harness: ReconcilerHarness) -> ReconcilerHarness:
    """Return a cluster in which SRE, whose id is 1, may view."""
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE", "view"))
    await read_pinned(harness, with_ids(SRE="1"))
    assert whom(harness) == {"sre": ("SRE",)}
    return harness


@pytest.fixture
async def renamed(harness: ReconcilerHarness) -> ReconcilerHarness:
    """Return a cluster in which SRE, which may view, is called OPS now."""
    harness.declare_directory()
    harness.declare(mapping("sre", "SRE", "view"), mapping("dev", "Dev", "edit"))
    await read_renamed(harness, called("SRE"))
    await read_renamed(harness, called("OPS"))
    assert harness.grants == {"dev:edit": ("Dev",), "sre:view": ("OPS", "SRE")}
    return harness
