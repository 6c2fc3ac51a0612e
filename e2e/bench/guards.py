"""What the admission policies cost whoever writes a GroupAccess: `make policies`.

A person without other rights creates, changes and deletes GroupAccesses of 1 and of 24 mappings, on
a control plane of its own, with the chart's policies and without them in turn: bare requests over a
connection that stays open, and `kubectl apply` as people run it.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from statistics import median
from typing import Any

import httpx
from rich.console import Console
from rich.progress import track
from rich.table import Table

from testbed.access import http_client
from testbed.cache import ToolError
from testbed.control_plane import ControlPlane, ControlPlaneOptions
from testbed.guards_users import WRITES_ACCESSES, User, binds, collection, make_user, path
from testbed.installation import (
    install_crds,
    install_guards,
    install_rights,
    remove_guards,
)
from testbed.objects import access, mapping
from testbed.tools import HELM, NEWEST

ROUNDS = 6  # with and without, the first of which is for warming up
TIMES, EARLY = 40, 10  # in each turn, of which some are for warming up, too
COMMANDS = 6  # in each turn
SIZES = (1, 24)
STEPS = ("create", "update", "delete")
KUBECTL = "kubectl apply"
NAME = "bench"
GOAL = 1.1
ROLES = ("view", "edit", "admin")
Key = tuple[int, str, bool]  # mappings, step, guarded
console = Console(highlight=False)


class Author:
    """Somebody who may write GroupAccesses, over one connection."""

    def __init__(self, client: httpx.Client, server: str, user: User) -> None:
        self._client = client
        self._server = server
        self._headers = {"Authorization": f"Bearer {user.token}"}

    def timed(self, size: int) -> Iterator[tuple[str, float]]:
        """Create, change and delete a GroupAccess; yield the seconds of each step."""
        body = _body(size, "/g")
        yield "create", self._send("POST", collection(body), body)
        changed = _body(size, "/h")
        changed["metadata"]["resourceVersion"] = self._version
        yield "update", self._send("PUT", path(body), changed)
        yield "delete", self._send("DELETE", path(body), None)

    def _send(self, method: str, where: str, body: dict[str, Any] | None) -> float:
        began = time.perf_counter()
        url = f"{self._server}{where}"
        answer = self._client.request(method, url, json=body, headers=self._headers)
        took = time.perf_counter() - began
        found = answer.raise_for_status().json()
        self._version = found["metadata"].get("resourceVersion")
        return took


def _body(size: int, group: str) -> dict[str, Any]:
    roles = (ROLES[number % len(ROLES)] for number in range(size))
    mappings = (mapping(f"m-{number}", group, role) for number, role in enumerate(roles))
    return access(NAME, "nowhere", *mappings)


def measure(cluster: ControlPlane) -> dict[Key, list[float]]:
    """Take the rounds; each begins with the other of both."""
    install_crds(cluster)
    install_rights(cluster)
    user = make_user(cluster, NAME, WRITES_ACCESSES, binds(*ROLES))
    took: defaultdict[Key, list[float]] = defaultdict(list)
    with http_client(cluster.ca_file) as client:
        author = Author(client, cluster.server, user)
        turns = [(number, (number + turn) % 2 == 0) for number in range(ROUNDS) for turn in (0, 1)]
        for number, guarded in track(turns, "measuring", console=console, transient=True):
            (install_guards if guarded else remove_guards)(cluster)
            for size in SIZES:
                for step, seconds in _turn(cluster, author, size):
                    if number > 0:
                        took[size, step, guarded].append(seconds)
    return took


def _turn(cluster: ControlPlane, author: Author, size: int) -> Iterator[tuple[str, float]]:
    for number in range(TIMES):
        timed = list(author.timed(size))
        if number >= EARLY:
            yield from timed
    kubeconfig = cluster.service_account_kubeconfig("default", NAME)
    for number in range(COMMANDS):
        body = json.dumps(_body(size, f"/{number}"))
        began = time.perf_counter()
        cluster.kubectl("apply", "--filename=-", stdin=body, kubeconfig=kubeconfig)
        yield KUBECTL, time.perf_counter() - began
    cluster.kubectl("delete", f"ga/{NAME}")


def show(took: dict[Key, list[float]]) -> None:
    """Print the medians and their ratios."""
    table = Table("mappings", "step", "times", "without", "with", "ratio", title="medians")
    for size in SIZES:
        for step in (*STEPS, KUBECTL):
            _row(table, size, step, {which: took[size, step, which] for which in (False, True)})
        table.add_section()
    console.print(table)
    console.print(f"goal: {GOAL:g}")


def _row(table: Table, size: int, step: str, took: dict[bool, list[float]]) -> None:
    plain, guarded = median(took[False]), median(took[True])
    shown = (f"{seconds * 1000:.2f} ms" for seconds in (plain, guarded))
    table.add_row(str(size), step, str(len(took[True])), *shown, f"{guarded / plain:.2f}")


def main() -> int:
    """Measure and print; return the exit code."""
    try:
        for tools in (NEWEST, HELM):
            tools.ensure()
        with ControlPlane(ControlPlaneOptions(oidc=None)) as cluster:
            show(measure(cluster))
    except ToolError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
