"""The contract of `why` and `doctor`, on a real API server and a real Keycloak."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest
import pytest_asyncio

from contracts.diagnosis import GROUP, DiagnosisContract, DiscoveryContract
from groupaccess.adapters.keycloak.discovery import KeycloakDiscovery
from groupaccess.adapters.kubernetes.diagnosis import KubernetesDiagnosisCluster
from groupaccess.domain.binding import BindingKey
from testbed.account import anonymous, client_of, nobody
from testbed.cluster import Cluster
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, directory, mapping
from testbed.ports import free_port
from testbed.realm import Realm

pytestmark = pytest.mark.contract

NAME = "contract-diagnosis"
ACCOUNT = "system:serviceaccount:default:default"


class RealDiagnosisSource:
    """A real API server, as the admin and as an account without rights sees it."""

    binding = BindingKey("default", NAME)
    access = directory = NAME
    account = ACCOUNT

    def __init__(
        self,
        port: KubernetesDiagnosisCluster,
        powerless: KubernetesDiagnosisCluster,
        anonymous: KubernetesDiagnosisCluster,
        token: str,
    ) -> None:
        self.port, self.powerless, self.token = port, powerless, token
        self.anonymous = anonymous


@pytest.fixture(scope="module")
def prepared(installed: Cluster, keycloak: Keycloak) -> Iterator[Cluster]:
    """Give the cluster with the objects of the contract."""
    realm = keycloak.create_realm(NAME)
    realm.clients.create_operator()
    create = ("create", "rolebinding", NAME, "--namespace=default")
    installed.kubectl(*create, "--clusterrole=view", f"--group={GROUP}")
    with closing(Objects(installed)) as objects:
        objects.apply(*directory(NAME, realm, keycloak.ca_file.read_text()))
        objects.apply(access(NAME, NAME, mapping("sre", "SRE")))
        yield installed
    installed.kubectl("delete", "rolebinding", NAME, "--namespace=default")
    keycloak.set_aside(realm)


@pytest_asyncio.fixture
async def source(prepared: Cluster) -> AsyncIterator[RealDiagnosisSource]:
    """Give both accounts, and nobody."""
    token = prepared.create_token("default", "default")
    files = (prepared.kubeconfig, nobody(prepared), anonymous(prepared))
    async with AsyncExitStack() as stack:
        admin, powerless, unknown = [
            KubernetesDiagnosisCluster(await stack.enter_async_context(client_of(file)))
            for file in files
        ]
        yield RealDiagnosisSource(admin, powerless, unknown, token)


class RealDiscoverySource:
    """A real Keycloak."""

    def __init__(self, realm: Realm, ca: Path) -> None:
        self.reader, self.issuer = KeycloakDiscovery(ca), realm.issuer_url
        self.missing = f"{realm.issuer_url}-other"
        self.unreachable = f"https://localhost:{free_port()}/realms/ADMIN"


@pytest.fixture
def discovery(keycloak: Keycloak) -> RealDiscoverySource:
    return RealDiscoverySource(keycloak.realm("master"), keycloak.ca_file)


class TestKubernetesDiagnosisCluster(DiagnosisContract):
    """The contract."""


class TestKeycloakDiscovery(DiscoveryContract):
    """The contract."""
