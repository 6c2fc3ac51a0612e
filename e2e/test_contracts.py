"""The contracts that the fakes of the fast tests keep, on what they stand for."""

import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts.cluster import MAY_BIND, ClusterContract
from contracts.cluster_namespaces import NamespacesContract
from contracts.cluster_objects import FORGED, OwnObjectsContract
from contracts.directory_questions import QuestionsContract
from contracts.directory_reader import DirectoryReaderContract
from contracts.leases import LeasesContract
from contracts.review import PREFIX, ReviewContract
from groupaccess.adapters.clock import SystemClock
from groupaccess.adapters.keycloak.connection.session import POD_TOKEN
from groupaccess.adapters.keycloak.operator_token import KeycloakOperatorTokens
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.adapters.kubernetes.apiserver import KubernetesApiServer
from groupaccess.adapters.kubernetes.binding_json import read_binding
from groupaccess.adapters.kubernetes.client import KubernetesClient
from groupaccess.adapters.kubernetes.cluster import KubernetesCluster
from groupaccess.adapters.kubernetes.leases import KubernetesLeases
from groupaccess.application.ports.cluster import ObjectRef
from groupaccess.application.ports.keycloak import Connection
from groupaccess.composition import LEASE_NAME
from groupaccess.domain.binding import Binding, BindingKey
from testbed import canary
from testbed.account import account, client_of
from testbed.cluster import Cluster
from testbed.installation import install_guards, remove_guards
from testbed.keycloak import Keycloak
from testbed.objects import access, mapping
from testbed.ports import free_port
from testbed.reading import reached
from testbed.realm_clients import OPERATOR_ROLES, group_mapper

pytestmark = pytest.mark.contract

RELEASE = "contract-groupaccess"  # the chart's names, and the namespace
BINDINGS = "clusterrolebindings"
LEASES = f"leases.coordination.k8s.io/{LEASE_NAME}"


class RealSurroundings:
    """A real cluster, and what its administrator does to it by kubectl."""

    def __init__(self, cluster: Cluster, port: KubernetesCluster, name: str) -> None:
        self.port = port
        self.name = name
        self._cluster = cluster

    def declare(self, name: str) -> ObjectRef:
        self._cluster.apply(access(name, "nowhere", mapping("sre", "SRE")))
        return ObjectRef("GroupAccess", name, self._metadata(name)["uid"])

    def remove(self, ref: ObjectRef) -> None:
        self._cluster.admin.delete(f"ga/{ref.name}")

    def version(self, ref: ObjectRef) -> str:
        return str(self._metadata(ref.name)["resourceVersion"])

    def forge_status(self, ref: ObjectRef) -> None:
        patch = json.dumps({"status": FORGED})
        self._cluster.kubectl(
            "patch", f"ga/{ref.name}", "--subresource=status", "--type=merge", f"--patch={patch}"
        )

    def status(self, ref: ObjectRef) -> Mapping[str, Any]:
        status: Mapping[str, Any] = self._cluster.admin.get(f"ga/{ref.name}")["status"]
        return status

    def binding(self, where: BindingKey) -> Binding | None:
        kind = "rolebinding" if where.namespace else "clusterrolebinding"
        read = map(read_binding, self._cluster.admin.list(kind))
        return next((binding for binding in read if binding.key == where), None)

    def label(self, where: BindingKey) -> None:
        self._cluster.kubectl("label", BINDINGS, where.name, "app.kubernetes.io/managed-by-")

    def remove_binding(self, where: BindingKey) -> None:
        self._cluster.admin.delete(f"clusterrolebinding/{where.name}")

    def make_namespace(self, name: str) -> None:
        self._cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def put_secret(self, name: str, data: dict[str, str]) -> None:
        self._put("Secret", name, stringData=data)

    def put_config_map(self, name: str, data: dict[str, str]) -> None:
        self._put("ConfigMap", name, data=data)

    def close(self) -> None:
        """Delete the object and its namespace; garbage collection takes its bindings."""
        for mine in (f"ga/{self.name}", f"namespace/{self.name}"):
            self._cluster.admin.delete(mine)

    def _put(self, kind: str, name: str, **fields: object) -> None:
        metadata = {"name": name, "namespace": RELEASE}
        self._cluster.apply({"apiVersion": "v1", "kind": kind, "metadata": metadata, **fields})

    def _metadata(self, name: str) -> dict[str, Any]:
        metadata: dict[str, Any] = self._cluster.admin.get(f"ga/{name}")["metadata"]
        return metadata


@pytest.fixture(scope="module")
def kubeconfig(installed: Cluster, without_operator: None) -> Iterator[Path]:  # noqa: ARG001 -- a fixture
    """Give the kubeconfig of an account that may bind MAY_BIND alone; no operator interferes.

    The guards know another account as the operator's, and would keep this one out.
    """
    remove_guards(installed)
    with account(installed, RELEASE, MAY_BIND) as made:
        yield made
    install_guards(installed)


@pytest.fixture
async def client(kubeconfig: Path) -> AsyncIterator[KubernetesClient]:
    """Give the client of that account."""
    async with client_of(kubeconfig) as made:
        yield made


@pytest.fixture
def world(installed: Cluster, client: KubernetesClient, name: str) -> Iterator[RealSurroundings]:
    """Give the adapter with the rights of the account."""
    port = KubernetesCluster(client, RELEASE, SystemClock().now)
    made = RealSurroundings(installed, port, name)
    yield made
    made.close()


class TestKubernetesCluster(ClusterContract):
    """The contract."""


class TestKubernetesNamespaces(NamespacesContract):
    """The contract of bindings in namespaces."""


class TestKubernetesOwnObjects(OwnObjectsContract):
    """The contract of our two kinds."""


@pytest.fixture
def leases(installed: Cluster, client: KubernetesClient) -> Iterator[KubernetesLeases]:
    """Give the adapter with the rights of the account; there is no Lease yet."""
    yield KubernetesLeases(client, RELEASE, LEASE_NAME)
    installed.kubectl("delete", LEASES, f"--namespace={RELEASE}", "--ignore-not-found")


class TestKubernetesLeases(LeasesContract):
    """The contract."""


class RealSource:
    """A real realm, and what its administrator does to it."""

    def __init__(self, keycloak: Keycloak, name: str) -> None:
        self.port = KeycloakReader()
        self.realm = keycloak.create_realm(name)
        self.realm.clients.create_headlamp()
        self.issuer = self.realm.issuer_url
        self.unreachable = f"https://localhost:{free_port()}/"
        self.realm.clients.create_operator()
        self.connection = reached(keycloak, self.realm)

    def create_groups(self, paths: Iterable[str]) -> None:
        for path in paths:
            if path.count("/") == 1:  # many of them, and none is there yet
                self.realm.admin.create_group({"name": path[1:]})
            else:
                self.realm.create_group(path)

    def delete_group(self, path: str) -> None:
        self.realm.delete_group(path)

    def create_role(self, name: str) -> None:
        self.realm.admin.create_realm_role({"name": name})

    def show_roles(self) -> None:
        self.realm.clients.grant("view-realm")

    def create_client(self, client_id: str, *, full_path: bool | None) -> None:
        own = [] if full_path is None else [group_mapper(full_path=full_path)]
        self.realm.clients.create(client_id, protocolMappers=own)

    def create_scope(self, name: str, client_id: str, *, optional: bool) -> None:
        self.realm.clients.create_scope(name, group_mapper(name=name, full_path=True))
        self.realm.clients.assign_scope(client_id, name, optional=optional)

    def disable(self, client_id: str) -> None:
        self.realm.clients.update(client_id, enabled=False)

    def login_without(self, role: str) -> Connection:
        roles = [each for each in OPERATOR_ROLES if each != role]
        login = self.realm.clients.create_operator("weak", roles)
        return replace(self.connection, client_id=login.client_id, client_secret=login.secret)


@pytest.fixture
async def source(keycloak: Keycloak, name: str) -> AsyncIterator[RealSource]:
    """Give a realm of its own; no cluster has to trust it."""
    made = RealSource(keycloak, name)
    yield made
    await made.port.forget_directory("default")
    made.realm.remove()


class TestKeycloakReader(DirectoryReaderContract):
    """The contract."""


class TestKeycloakQuestions(QuestionsContract):
    """The contract of questions."""


class RealBoth:
    """A trusted realm, and the API server as an account with no rights of its own sees it."""

    def __init__(
        self, source: RealSource, admin: KubernetesClient, nobody: KubernetesClient
    ) -> None:
        self.tokens = KeycloakOperatorTokens(20.0, POD_TOKEN)
        self.issuer, self.connection = source.issuer, source.connection
        self.unreachable = source.unreachable
        self.server = KubernetesApiServer(admin)
        self._nobody = nobody

    def take_rights(self) -> None:
        self.server = replace(self.server, client=self._nobody)


@pytest.fixture(scope="module")
def canary_source(installed: Cluster, keycloak: Keycloak) -> Iterator[RealSource]:
    """Give a realm with a canary, whose tokens the cluster reads with a prefix."""
    made = RealSource(keycloak, "contract-canary")
    canary.set_up(made.realm, group="/canary")
    installed.trust(made.realm.issuer(groups_prefix=PREFIX))
    yield made
    installed.distrust(made.issuer)
    made.realm.remove()


@pytest.fixture
async def both(
    installed: Cluster, client: KubernetesClient, canary_source: RealSource
) -> AsyncIterator[RealBoth]:
    """Give the adapters, with an administrator's rights and with those of the account."""
    async with client_of(installed.kubeconfig) as admin:
        yield RealBoth(canary_source, admin, client)


class TestRealReview(ReviewContract):
    """The contract."""
