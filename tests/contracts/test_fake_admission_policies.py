"""The fake admission policies keep the contract of the real ones."""

from typing import Any

import pytest

from contracts.admission_policies import BindGuardContract, WritePoliciesContract
from fakes.admission_policies import GUARD, FakeGuards, FakeWritePolicies, enforcing


class FakePolicies:
    """The fakes, and what is done to both of them."""

    name = GUARD

    def __init__(self) -> None:
        self.bind_guards, self.write_policies = FakeGuards(), FakeWritePolicies()
        self.remove_policy()
        self.remove_binding()

    def put_policy(self) -> None:
        self.bind_guards.policy = True
        self.write_policies.put()

    def put_binding(self, **changes: Any) -> None:
        self.bind_guards.binding = enforcing(**changes)

    def remove_policy(self) -> None:
        self.bind_guards.policy = False
        self.write_policies.remove()

    def remove_binding(self) -> None:
        self.bind_guards.binding = None

    def take_rights(self) -> None:
        self.bind_guards.readable = False
        self.write_policies.fails = True

    def cut_off(self) -> None:
        self.bind_guards.fails = 1
        self.write_policies.fails = True


@pytest.fixture
def policies() -> FakePolicies:
    return FakePolicies()


class TestFakeGuards(BindGuardContract):
    """The contract."""


class TestFakeWritePolicies(WritePoliciesContract):
    """The contract."""
