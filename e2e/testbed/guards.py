"""The chart's admission policies: their names, and waiting until the API server heeds them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from testbed.access import Answer
from testbed.cluster import Cluster
from testbed.guards_users import (
    WRITES_ACCESSES,
    WRITES_BINDINGS,
    User,
    binding,
    binds,
    make_user,
    remove_user,
)
from testbed.waiting import eventually

BIND_GUARD = "groupaccess-bind-guard"
RESERVED_NAMES = "groupaccess-reserved-names"
CAGE = "groupaccess-cage"
LAST_APPLIED = "groupaccess-last-applied"
GUARDS = (BIND_GUARD, RESERVED_NAMES, CAGE, LAST_APPLIED)
PROBE = "guard-probe"
WITHIN = 15.0  # seconds


def refused_by(guard: str, answer: Answer) -> bool:
    """Tell whether that policy refused a request."""
    return answer.status == 403 and f"ValidatingAdmissionPolicy '{guard}'" in answer.message


def refusal(guard: str, answer: Answer) -> str:
    """Return what a policy says; fail when it did not refuse."""
    assert refused_by(guard, answer), f"{answer.status}: {answer.message}"
    said = answer.message.partition("denied request: ")[2]
    print(f"\n{guard}: {said}")
    return said


def accepted(answer: Answer) -> None:
    """Fail when a request was refused."""
    assert answer.status in {200, 201}, f"{answer.status}: {answer.message}"


def wait_in_force(cluster: Cluster, operator: User, bindable: Sequence[str]) -> None:
    """Return when each policy refuses what it must, and the cage lets these roles through.

    The API server reads policies about a second after they were written.
    """

    def lets_through() -> bool:
        tried = (binding(f"groupaccess:{PROBE}:m:{role}", role) for role in bindable)
        return all(operator.create(body, dry=True).status == 201 for body in tried)

    with _probe(cluster) as probe:
        eventually(
            lambda: all(refused_by(*each) for each in _tried(probe, operator)) and lets_through(),
            within=WITHIN,
            what="the chart's admission policies",
        )


def wait_gone(cluster: Cluster, operator: User) -> None:
    """Return when no policy refuses anything any more."""
    with _probe(cluster) as probe:
        eventually(
            lambda: all(answer.status == 201 for _, answer in _tried(probe, operator)),
            within=WITHIN,
            what="no admission policies",
        )


@contextmanager
def _probe(cluster: Cluster) -> Iterator[User]:
    """Give somebody who may write our objects and bindings, but hand out view alone."""
    yield make_user(cluster, PROBE, WRITES_ACCESSES, WRITES_BINDINGS, binds("view"))
    remove_user(cluster, PROBE)


def _tried(probe: User, operator: User) -> Iterator[tuple[str, Answer]]:
    """Try what each policy refuses, without effect."""
    applied = {"kubectl.kubernetes.io/last-applied-configuration": '{"expiresAt":null}'}
    yield BIND_GUARD, probe.create(_grant("cluster-admin"), dry=True)
    yield LAST_APPLIED, probe.create(_grant("view", annotations=applied), dry=True)
    yield RESERVED_NAMES, probe.create(binding(f"groupaccess:{PROBE}:m:view", "view"), dry=True)
    yield CAGE, operator.create(binding(f"{PROBE}-foreign", "view"), dry=True)


def _grant(role: str, **metadata: object) -> dict[str, Any]:
    mapping = {"name": "m", "group": "g", "clusterRole": role, "clusterWide": True}
    return {
        "apiVersion": "groupaccess.io/v1alpha1",
        "kind": "GroupAccess",
        "metadata": {"name": PROBE, **metadata},
        "spec": {"mappings": [mapping]},
    }
