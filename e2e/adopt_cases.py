"""Sixty bindings as they are found in clusters: by hand, from Rancher, from rbac-manager."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

RBAC = "rbac.authorization.k8s.io"
LABEL = {"made": "by-hand"}
TEAMS = tuple(f"Team {letter}" for letter in "ABCDEFGHIJ")
Subject = dict[str, str]


def group(name: str) -> Subject:
    return {"apiGroup": RBAC, "kind": "Group", "name": name}


def user(name: str) -> Subject:
    return {"apiGroup": RBAC, "kind": "User", "name": name}


def account(name: str) -> Subject:
    return {"kind": "ServiceAccount", "name": name, "namespace": "default"}


@dataclass(frozen=True)
class Case:
    """A binding, and whether GroupAccesses can stand for all of it."""

    body: dict[str, Any]
    replaceable: bool = True

    @property
    def shown(self) -> str:
        """Return its kind and name as the command shows them."""
        metadata = self.body["metadata"]
        place = f"{metadata['namespace']}/" if "namespace" in metadata else ""
        return f"{self.body['kind']} {place}{metadata['name']}"


def binding(
    name: str,
    role: str,
    *subjects: Subject,
    namespace: str = "",
    role_kind: str = "ClusterRole",
    **metadata: Any,  # noqa: ANN401 -- JSON
) -> dict[str, Any]:
    labels = LABEL | metadata.pop("labels", {})
    where = {"namespace": namespace} if namespace else {}
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": {"name": name, "labels": labels, **where, **metadata},
        "roleRef": {"apiGroup": RBAC, "kind": role_kind, "name": role},
        "subjects": list(subjects),
    }


def cases(prefix: str, namespaces: tuple[str, str, str, str]) -> list[Case]:
    """Return the sixty; their names begin with `prefix`."""
    made = [*_by_hand(prefix, namespaces), *_mixed(prefix, namespaces)]
    return [*made, *_of_tools(prefix, namespaces)]


def _by_hand(prefix: str, namespaces: tuple[str, ...]) -> Iterator[Case]:
    for number, team in enumerate(TEAMS):
        yield Case(binding(f"{prefix}-view-{number}", "view", group(team)))
        for place in namespaces[: 1 + number % 3]:
            role = ("edit", "admin")[number % 2]
            yield Case(binding(f"{prefix}-{number}", role, group(team), namespace=place))
    for number in range(7):
        several = (group(TEAMS[number]), group(TEAMS[number + 1]), group(TEAMS[number + 3]))
        yield Case(binding(f"{prefix}-several-{number}", "edit", *several, namespace=namespaces[3]))
    yield Case(binding(f"{prefix}-admins", "cluster-admin", group(TEAMS[0])))
    yield Case(binding(f"{prefix}-twice", "view", group(TEAMS[1]), group(TEAMS[1])))
    yield Case(binding(f"{prefix}:odd#name?", "edit", group(TEAMS[4])))


def _mixed(prefix: str, namespaces: tuple[str, ...]) -> Iterator[Case]:
    for number in range(4):
        team, place = group(TEAMS[number]), namespaces[number]
        with_bot = binding(f"{prefix}-bot-{number}", "edit", team, account("bot"), namespace=place)
        yield Case(with_bot, replaceable=False)
    yield Case(binding(f"{prefix}-bob", "view", user("bob"), group(TEAMS[2])), replaceable=False)
    yield Case(
        binding(f"{prefix}-all", "view", group("system:nobody"), group(TEAMS[5])),
        replaceable=False,
    )
    for number in range(3):
        own = binding(
            f"{prefix}-own-{number}",
            f"{prefix}-own",
            group(TEAMS[number]),
            namespace=namespaces[0],
            role_kind="Role",
        )
        yield Case(own, replaceable=False)


def _of_tools(prefix: str, namespaces: tuple[str, ...]) -> Iterator[Case]:
    norman = {"cattle.io/creator": "norman"}
    for number in range(4):
        principal = group(f"keycloakoidc_group://{TEAMS[number]}")
        rancher = binding(f"{prefix}-crb-{number}", "view", principal, labels=norman)
        yield Case(rancher, replaceable=False)
    for number in range(4):
        name, place = f"{prefix}-rb-{number}", namespaces[number]
        annotation = {"lifecycle.cattle.io/create.mgmt-auth-prtb-controller": "true"}
        team = group(TEAMS[9 - number])
        yield Case(binding(name, "admin", team, namespace=place, annotations=annotation))
    for number in range(4):
        owner = {
            "apiVersion": "rbacmanager.reactiveops.io/v1beta1",
            "kind": "RBACDefinition",
            "name": "teams",
            "uid": "5a0e8f5e-0000-4000-8000-000000000000",
        }
        labels = {"rbac-manager": "reactiveops"}
        yield Case(
            binding(
                f"{prefix}-rbac-manager-{number}",
                "view",
                group(TEAMS[number]),
                ownerReferences=[owner],
                labels=labels,
            )
        )
