"""The API server of the simulation, behind the real adapter, keeps the contract of a real one."""

import asyncio
import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.cluster import MAY_BIND, ClusterContract
from contracts.cluster_namespaces import NamespacesContract
from contracts.cluster_objects import FORGED, OwnObjectsContract
from contracts.rights import RightsContract
from fakes.kube.faults import Faults
from fakes.kube.link import Link
from fakes.kube.requests import Requests
from fakes.kube.storage import Body, Key, Storage
from fakes.values import access_spec
from groupaccess.adapters.kubernetes.binding_json import read_binding
from groupaccess.adapters.kubernetes.client import KubernetesClient
from groupaccess.adapters.kubernetes.cluster import KubernetesCluster
from groupaccess.adapters.kubernetes.rights import KubernetesOperatorRights
from groupaccess.application.ports.cluster import ObjectRef
from groupaccess.domain.binding import Binding, BindingKey

NAMESPACE = "groupaccess"  # the operator's own
SOMEBODY = "somebody else"
EXISTING_ROLES = ("view", "edit", "admin")


def utc_now() -> datetime:
    return datetime.now(UTC)


class SimulatedSurroundings:
    """The storage of an API server, and what others write into it."""

    name = "platform"

    def __init__(self) -> None:
        loop_time = asyncio.get_running_loop().time
        self._storage = Storage(loop_time)
        for role in EXISTING_ROLES:
            self._put("clusterroles", Key("", role), {})
        requests = Requests(self._storage, bindable=MAY_BIND)
        link = Link(requests, Faults(), loop_time, utc_now, "operator")
        self.port = KubernetesCluster(KubernetesClient(link), NAMESPACE, utc_now)

    def declare(self, name: str) -> ObjectRef:
        key = Key("", name)
        if self._storage.get("groupaccesses", key) is None:
            self._put("groupaccesses", key, {"kind": "GroupAccess", "spec": access_spec()})
        return ObjectRef("GroupAccess", name, self._body("groupaccesses", key)["metadata"]["uid"])

    def remove(self, ref: ObjectRef) -> None:
        self._storage.delete("groupaccesses", Key("", ref.name), SOMEBODY)

    def version(self, ref: ObjectRef) -> str:
        body = self._body("groupaccesses", Key("", ref.name))
        return str(body["metadata"]["resourceVersion"])

    def forge_status(self, ref: ObjectRef) -> None:
        body = self._body("groupaccesses", Key("", ref.name))
        self._put(
            "groupaccesses", Key("", ref.name), {**body, "status": {**body["status"], **FORGED}}
        )

    def status(self, ref: ObjectRef) -> Mapping[str, Any]:
        status: Mapping[str, Any] = self._body("groupaccesses", Key("", ref.name))["status"]
        return status

    def binding(self, where: BindingKey) -> Binding | None:
        stored = self._storage.get(*_place(where))
        return None if stored is None else read_binding(stored.body)

    def label(self, where: BindingKey) -> None:
        plural, key = _place(where)
        body = self._body(plural, key)
        self._put(plural, key, {**body, "metadata": {**body["metadata"], "labels": {}}})

    def remove_binding(self, where: BindingKey) -> None:
        self._storage.delete(*_place(where), SOMEBODY)

    def make_namespace(self, name: str) -> None:
        self._put("namespaces", Key("", name), {})

    def put_secret(self, name: str, data: dict[str, str]) -> None:
        encoded = {key: base64.b64encode(text.encode()).decode() for key, text in data.items()}
        self._put("secrets", Key(NAMESPACE, name), {"data": encoded})

    def put_config_map(self, name: str, data: dict[str, str]) -> None:
        self._put("configmaps", Key(NAMESPACE, name), {"data": data})

    def _put(self, plural: str, key: Key, body: Body) -> None:
        metadata = {"name": key.name, **body.get("metadata", {})}
        self._storage.put(plural, key, {**body, "metadata": metadata}, SOMEBODY)

    def _body(self, plural: str, key: Key) -> Body:
        stored = self._storage.get(plural, key)
        assert stored is not None
        return stored.body


def _place(where: BindingKey) -> tuple[str, Key]:
    plural = "rolebindings" if where.namespace else "clusterrolebindings"
    return plural, Key(where.namespace, where.name)


class SimulatedRights:
    """What the API server lets the operator bind, and whether it answers."""

    def __init__(self) -> None:
        self._bindable = set(MAY_BIND)
        loop_time = asyncio.get_running_loop().time
        requests = Requests(Storage(loop_time), bindable=self._bindable)
        self._link = Link(requests, Faults(), loop_time, utc_now, "operator")
        self.port = KubernetesOperatorRights(KubernetesClient(self._link))

    def allow(self, role: str) -> None:
        self._bindable.add(role)

    def forbid(self, role: str) -> None:
        self._bindable.remove(role)

    def cut_off(self) -> None:
        self._link.alive = False


@pytest.fixture
async def world() -> SimulatedSurroundings:
    return SimulatedSurroundings()


class TestSimulatedCluster(ClusterContract):
    """The contract."""


class TestSimulatedNamespaces(NamespacesContract):
    """The contract of bindings in namespaces."""


class TestSimulatedOwnObjects(OwnObjectsContract):
    """The contract of what the port promises of our two kinds."""


@pytest.fixture
async def rights() -> SimulatedRights:
    return SimulatedRights()


class TestSimulatedRights(RightsContract):
    """The contract of the operator's own rights."""
