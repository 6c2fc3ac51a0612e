"""What the port `OperatorRights` promises."""

import asyncio
from typing import Protocol

import pytest

from contracts.cluster import MAY_BIND
from groupaccess.application.ports.errors import TransientError
from groupaccess.application.ports.rights import OperatorRights

SOON = 10.0  # seconds until an authorizer knows
AGAIN = 0.2


class Rights(Protocol):
    """The rights of an operator that may bind MAY_BIND alone; the roles view and admin exist."""

    port: OperatorRights

    def allow(self, role: str) -> None:
        """Let the operator bind one role more, which the test takes back."""

    def forbid(self, role: str) -> None:
        """Take that back."""

    def cut_off(self) -> None:
        """Let nobody answer."""


async def becomes(rights: Rights, role: str, *, may_bind: bool) -> None:
    """Return as soon as the answer is this one."""
    async with asyncio.timeout(SOON):
        while await rights.port.may_bind(role) is not may_bind:  # noqa: ASYNC110 -- a port
            await asyncio.sleep(AGAIN)


class RightsContract:
    """Subclasses give the fixture `rights`."""

    @pytest.mark.parametrize("role", MAY_BIND, ids=ascii)
    async def test_a_role_may_be_bound_whatever_its_name_and_also_before_it_is_made(
        self, rights: Rights, role: str
    ) -> None:
        assert await rights.port.may_bind(role) is True

    @pytest.mark.parametrize("role", ["admin", "no-such-role", "vie", "view/x"])
    async def test_no_other_role_may_be_bound(self, rights: Rights, role: str) -> None:
        assert await rights.port.may_bind(role) is False

    async def test_a_right_is_seen_when_it_comes_and_when_it_goes(self, rights: Rights) -> None:
        rights.allow("admin")
        await becomes(rights, "admin", may_bind=True)
        assert await rights.port.may_bind("view")
        rights.forbid("admin")
        await becomes(rights, "admin", may_bind=False)
        assert await rights.port.may_bind("view")

    async def test_without_an_answer_it_is_not_known(self, rights: Rights) -> None:
        rights.cut_off()
        with pytest.raises(TransientError):
            await rights.port.may_bind("view")
