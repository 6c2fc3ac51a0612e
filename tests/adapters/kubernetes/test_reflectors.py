"""What is mirrored gets into the store, and whom it touches is looked at: at once or later."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from fakes.api_server import ApiServer
from fakes.granting import bind
from fakes.values import access, key, mapping
from groupaccess.adapters.kubernetes.binding_json import read_binding
from groupaccess.adapters.kubernetes.client import KubernetesClient
from groupaccess.adapters.kubernetes.reflectors import build_reflectors
from groupaccess.application.state.binding_index import BindingIndex
from groupaccess.application.state.store import Store
from groupaccess.domain.access.namespace_scope import Namespace
from groupaccess.domain.binding import BindingKey

Body = dict[str, Any]


class ReflectorsHarness:
    """The mirrors of a store; `touched` and `later` are whom they told of."""

    def __init__(self, rest: KubernetesClient) -> None:
        self.touched, self.later, self.gaps = list[str](), list[str](), list[str]()
        self.store = Store(bindings=BindingIndex(on_other_grants_change=self.later.extend))
        made = build_reflectors(rest, self.store, self.touched.extend, lambda: None)
        self.by_kind = {each.resource.segments[-1]: each for each in made}

    def put(self, kind: str, body: Body) -> None:
        self._forget()
        mirror = self.by_kind[kind].store
        mirror.put(mirror.read(body))

    def gone(self, kind: str, name: str, uid: str = "u", namespace: str = "") -> None:
        self._forget()
        self.by_kind[kind].store.drop(namespace, name, uid)

    def replace(self, kind: str, *bodies: Body, version: str = "9") -> None:
        self._forget()
        mirror = self.by_kind[kind].store
        mirror.replace([mirror.read(body) for body in bodies], version)

    def _forget(self) -> None:
        self.touched.clear()
        self.later.clear()


@pytest.fixture
async def mirror() -> AsyncIterator[ReflectorsHarness]:
    """Give mirrors of a store in which `platform` binds SRE and `shop` binds Ops."""
    async with ApiServer().serve() as rest:
        made = ReflectorsHarness(rest)
        bind(made.store.bindings, "platform", "SRE")
        bind(made.store.bindings, "shop", "Ops")
        yield made


def body(name: str, *groups: str, version: str = "1", namespace: str = "") -> Body:
    """Return a binding of these groups to `view`."""
    where = {"namespace": namespace} if namespace else {}
    return {
        "metadata": {"name": name, "uid": "u", "resourceVersion": version, **where},
        "roleRef": {"kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "Group", "name": group} for group in groups],
    }


def metadata(name: str, **more: object) -> Body:
    return {"metadata": {"name": name, "uid": "u", "resourceVersion": "1", **more}}


def test_bindings_alone_are_read_with_their_bodies(mirror: ReflectorsHarness) -> None:
    assert {
        "/".join(each.resource.segments): each.resource.metadata_only
        for each in mirror.by_kind.values()
    } == {
        "apis/rbac.authorization.k8s.io/v1/clusterrolebindings": False,
        "apis/rbac.authorization.k8s.io/v1/rolebindings": False,
        "apis/rbac.authorization.k8s.io/v1/clusterroles": True,
        "api/v1/namespaces": True,
    }


async def test_a_binding_of_our_name_is_looked_at_at_once(mirror: ReflectorsHarness) -> None:
    mirror.put("clusterrolebindings", body(key().name, "Others"))
    assert (mirror.touched, mirror.later) == (["platform"], [])
    mirror.gone("clusterrolebindings", key().name)
    assert (mirror.touched, mirror.later) == (["platform"], [])
    assert mirror.store.bindings.by_key == {}


async def test_a_binding_in_a_namespace_is_another_one(mirror: ReflectorsHarness) -> None:
    mirror.put("clusterrolebindings", body(key().name, "Others"))
    mirror.put("rolebindings", body(key().name, "Others", namespace="shop"))
    assert mirror.touched == ["platform"]
    assert mirror.store.bindings_of("platform").keys() == {key(), BindingKey("shop", key().name)}
    mirror.gone("rolebindings", key().name, namespace="shop")
    assert mirror.store.bindings_of("platform").keys() == {key()}


async def test_who_binds_the_same_group_is_looked_at_later(mirror: ReflectorsHarness) -> None:
    mirror.put("clusterrolebindings", body("by-hand", "SRE"))
    assert (mirror.touched, mirror.later) == ([], ["platform"])
    mirror.put("clusterrolebindings", body("by-hand", "Ops", version="2"))
    assert (mirror.touched, sorted(mirror.later)) == ([], ["platform", "shop"])
    mirror.gone("clusterrolebindings", "by-hand")
    assert (mirror.touched, mirror.later) == ([], ["shop"])


async def test_a_binding_that_says_the_same_is_no_reason_to_look(mirror: ReflectorsHarness) -> None:
    mirror.put("rolebindings", body("by-hand", "SRE", namespace="a"))
    mirror.put("rolebindings", body("by-hand", "SRE", version="2", namespace="a"))
    assert (mirror.touched, mirror.later) == ([], [])


async def test_a_group_that_nobody_binds_is_no_reason_to_look(mirror: ReflectorsHarness) -> None:
    mirror.put("clusterrolebindings", body("by-hand", "Others"))
    mirror.gone("clusterrolebindings", "by-hand")
    assert (mirror.touched, mirror.later) == ([], [])


async def test_what_was_written_for_one_is_looked_at_later_by_who_binds_the_same(
    mirror: ReflectorsHarness,
) -> None:
    told = body(key("twin").name, "SRE")
    mirror.store.put_binding(read_binding(told))  # by the writer, before the watch tells of it
    assert mirror.later == ["platform"]
    mirror.put("clusterrolebindings", told)
    assert mirror.later == []
    mirror.store.drop_binding(key("twin"), "u")
    assert mirror.later == ["platform"]
    mirror.gone("clusterrolebindings", key("twin").name)
    assert mirror.later == []


async def test_a_role_touches_who_grants_it(mirror: ReflectorsHarness) -> None:
    mirror.store.put_access(access("platform", mapping(role="view")))
    mirror.put("clusterroles", metadata("view"))
    assert (mirror.touched, mirror.later) == (["platform"], [])
    assert mirror.store.cluster_roles == {"view"}
    mirror.gone("clusterroles", "view")
    assert mirror.touched == ["platform"]
    assert mirror.store.cluster_roles == set()


async def test_a_namespace_touches_who_names_it(mirror: ReflectorsHarness) -> None:
    mirror.store.put_access(access("platform", mapping(namespaces={"names": ["shop"]})))
    mirror.put("namespaces", metadata("shop"))
    assert mirror.touched == ["platform"]
    assert mirror.store.namespaces == {"shop": Namespace({})}
    ending = metadata("shop", labels={"a": "b"}, deletionTimestamp="2026-01-01T00:00:00Z")
    mirror.put("namespaces", ending)
    assert mirror.touched == ["platform"]
    assert mirror.store.namespaces == {"shop": Namespace({"a": "b"}, terminating=True)}
    mirror.gone("namespaces", "shop")
    assert mirror.touched == ["platform"]
    assert mirror.store.namespaces == {}


async def test_a_namespace_touches_who_selects_it_now_or_did(mirror: ReflectorsHarness) -> None:
    selector = {"selector": {"matchLabels": {"team": "shop"}}}
    mirror.store.put_access(access("platform", mapping(namespaces=selector)))
    mirror.put("namespaces", metadata("n", labels={"team": "shop"}))
    assert mirror.touched == ["platform"]
    mirror.put("namespaces", metadata("n", labels={"team": "shop"}))
    assert mirror.touched == []
    mirror.put("namespaces", metadata("n"))
    assert mirror.touched == ["platform"]
    mirror.put("namespaces", metadata("n", labels={"x": "y"}))
    assert mirror.touched == []


async def test_after_a_gap_bindings_are_what_the_list_has_whoever_wrote_them(
    mirror: ReflectorsHarness,
) -> None:
    mirror.replace("clusterrolebindings", body("a", "Others"), version="1")
    mirror.put("rolebindings", body(key().name, "SRE", namespace="shop"))
    written = body(key().name, "SRE", version="5")
    mirror.store.put_binding(read_binding(written))  # by the writer; deleted in the gap
    mirror.replace("clusterrolebindings", body("a", "Others"), version="9")
    assert mirror.store.bindings.by_key.keys() == {
        BindingKey("", "a"),
        BindingKey("shop", key().name),  # of the other kind
    }
    assert mirror.touched == ["platform"]


async def test_how_far_the_watch_is_puts_an_answer_in_order(mirror: ReflectorsHarness) -> None:
    binding = body(key().name, "SRE", version="5")
    mirror.put("clusterrolebindings", binding)
    mirror.gone("clusterrolebindings", key().name)
    mirror.by_kind["clusterrolebindings"].store.watched_until("9")
    mirror.store.put_binding(read_binding(binding))
    assert mirror.store.bindings.by_key == {}


async def test_after_a_gap_roles_and_namespaces_are_what_the_list_has(
    mirror: ReflectorsHarness,
) -> None:
    mirror.store.put_access(access("platform", mapping(namespaces={"names": ["shop"]})))
    for kind in ("clusterroles", "namespaces"):
        mirror.put(kind, metadata("shop"))
        mirror.put(kind, metadata("view"))
        mirror.replace(kind, metadata("new"))
        assert mirror.touched == ["platform"]
        mirror.by_kind[kind].store.watched_until("9")
    assert mirror.store.cluster_roles == {"new"}
    assert mirror.store.namespaces.keys() == {"new"}
