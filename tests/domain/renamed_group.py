"""A group that is renamed, and what is bound for it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.builders import (
    NOW,
    UNAVAILABLE,
    access,
    client,
    group,
    leaf,
    make_context,
    realm,
    there,
)
from domain.model_cluster import ModelCluster
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.binding import BindingContent
from groupaccess.domain.directory.client import (
    Client,
)
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.former_subjects import former_subjects
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.verdict import EvaluationContext

MINUTE = timedelta(minutes=1)
END = NOW + 5 * MINUTE
FROZEN = Failure(Reason.DIRECTORY_FROZEN, "frozen.")
RESTARTED = pytest.mark.parametrize("restarted", [False, True], ids=["goes on", "restarted"])


def called(
    *paths: str, now: datetime = NOW, of: Directory | None = None, clients: Iterable[Client] = ()
) -> EvaluationContext:
    """Return a realm in which the group with id 1 is at the first path, others at the others."""
    first, *others = paths
    groups = [group(first, uid="1"), *(group(path, uid=f"at {path}") for path in others)]
    known = clients or [client("headlamp", leaf())]
    return make_context(
        realm(*groups, clients=known), of=of, now=now, namespaces=there("shop", "bank")
    )


def granted(declared: Access | None = None, at: EvaluationContext | None = None) -> ModelCluster:
    """Return a cluster in which the group SRE is bound."""
    cluster = ModelCluster()
    cluster.settle(declared or access(), at or called("/SRE"))
    return cluster


def bound(cluster: ModelCluster) -> set[str]:
    return {name for binding in cluster.bindings.values() for name in binding.content.groups}


def only(cluster: ModelCluster) -> BindingContent:
    (one,) = cluster.bindings.values()
    return one.content


def ends(cluster: ModelCluster) -> dict[str, datetime]:
    return {name: one.until for name, one in former_subjects(only(cluster)).items()}


def settle(cluster: ModelCluster, at: EvaluationContext, declared: Access | None = None) -> None:
    cluster.settle(declared or access(), at)


Hold = Callable[[EvaluationContext], EvaluationContext]


HOLDS: dict[str, Hold] = {
    "suspended": lambda at: replace(at, suspend=True),
    "frozen": lambda at: replace(at, frozen=FROZEN),
    "outage": lambda at: replace(at, reading=replace(at.reading, failure=UNAVAILABLE)),
    "nothing read": lambda at: replace(at, reading=make_context(None).reading),
    "the directory is gone": lambda at: replace(at, directory=None),
}


def held(at: EvaluationContext, hold: Hold, now: datetime) -> EvaluationContext:
    return replace(hold(at), now=now)
