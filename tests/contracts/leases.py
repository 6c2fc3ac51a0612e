"""What the port `Leases` promises."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from groupaccess.application.ports.errors import TransientError
from groupaccess.application.ports.leases import Lease, Leases

BEGIN = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
NEW = Lease("a", 15, BEGIN, BEGIN, 0)


class LeasesContract:
    """Subclasses give the fixture `leases`, with no Lease yet."""

    async def test_there_is_none_at_first(self, leases: Leases) -> None:
        assert await leases.read() is None

    async def test_what_is_written_is_read_with_a_version(self, leases: Leases) -> None:
        written = await leases.write(NEW)
        assert written.resource_version
        assert replace(written, resource_version="") == NEW
        assert await leases.read() == written

    async def test_a_second_one_is_not_made(self, leases: Leases) -> None:
        first = await leases.write(NEW)
        with pytest.raises(TransientError):
            await leases.write(replace(NEW, holder="b"))
        assert await leases.read() == first

    async def test_the_version_that_was_read_is_replaced(self, leases: Leases) -> None:
        first = await leases.write(NEW)
        second = await leases.write(replace(first, holder="", duration=1, transitions=3))
        assert (second.holder, second.duration, second.transitions) == ("", 1, 3)
        assert second.resource_version != first.resource_version
        assert await leases.read() == second

    async def test_an_older_version_is_not_replaced(self, leases: Leases) -> None:
        first = await leases.write(NEW)
        second = await leases.write(replace(first, transitions=1))
        with pytest.raises(TransientError):
            await leases.write(replace(first, holder="b"))
        assert await leases.read() == second
