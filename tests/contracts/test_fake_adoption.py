"""The fake cluster of an adoption keeps the contract of the real one."""

from dataclasses import replace

import pytest

from contracts.adoption import LABEL, AdoptionContract
from domain.handmade import found
from fakes.adoption import FakeAdoptionCluster
from fakes.values import access_spec, body
from groupaccess.api import v1alpha1 as api
from groupaccess.domain.binding import BindingKey


class FakeSurroundings:
    """A fake cluster, and what its administrator does to it."""

    name = "made-by-hand"

    def __init__(self) -> None:
        self.port = FakeAdoptionCluster()
        self.powerless = self.port.of_nobody()

    def bind(self, *, namespaced: bool = False) -> BindingKey:
        marks = {LABEL: self.name}
        place = "default" if namespaced else ""
        made = found(self.name, namespace=place, labels=marks, annotations=marks)
        self.port.put(made)
        return made.binding.key

    def annotate(self, where: BindingKey) -> None:
        self.port.put(replace(self.port.bindings[where], annotations={LABEL: "changed"}))

    def remove_binding(self, where: BindingKey) -> None:
        del self.port.bindings[where]

    def declare(self) -> None:
        declared = body("GroupAccess", self.name, access_spec())
        self.port.accesses[self.name] = api.GroupAccess.read(declared)


@pytest.fixture
def adoption() -> FakeSurroundings:
    return FakeSurroundings()


class TestFakeAdoptionCluster(AdoptionContract):
    """The contract."""
