"""The servers of a benchmark, with everything declared but the GroupAccesses."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from bench.feed import ACCESSES, Feed, collection, following
from bench.load import DIRECTORY, Load
from bench.process import Usage
from bench.requests import Requests, connected, many
from testbed.control_plane import ControlPlane, ControlPlaneOptions
from testbed.installation import ACCOUNT, NAMESPACE, install_crds, install_rights
from testbed.keycloak import Keycloak, KeycloakServer
from testbed.objects import RECONCILE, directory
from testbed.operator import OperatorProcess
from testbed.realm import Realm

LONG = 1200.0  # seconds within which anything is over
OURS = "labelSelector=app.kubernetes.io/managed-by%3Dgroupaccess"


@dataclass
class Stage:
    """A cluster with a directory that is read, the operator's program, and the connections.

    `admin` may do everything, `account` is the operator's own account.
    """

    load: Load
    cluster: ControlPlane
    keycloak: Keycloak
    realm: Realm
    operator: OperatorProcess
    admin: Requests
    account: Requests
    feed: Feed

    async def declare(self, *bodies: dict[str, Any]) -> None:
        """Create GroupAccesses, many at a time."""
        await many(self.admin.send("POST", ACCESSES, body) for body in bodies)

    async def clear(self) -> None:
        """Delete all GroupAccesses and all our bindings, and wait until they are gone."""
        await self.admin.send("DELETE", ACCESSES)
        await self.clear_bindings()
        await self.feed.until(lambda: not self.feed.ready, LONG)

    async def clear_bindings(self) -> None:
        """Delete all our bindings, and wait until they are gone."""
        for namespace in {namespace for namespace, _ in self.feed.bound}:
            await self.admin.send("DELETE", f"{collection(namespace)}?{OURS}")
        await self.feed.until(lambda: not self.feed.bound, LONG)

    def start(self) -> Usage:
        """Start the operator without waiting until it is ready; return what it costs."""
        self.operator.launch()
        return Usage(self.operator.pid)

    async def ready(self) -> None:
        """Wait until the operator is ready."""
        await asyncio.to_thread(self.operator.wait_ready)

    async def settle(self) -> float:
        """Wait until the operator does nothing; return when that began."""
        return await Usage(self.operator.pid).until_quiet(LONG)

    def read_again(self) -> None:
        """Have everything asked now."""
        self.cluster.admin.annotate(f"kcd/{DIRECTORY}", RECONCILE, str(time.time_ns()))

    async def stop(self) -> None:
        """Stop the operator."""
        await asyncio.to_thread(self.operator.stop)


@asynccontextmanager
async def stage(load: Load) -> AsyncIterator[Stage]:
    """Make everything, and take it down in the end."""
    with _servers(load) as (cluster, keycloak, realm, operator):
        token = cluster.create_token(NAMESPACE, ACCOUNT)
        async with (
            connected(cluster) as admin,
            connected(cluster) as watching,
            connected(cluster, token) as account,
            following(watching) as feed,
        ):
            try:
                yield Stage(load, cluster, keycloak, realm, operator, admin, account, feed)
            finally:
                operator.stop()


@contextmanager
def _servers(load: Load) -> Iterator[tuple[ControlPlane, Keycloak, Realm, OperatorProcess]]:
    with (
        KeycloakServer() as keycloak,
        ControlPlane(ControlPlaneOptions(oidc=None)) as cluster,
    ):
        install_crds(cluster)
        install_rights(cluster)
        for name in load.namespaces:
            cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        realm = _declare_directory(load, keycloak, cluster)
        yield cluster, keycloak, realm, OperatorProcess(cluster)


def _declare_directory(load: Load, keycloak: Keycloak, cluster: ControlPlane) -> Realm:
    realm = keycloak.create_realm(DIRECTORY, {"groups": [{"name": name} for name in load.groups]})
    realm.clients.create_headlamp()
    realm.clients.create_operator()
    ca = keycloak.ca_file.read_text()
    cluster.apply(*directory(DIRECTORY, realm, ca, syncInterval="1h"))
    return realm
