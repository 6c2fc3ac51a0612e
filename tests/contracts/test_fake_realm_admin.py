"""The fake realm of a setup keeps the contract of the real one."""

import pytest

from contracts.realm_admin import RealmAdminContract
from fakes.keycloak_setup import FakeRealmAdmin


class FakeSource:
    """The fake."""

    name = "ADMIN"

    def __init__(self) -> None:
        self.port = FakeRealmAdmin("headlamp")

    async def delete_canary(self) -> None:
        (canary,) = self.port.groups
        del self.port.groups[canary]
        self.port.members.clear()


@pytest.fixture
def source() -> FakeSource:
    return FakeSource()


class TestFakeRealmAdmin(RealmAdminContract):
    """The contract."""
