"""What the admission policies cost whoever writes a GroupAccess: `make bench`.

A person without other rights creates, changes and deletes GroupAccesses of 1 and of 24 mappings, on
a control plane of its own, with the chart's policies and without them in turn.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
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

ROUNDS = 6
TIMES = 40  # in each round
SIZES = (1, 24)
STEPS = ("create", "update", "delete")
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
    return access("bench", "nowhere", *mappings)


def measure(cluster: ControlPlane) -> dict[Key, list[float]]:
    """Take the rounds, with and without guards in turn; the first of each is for warming up."""
    install_crds(cluster)
    install_rights(cluster)
    user = make_user(cluster, "bench", WRITES_ACCESSES, binds(*ROLES))
    took: defaultdict[Key, list[float]] = defaultdict(list)
    with http_client(cluster.ca_file) as client:
        author = Author(client, cluster.server, user)
        turns = list(product(range(ROUNDS), (True, False)))
        for number, guarded in track(turns, "measuring", console=console, transient=True):
            (install_guards if guarded else remove_guards)(cluster)
            for size, _ in product(SIZES, range(TIMES)):
                for step, seconds in author.timed(size):
                    if number > 0:
                        took[size, step, guarded].append(seconds)
    return took


def show(took: dict[Key, list[float]]) -> None:
    """Print the medians and their ratios."""
    title = f"median of {TIMES * (ROUNDS - 1)} requests each"
    table = Table("mappings", "step", "without", "with", "ratio", title=title)
    for size in SIZES:
        sums = {True: 0.0, False: 0.0}
        for step in STEPS:
            medians = {guarded: median(took[size, step, guarded]) for guarded in sums}
            sums = {guarded: sums[guarded] + medians[guarded] for guarded in sums}
            _row(table, size, step, medians)
        _row(table, size, "all three", sums)
        table.add_section()
    console.print(table)
    console.print(f"goal: {GOAL:g}")


def _row(table: Table, size: int, step: str, seconds: dict[bool, float]) -> None:
    plain, guarded = (f"{seconds[which] * 1000:.2f} ms" for which in (False, True))
    table.add_row(str(size), step, plain, guarded, f"{seconds[True] / seconds[False]:.2f}")


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
