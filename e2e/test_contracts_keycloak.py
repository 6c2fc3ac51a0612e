"""The contracts of Keycloak, and of who reads its tokens, on a real Keycloak and API server."""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace

import pytest

from contracts.directory_questions import QuestionsContract
from contracts.directory_reader import DirectoryReaderContract
from contracts.review import PREFIX, ReviewContract
from groupaccess.adapters.keycloak.connection.session import POD_TOKEN
from groupaccess.adapters.keycloak.operator_token import KeycloakOperatorTokens
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.adapters.kubernetes.apiserver import KubernetesApiServer
from groupaccess.adapters.kubernetes.client import KubernetesClient
from groupaccess.application.ports.keycloak import Connection
from testbed import canary
from testbed.account import client_of, nobody
from testbed.cluster import Cluster
from testbed.keycloak import Keycloak
from testbed.ports import free_port
from testbed.reading import reached
from testbed.realm_clients import group_mapper
from testbed.realm_setup import OPERATOR_ROLES

pytestmark = pytest.mark.contract


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
    keycloak.set_aside(made.realm)


class TestKeycloakReader(DirectoryReaderContract):
    """The contract."""


class TestKeycloakQuestions(QuestionsContract):
    """The contract of questions."""


class RealBoth:
    """A trusted realm, and the API server as an account with no rights of its own sees it."""

    def __init__(
        self, source: RealSource, admin: KubernetesClient, powerless: KubernetesClient
    ) -> None:
        self.tokens = KeycloakOperatorTokens(20.0, POD_TOKEN)
        self.issuer, self.connection = source.issuer, source.connection
        self.unreachable = source.unreachable
        self.server = KubernetesApiServer(admin)
        self._powerless = powerless

    def take_rights(self) -> None:
        self.server = replace(self.server, client=self._powerless)


@pytest.fixture(scope="module")
def canary_source(installed: Cluster, keycloak: Keycloak) -> Iterator[RealSource]:
    """Give a realm with a canary, whose tokens the cluster reads with a prefix."""
    made = RealSource(keycloak, "contract-canary")
    canary.set_up(made.realm, group="/canary")
    installed.trust(made.realm.issuer(groups_prefix=PREFIX))
    yield made
    installed.distrust(made.issuer)
    keycloak.set_aside(made.realm)


@pytest.fixture
async def both(installed: Cluster, canary_source: RealSource) -> AsyncIterator[RealBoth]:
    """Give the adapters, with an administrator's rights and with nobody's."""
    async with (
        client_of(installed.kubeconfig) as admin,
        client_of(nobody(installed)) as powerless,
    ):
        yield RealBoth(canary_source, admin, powerless)


class TestRealReview(ReviewContract):
    """The contract."""
