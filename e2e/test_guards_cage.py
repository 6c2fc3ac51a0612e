"""The cage: what the operator's token is worth in wrong hands, with all rights of RBAC."""

from collections.abc import Iterator

import pytest

from testbed.cluster import Cluster
from testbed.guards import CAGE, accepted, refusal
from testbed.guards_users import EVERYTHING, RBAC, Body, User, binding
from testbed.installation import (
    ACCOUNT,
    NAMESPACE,
    WITH_CLUSTER_ADMIN,
    install_rights,
    stolen_token,
)
from testbed.waiting import eventually

pytestmark = pytest.mark.attacks


def test_a_role_of_any_name_can_be_listed(without_operator: Cluster) -> None:
    odd = """it's "odd" \\ <role>: ${x} ünïcode"""
    body = binding(f"groupaccess:x:m:{odd}", odd)
    operator = stolen_token(without_operator)
    install_rights(without_operator, [*WITH_CLUSTER_ADMIN, odd])
    try:
        accepted(operator.create(body, dry=True))
    finally:
        install_rights(without_operator)


@pytest.fixture(scope="module")
def thief(without_operator: Cluster) -> Iterator[User]:
    """Give the operator's token in wrong hands, with all rights that RBAC can give."""
    bound = binding("stolen", "cluster-admin")
    bound["subjects"] = [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": NAMESPACE}]
    without_operator.apply(bound)
    held = stolen_token(without_operator)
    eventually(lambda: held.may("*", "*", "*"), within=10)
    yield held
    without_operator.kubectl("delete", "clusterrolebinding/stolen")


def forged(called: str, *subjects: dict[str, str], **role_ref: str) -> Body:
    """Return a binding of a name, for one group when nobody else is named, to view."""
    body = binding(called, "view", "g", namespace="default")
    body["subjects"] = list(subjects) or body["subjects"]
    body["roleRef"] |= role_ref
    return body


def group(name: str) -> dict[str, str]:
    return {"kind": "Group", "apiGroup": RBAC, "name": name}


def named(kind: str, name: str) -> Body:
    return {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": {"name": name}}


OURS = "groupaccess:x:m:view"
FORGED: dict[str, tuple[Body, str]] = {
    "a foreign name": (forged("x"), 'not "x"'),
    "a name that looks alike": (forged("groupaccess-x"), 'not "groupaccess-x"'),
    "a role of Kubernetes": (forged(OURS, name="system:node"), 'not ClusterRole "system:node"'),
    "a Role": (forged(OURS, kind="Role"), 'not Role "view"'),
    "everybody": (forged(OURS, group("system:unauthenticated")), '"system:"'),
    "masters among others": (forged(OURS, group("g"), group("system:masters")), '"system:"'),
    "a ServiceAccount": (
        forged(OURS, {"kind": "ServiceAccount", "name": "x", "namespace": "default"}),
        "no users or service accounts",
    ),
    "a person": (
        forged(OURS, {"kind": "User", "apiGroup": RBAC, "name": "eve"}),
        "no users or service accounts",
    ),
    "a ClusterRole": (named("ClusterRole", OURS), "no clusterroles"),
}


@pytest.mark.parametrize(("body", "words"), FORGED.values(), ids=FORGED)
def test_the_stolen_token_writes_nothing_but_groups_bindings_to_listed_roles(
    thief: User, body: Body, words: str
) -> None:
    assert words in refusal(CAGE, thief.create(body))


def test_the_stolen_token_changes_and_deletes_nothing_that_is_not_the_operators(
    thief: User, without_operator: Cluster, name: str
) -> None:
    foreign = binding(name, "view", "g")
    role = named("ClusterRole", name)
    without_operator.apply(foreign, role)
    try:
        refusal(CAGE, thief.update({**thief.read(foreign), "subjects": []}))
        for body in (foreign, role):
            refusal(CAGE, thief.delete(body))
        refusal(CAGE, thief.update({**thief.read(role), "rules": [dict(EVERYTHING)]}))
    finally:
        without_operator.kubectl("delete", f"clusterrolebinding/{name}", f"clusterrole/{name}")


def test_what_others_forged_can_be_repaired_and_deleted(
    thief: User, without_operator: Cluster, name: str
) -> None:
    foreign_role = binding(f"groupaccess:{name}:a:system:node", "system:node", "g")
    masters = binding(f"groupaccess:{name}:b:view", "view", "system:masters")
    without_operator.apply(foreign_role, masters)
    refusal(CAGE, thief.update(masters))
    accepted(thief.update(binding(masters["metadata"]["name"], "view", "g")))
    accepted(thief.delete(masters))
    accepted(thief.delete(foreign_role))
