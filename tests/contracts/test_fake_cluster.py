"""The fake cluster keeps the contract of the real one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from contracts.cluster import MAY_BIND, ClusterContract
from contracts.cluster_namespaces import NamespacesContract
from contracts.cluster_objects import FORGED, OwnObjectsContract
from fakes.cluster import FakeCluster
from fakes.values import access_spec, desired
from groupaccess.application.ports.cluster import Event, ObjectRef
from groupaccess.application.ports.errors import NotInstalledError, TransientError
from groupaccess.domain.binding import Binding, BindingKey, Owner


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

    def forge_status(self, ref: ObjectRef) -> None:
        forged = {**self.status(ref), **FORGED}
        assert self.port.objects.write_status(ref, self.version(ref), forged)

    def status(self, ref: ObjectRef) -> Mapping[str, Any]:
        body = self.port.objects.find(ref.kind, ref.name)
        return {} if body is None else body["status"]

    def binding(self, where: BindingKey) -> Binding | None:
        return self.port.bindings.get(where)

    def label(self, where: BindingKey) -> None:
        self.port.edit(where, has_managed_by_label=False)

    def remove_binding(self, where: BindingKey) -> None:
        self.port.remove(where)

    def make_namespace(self, name: str) -> None:
        self.port.label(name)

    def put_secret(self, name: str, data: dict[str, str]) -> None:
        self.port.secrets[name] = data

    def put_config_map(self, name: str, data: dict[str, str]) -> None:
        self.port.config_maps[name] = data


@pytest.fixture
def world() -> FakeSurroundings:
    return FakeSurroundings()


class TestFakeCluster(ClusterContract):
    """The contract."""


class TestFakeNamespaces(NamespacesContract):
    """The contract of bindings in namespaces."""


class TestFakeOwnObjects(OwnObjectsContract):
    """The contract of our two kinds."""


async def test_a_namespace_that_terminates_takes_nothing_new_and_takes_all_along() -> None:
    cluster = FakeCluster()
    cluster.label("shop")
    want = desired(Owner("u", "platform"))
    inside = replace(want, key=BindingKey("shop", want.key.name))
    made = await cluster.apply(inside, None)
    cluster.begin_end_of("shop")
    assert await cluster.apply(inside, made) == made
    with pytest.raises(TransientError, match="terminated"):
        await cluster.apply(replace(inside, key=BindingKey("shop", "another")), None)
    cluster.end("shop")
    assert cluster.bindings == {}


async def test_an_event_to_be_told_once_is_told_once() -> None:
    cluster = FakeCluster()
    about = ObjectRef("GroupAccess", "platform", "u")
    for once in ("a", "a", "b", "", ""):
        await cluster.create_event(Event(about, "Expiring", "Watch", "it ends", dedup_key=once))
    assert [note.dedup_key for note in cluster.notes] == ["a", "b", "", ""]


async def test_a_failure_is_raised_as_often_as_it_was_asked_for() -> None:
    cluster = FakeCluster()
    cluster.fail("access_uid", times=2)
    for _ in range(2):
        with pytest.raises(TransientError):
            await cluster.get_access_uid("platform")
    assert not await cluster.get_access_uid("platform")


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
        await cluster.list_objects("GroupAccess")
