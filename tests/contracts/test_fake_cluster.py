"""The fake cluster keeps the contract of the real one."""

import pytest

from contracts.cluster import MAY_BIND, ClusterContract
from fakes.cluster import FakeCluster
from fakes.values import access_spec, desired
from groupaccess.application.ports import NotInstalledError, ObjectRef, PassingError
from groupaccess.domain.bindings import Binding, BindingKey, Owner


class FakeSurroundings:
    """A fake cluster, and what others do to it."""

    name = "platform"

    def __init__(self) -> None:
        self.port = FakeCluster()
        self.port.bindable = set(MAY_BIND)

    def declare(self, name: str) -> ObjectRef:
        return self.port.objects.apply("GroupAccess", name, access_spec())

    def remove(self, ref: ObjectRef) -> None:
        self.port.objects.remove(ref.kind, ref.name)

    def version(self, ref: ObjectRef) -> str:
        return self.port.objects.versions(ref.kind)[ref.name][1]

    def binding(self, where: BindingKey) -> Binding | None:
        return self.port.bindings.get(where)

    def label(self, where: BindingKey) -> None:
        self.port.edit(where, managed=False)

    def remove_binding(self, where: BindingKey) -> None:
        self.port.remove(where)

    def put_secret(self, name: str, data: dict[str, str]) -> None:
        self.port.secrets[name] = data

    def put_config_map(self, name: str, data: dict[str, str]) -> None:
        self.port.config_maps[name] = data


@pytest.fixture
def world() -> FakeSurroundings:
    return FakeSurroundings()


class TestFakeCluster(ClusterContract):
    """The contract."""


async def test_a_failure_is_raised_as_often_as_it_was_asked_for() -> None:
    cluster = FakeCluster()
    cluster.fail("exists", times=2)
    for _ in range(2):
        with pytest.raises(PassingError):
            await cluster.exists("platform")
    assert not await cluster.exists("platform")


async def test_somebody_else_can_be_faster() -> None:
    cluster = FakeCluster()
    want = desired(Owner("u", "platform"))
    made = await cluster.apply(want, None)
    cluster.before("delete", lambda: cluster.remove(made.key))
    assert not await cluster.delete(made)


async def test_a_kind_can_be_missing() -> None:
    cluster = FakeCluster()
    cluster.missing_kinds.add("GroupAccess")
    with pytest.raises(NotInstalledError):
        await cluster.versions("GroupAccess")
