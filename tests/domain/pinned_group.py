"""A group whose id is pinned by a binding, and what is bound for it."""

from datetime import timedelta

import pytest

from domain.builders import (
    NOW,
    access,
    directory,
    group,
    make_context,
    realm,
    there,
)
from domain.model_cluster import ModelCluster
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.verdict.verdict import EvaluationContext, Verdict

SRE = group("/SRE", uid="1")
ANEW = group("/SRE", uid="2")
REFUSE, WARN = directory(), directory(refuses_replaced=False)
EMPTY = realm("/apps/dev")
LATER = NOW + timedelta(minutes=10)


def granted(declared: Access | None = None, at: Snapshot | None = None) -> ModelCluster:
    cluster = ModelCluster()
    cluster.settle(
        declared or access(), make_context(at or realm(SRE), namespaces=there("shop", "bank"))
    )
    assert bound(cluster) != ()
    return cluster


def bound(cluster: ModelCluster) -> tuple[str, ...]:
    return tuple(text for binding in cluster.bindings.values() for text in binding.content.groups)


def said(
    cluster: ModelCluster, context: EvaluationContext, declared: Access | None = None
) -> Verdict:
    (verdict,) = cluster.evaluate(declared or access(), context)
    return verdict


def annotation(cluster: ModelCluster, name: str) -> str | None:
    (one,) = cluster.bindings.values()
    return one.content.annotation(name)


RESTARTED = pytest.mark.parametrize("restarted", [False, True], ids=["goes on", "restarted"])
