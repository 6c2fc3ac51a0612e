"""What the groups in use cost Keycloak, by the size of the realm: `make scale`.

A round of questions in realms of 100, 10,000 and 50,000 groups, for 20, 200 and 2,000 groups in
use and accounts with permissions and with roles. The floor of a round is as many requests as single
questions take them, in the same realm and run. Then the operator runs there with the fewest and the
most groups in use: how long a new mapping takes, also while a round is under way, and a suggestion.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from groupaccess.domain.directory.questions import GroupsInUse
from testbed.cache import ToolError
from testbed.control_plane import ControlPlane, ControlPlaneOptions
from testbed.guards_users import EVERYTHING, make_user
from testbed.installation import install_crds, install_rights
from testbed.keycloak import Keycloak, KeycloakServer
from testbed.large_realm import CLASSIC, NAMESAKE, Cost, LargeRealm, large_realm
from testbed.objects import Objects, access, directory, mapping
from testbed.operator import OperatorProcess
from testbed.realm_clients import OPERATOR
from testbed.tools import HELM, KEYCLOAK, NEWEST
from testbed.waiting import eventually
from testbed.watch import Watch

SIZES = (100, 10_000, 50_000)
IN_USE = (20, 200, 2_000)
ACCOUNTS = {"permissions": OPERATOR, "roles": CLASSIC}
SINGLE = 5  # rounds about one group for the floor
PER_OBJECT = 24  # mappings of one GroupAccess, as many as it may have
NAME = "scale"
LONG = 600.0  # seconds
console = Console(highlight=False)


async def rounds(large: LargeRealm) -> Table:
    """Ask for more and more groups with both accounts; return a row for each."""
    table = Table(
        "in use", "account", "requests", "seconds", "of Keycloak", "floor", "ratio", "MiB"
    )
    for many in IN_USE:
        used = GroupsInUse(frozenset(large.some(many)))
        for account, client in ACCOUNTS.items():
            cost = await large.ask(used, client=client)
            floor = await _single(large, client) * cost.calls
            memory = (await large.ask(used, client=client, memory=True)).memory
            _row(table, f"{len(used.references)}", account, cost, floor, memory)
    for account, client in ACCOUNTS.items():
        cost = await large.ask(GroupsInUse(frozenset({NAMESAKE})), client=client)
        _row(table, "300 namesakes", account, cost, await _single(large, client) * cost.calls, 0)
    return table


async def _single(large: LargeRealm, client: str) -> float:
    """Return the median of the seconds that a round about one group more takes per request."""
    some = large.some(SINGLE)
    costs = [await large.ask(GroupsInUse(frozenset({path})), client=client) for path in some]
    return median(cost.worked / cost.calls for cost in costs)


def _row(table: Table, use: str, account: str, cost: Cost, floor: float, memory: int) -> None:
    table.add_row(
        use,
        account,
        str(cost.calls),
        f"{cost.seconds:.2f}",
        f"{cost.worked:.2f}",
        f"{floor:.2f}",
        f"{cost.worked / floor:.2f}",
        f"{memory / 2**20:.1f}" if memory else "",
    )


class Installation:
    """An operator that asks one large realm about many groups."""

    def __init__(self, cluster: ControlPlane, keycloak: Keycloak, large: LargeRealm) -> None:
        """Declare nothing yet."""
        self._objects = Objects(cluster)
        self._large = large
        both = keycloak.ca_file.read_text() + large.proxy.ca
        spec = {"adminURL": large.proxy.url, "syncInterval": "10s"}
        self._directory = directory(NAME, large.realm, both, **spec)
        self._user = make_user(cluster, NAME, EVERYTHING)
        self._number = 0

    @contextmanager
    def declared(self, many: int) -> Iterator[float]:
        """Declare so many mappings; yield after how many seconds all of them are bound."""
        paths = self._large.some(many)
        bodies = [
            access(f"{NAME}-{at}", NAME, *(mapping(f"m-{n}", path) for n, path in enumerate(part)))
            for at in range(0, len(paths), PER_OBJECT)
            if (part := paths[at : at + PER_OBJECT])
        ]
        began = time.perf_counter()
        try:
            self._objects.apply(*self._directory, *bodies)
            for body in bodies:
                self._objects.wait_reason(f"ga/{body['metadata']['name']}", "Granted", within=LONG)
            yield time.perf_counter() - began
        finally:
            self._objects.close()

    def grant(self) -> float:
        """Return the seconds from when a new mapping is applied until it is bound."""
        self._number += 1
        name, path = f"{NAME}-new-{self._number}", self._large.paths[-self._number]
        with Watch(self._user) as watch:
            self._objects.apply(access(name, NAME, mapping("m", path)))
            applied = time.time()
            eventually(lambda: watch.present(name), within=LONG, every=0.01, what="a new grant")
            (seen,) = watch.bindings(name)
        return seen.at - applied

    def grant_beside_a_round(self) -> float:
        """Return the same while everything is asked again."""
        calls, realm = self._large.proxy.calls, self._large.realm.name
        before = calls[realm]
        self._objects.read_again(NAME)
        eventually(lambda: calls[realm] > before + 10, within=LONG, every=0.01, what="a round")
        return self.grant()

    def suggestion(self) -> float:
        """Return the seconds until the message about a group that is not there names another."""
        self._number += 1
        name, path = f"{NAME}-typo-{self._number}", self._large.paths[-self._number]
        self._objects.apply(access(name, NAME, mapping("m", path.rpartition("/")[2][:-1])))
        applied = time.time()
        self._objects.wait_message(f"ga/{name}", "did you mean", within=LONG)
        return time.time() - applied

    def pace(self) -> str:
        """Return what the directory says of how it is asked."""
        ready = self._objects.conditions(f"kcd/{NAME}")["Ready"]
        return str(ready["message"])


def operator(cluster: ControlPlane, keycloak: Keycloak, large: LargeRealm) -> Table:
    """Run the operator in the realm; return a row for each number of groups in use."""
    table = Table("in use", "all bound", "new mapping", "beside a round", "suggestion", "status")
    process = OperatorProcess(cluster)
    process.start()
    try:
        for many in IN_USE[:: len(IN_USE) - 1]:
            here = Installation(cluster, keycloak, large)
            with here.declared(many) as took:
                new, beside = here.grant(), here.grant_beside_a_round()
                hint, said = here.suggestion(), here.pace()
            seconds = (f"{each:.2f} s" for each in (took, new, beside, hint))
            table.add_row(str(len(large.some(many))), *seconds, said)
    finally:
        process.stop()
    return table


def measure(sizes: list[int], *, with_operator: bool) -> None:
    """Make a Keycloak and a cluster, and print what each realm costs."""
    with ExitStack() as stack:
        keycloak = stack.enter_context(KeycloakServer())
        cluster = stack.enter_context(ControlPlane(ControlPlaneOptions(oidc=None)))
        install_crds(cluster)
        install_rights(cluster)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for size in sizes:
            with large_realm(keycloak, f"r{size}", size, folder / str(size)) as large:
                console.print(f"[bold]{large.count} groups[/bold]")
                console.print(asyncio.run(rounds(large)))
                if with_operator:
                    console.print(operator(cluster, keycloak, large))


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rounds-only", action="store_true")
    options = parser.parse_args()
    try:
        for tools in (NEWEST, HELM, KEYCLOAK):
            tools.ensure()
        measure(options.sizes, with_operator=not options.rounds_only)
    except ToolError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
