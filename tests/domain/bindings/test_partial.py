"""While a client is disabled nobody knows what its tokens would carry: no string is removed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.builders import (
    NOW,
    access,
    client,
    content,
    directory,
    group,
    leaf,
    make_context,
    mapper,
    mapping,
    realm,
)
from domain.model_cluster import ModelCluster
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.directory.client import Client, MapperKind
from groupaccess.domain.verdict.verdict import EvaluationContext

FULL = client("headlamp", mapper())
TWO = directory("headlamp", "grafana")
DISABLED = client("grafana", leaf(), enabled=False)
REPLACED = client("grafana", mapper("hard-coded", MapperKind.REPLACING))


def read(*clients: Client, prefix: str = "") -> EvaluationContext:
    return make_context(realm(clients=clients), of=directory("headlamp", "grafana", prefix=prefix))


def settled() -> ModelCluster:
    """Return a cluster in which one client's tokens carry the path, the other's the leaf name."""
    cluster = ModelCluster()
    cluster.settle(access(), read(FULL, client("grafana", leaf())))
    assert bound(cluster) == ("/SRE", "SRE")
    return cluster


def bound(cluster: ModelCluster) -> tuple[str, ...]:
    (one,) = cluster.bindings.values()
    return one.content.groups


UNKNOWN = pytest.mark.parametrize("grafana", [DISABLED, REPLACED], ids=["disabled", "replaced"])


@UNKNOWN
@pytest.mark.parametrize("restarted", [False, True])
def test_no_string_is_removed_while_a_client_is_not_known(
    grafana: Client, *, restarted: bool
) -> None:
    cluster = settled()
    if restarted:
        cluster.restart()
    cluster.settle(access(), read(FULL, grafana))
    assert bound(cluster) == ("/SRE", "SRE")
    cluster.settle(access(), read(FULL, grafana))
    assert bound(cluster) == ("/SRE", "SRE")


@UNKNOWN
def test_string_that_never_stood_is_not_added_for_it(grafana: Client) -> None:
    cluster = ModelCluster()
    cluster.settle(access(), read(FULL, grafana))
    assert bound(cluster) == ("/SRE",)


@pytest.mark.parametrize(
    "clients", [(FULL,), (FULL, client("grafana"))], ids=["deleted", "without groups"]
)
def test_client_that_is_known_to_send_nothing_loses_its_string(clients: tuple[Client, ...]) -> None:
    cluster = settled()
    cluster.settle(access(), read(*clients))
    assert bound(cluster) == ("/SRE",)


def test_drift_is_repaired_to_what_was_proven_though_a_client_is_not_known() -> None:
    cluster = ModelCluster()
    cluster.settle(access(), read(FULL, DISABLED))
    drifted = {
        where: replace(binding, content=content("/SRE", "SRE", "/evil"))
        for where, binding in cluster.bindings.items()
    }
    cluster.bindings = drifted
    cluster.settle(access(), read(FULL, DISABLED))
    assert bound(cluster) == ("/SRE",)


def test_what_the_group_cannot_be_called_is_removed() -> None:
    cluster = settled()
    cluster.restart()
    cluster.bindings = {
        where: replace(binding, content=content("/SRE", "SRE", "/evil"))
        for where, binding in cluster.bindings.items()
    }
    cluster.settle(access(), read(FULL, DISABLED))
    assert bound(cluster) == ("/SRE", "SRE")


def test_strings_of_another_prefix_stay_to_their_end() -> None:
    cluster = settled()
    cluster.settle(access(), read(FULL, DISABLED, prefix="oidc:"))
    assert bound(cluster) == ("/SRE", "SRE", "oidc:/SRE")
    later = NOW + timedelta(minutes=5)
    cluster.settle(access(), replace(read(FULL, DISABLED, prefix="oidc:"), now=later))
    assert bound(cluster) == ("oidc:/SRE",)


EDITED = {
    "directory": (access(mapping(group="/a/SRE"), directory="other"), "/a/SRE"),
    "group, and where it is": (access(mapping(group="SRE")), "/b/SRE"),
}


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize(("edited", "path"), EDITED.values(), ids=EDITED)
def test_edited_declaration_keeps_no_string_of_the_former(
    edited: Access, path: str, *, restarted: bool
) -> None:
    cluster = ModelCluster()
    cluster.settle(access(mapping(group="/a/SRE")), make_context(realm("/a/SRE"), of=TWO))
    assert bound(cluster) == ("/a/SRE",)
    if restarted:
        cluster.restart()
    only_leaf = realm(path, clients=[client("headlamp", leaf()), DISABLED])
    cluster.step(edited, make_context(only_leaf, of=TWO))
    assert bound(cluster) == ("SRE",)


@pytest.mark.parametrize("restarted", [False, True])
def test_group_that_is_spelled_otherwise_keeps_what_an_unknown_client_may_send(
    *, restarted: bool
) -> None:
    cluster = ModelCluster()
    cluster.settle(access(mapping(group="/a/SRE")), make_context(realm("/a/SRE"), of=TWO))
    if restarted:
        cluster.restart()
    only_leaf = realm("/a/SRE", clients=[client("headlamp", leaf()), DISABLED])
    cluster.step(access(mapping(group="SRE")), make_context(only_leaf, of=TWO))
    assert bound(cluster) == ("/a/SRE", "SRE")


@pytest.mark.parametrize("restarted", [False, True])
def test_string_of_a_group_that_moved_is_followed_in_one_write(*, restarted: bool) -> None:
    cluster = ModelCluster()
    cluster.settle(access(), make_context(realm(group("/a/SRE", uid="1")), of=TWO))
    if restarted:
        cluster.restart()
    moved = make_context(realm(group("/b/SRE", uid="1"), clients=[FULL, DISABLED]), of=TWO)
    cluster.step(access(), moved)
    assert bound(cluster) == ("/a/SRE", "/b/SRE")
    assert cluster.step(access(), moved).empty
