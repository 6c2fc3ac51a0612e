"""Readings that are put into a store."""

from datetime import UTC, datetime

from fakes.answers import take_in
from fakes.values import failure
from groupaccess.application.state.store import Store
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.reasons import Reason

LOST = failure(Reason.KEYCLOAK_UNAVAILABLE)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read(store: Store, found: Snapshot) -> frozenset[str]:
    """Let a realm with the groups of a snapshot be asked once."""
    return take_in(store, found, NOW)
