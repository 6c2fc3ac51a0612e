"""The fake people keep the contract of the real ones."""

from dataclasses import replace

import pytest

from contracts.people import DEV, ONLY_DISABLED, SRE, PeopleContract
from domain.builders import client, group, mapper
from fakes.people import ROLES, FakePeople
from groupaccess.application.ports.people import RealmClient
from groupaccess.domain.diagnosis.person import RealmUser


class FakeSource:
    """The fakes."""

    def __init__(self) -> None:
        groups = (group(SRE), group(DEV))
        left = group(ONLY_DISABLED)
        self.port = FakePeople(
            [
                RealmUser("1", "alice", enabled=True, groups=groups),
                RealmUser("2", "bob", enabled=False, groups=()),
                RealmUser("3", "carl", enabled=False, groups=(left,)),
            ],
            [*groups, left],
            [RealmClient("c", client("headlamp", mapper()), ("https://headlamp/*",), "RS256")],
            {"groups": ["SRE", "Dev"], "azp": "headlamp"},
        )
        self.powerless = replace(self.port, missing=frozenset(ROLES))


@pytest.fixture
def people() -> FakeSource:
    return FakeSource()


class TestFakePeople(PeopleContract):
    """The contract."""
