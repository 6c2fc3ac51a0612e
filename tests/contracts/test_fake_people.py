"""The fake people keep the contract of the real ones."""

from dataclasses import replace

import pytest

from contracts.people import DEV, SRE, PeopleContract
from domain.builders import client, group, mapper
from fakes.people import FakePeople
from groupaccess.application.ports.people import RealmClient
from groupaccess.domain.diagnosis.person import RealmUser


class FakeSource:
    """The fakes."""

    def __init__(self) -> None:
        groups = (group(SRE), group(DEV))
        self.port = FakePeople(
            [
                RealmUser("1", "alice", enabled=True, groups=groups),
                RealmUser("2", "bob", enabled=False, groups=()),
            ],
            list(groups),
            [RealmClient("c", client("headlamp", mapper()))],
            {"groups": ["SRE", "Dev"], "azp": "headlamp"},
        )
        self.powerless = replace(
            self.port, missing=frozenset({"find_user", "find_group", "read_client"})
        )


@pytest.fixture
def people() -> FakeSource:
    return FakeSource()


class TestFakePeople(PeopleContract):
    """The contract."""
