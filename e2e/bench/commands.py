"""What `why` and `doctor` take in a large cluster: `make commands`.

A cluster with very many namespaces and bindings, and no operator. Each command is a process of its
own, as people run it; its requests are those that kube-apiserver counts.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.requests import RBAC, answered, connected, many
from testbed.cache import ToolError
from testbed.control_plane import ControlPlane, ControlPlaneOptions
from testbed.installation import install_crds, install_rights
from testbed.keycloak import Keycloak, KeycloakServer
from testbed.objects import directory
from testbed.tools import HELM, KEYCLOAK, NEWEST

NAMESPACES, EACH = 2_000, 5  # and RoleBindings in each
TIMES = 5
NAME, GROUP = "default", "SRE"
PODS = ("why", "list", "pods", "--as=alice", f"--as-group={GROUP}")
GOALS = {"why": 3.0, "doctor": 5.0}  # seconds
COMMANDS: dict[str, tuple[str, ...]] = {
    "why, a yes": (*PODS, "-n", "ns-0000"),
    "why, a no": (*PODS, "-n", "kube-system"),
    "why, in all namespaces": (*PODS, "-A"),
    "why, a user of Keycloak": ("why", "alice", "list", "pods", "-n", "ns-0000"),
    "doctor": ("doctor",),
}
console = Console(highlight=False)


@dataclass(frozen=True)
class Cost:
    """The median of the seconds that a command takes, and its requests to kube-apiserver."""

    seconds: float
    requests: int


def main() -> int:
    """Measure and print; return the exit code."""
    try:
        for tools in (NEWEST, HELM, KEYCLOAK):
            tools.ensure()
        with ExitStack() as stack:
            keycloak = stack.enter_context(KeycloakServer())
            cluster = stack.enter_context(ControlPlane(ControlPlaneOptions(oidc=None)))
            _fill(cluster, keycloak)
            costs = {name: _measure(cluster, keycloak, COMMANDS[name]) for name in COMMANDS}
    except ToolError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return 1
    _show(costs)
    return 0


def _fill(cluster: ControlPlane, keycloak: Keycloak) -> None:
    install_crds(cluster)
    install_rights(cluster)
    realm = keycloak.create_realm("commands")
    realm.clients.create_headlamp()
    realm.clients.create_operator()
    realm.create_user("alice", GROUP)
    cluster.apply(*directory(NAME, realm, keycloak.ca_file.read_text()))
    asyncio.run(_bind(cluster))


async def _bind(cluster: ControlPlane) -> None:
    async with connected(cluster) as admin:
        names = [f"ns-{number:04}" for number in range(NAMESPACES)]
        bodies = ({"metadata": {"name": name}} for name in names)
        await many(admin.send("POST", "/api/v1/namespaces", body) for body in bodies)
        await many(
            admin.send("POST", f"{RBAC}/namespaces/{name}/rolebindings", body)
            for name in names
            for body in _bindings()
        )


def _bindings() -> Iterator[dict[str, Any]]:
    """Yield the bindings of a namespace, of which one is for alice's group."""
    rbac = "rbac.authorization.k8s.io"
    for number in range(EACH):
        group = GROUP if number == 0 else f"team-{number}"
        yield {
            "metadata": {"name": f"team-{number}"},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": "view"},
            "subjects": [{"apiGroup": rbac, "kind": "Group", "name": group}],
        }


def _measure(cluster: ControlPlane, keycloak: Keycloak, words: tuple[str, ...]) -> Cost:
    trust = (f"--ca={keycloak.ca_file}",) if words[0] == "doctor" or "alice" in words else ()
    env = {
        **os.environ,
        "KUBECONFIG": str(cluster.kubeconfig),
        "KEYCLOAK_USER": keycloak.login.username,
        "KEYCLOAK_PASSWORD": keycloak.login.password,
    }
    command = [sys.executable, "-m", "groupaccess", *words, *trust]
    took = list[float]()
    before = answered(cluster)
    for _ in range(TIMES):
        began = time.perf_counter()
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        took.append(time.perf_counter() - began)
        assert done.stdout, done.stderr
    idle = _idle_requests(cluster, sum(took))
    return Cost(median(took), round((answered(cluster) - before - idle) / TIMES))


def _idle_requests(cluster: ControlPlane, seconds: float) -> float:
    """Return how many requests the cluster makes by itself in a time that long."""
    before = answered(cluster)
    time.sleep(seconds)
    return 2 * (answered(cluster) - before)


def _show(costs: dict[str, Cost]) -> None:
    title = f"{NAMESPACES} namespaces, {NAMESPACES * EACH} bindings"
    table = Table("command", "seconds", "goal", "requests", title=title)
    for name, cost in costs.items():
        goal = GOALS[COMMANDS[name][0]]
        style = "" if cost.seconds < goal else "red"
        table.add_row(name, f"{cost.seconds:.2f}", f"{goal:g}", f"{cost.requests}", style=style)
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
