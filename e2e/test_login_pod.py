"""No stored secret: Keycloak believes the pod's own token, whose keys it reads from the cluster."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from contracts.reading import read_once
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.application.ports.errors import RejectedError
from groupaccess.application.ports.keycloak import Connection
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.directory.questions import GroupsInUse
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from testbed.cluster import Cluster
from testbed.control_plane import ControlPlane
from testbed.installation import ACCOUNT, NAMESPACE, USERNAME
from testbed.keycloak import Keycloak, KeycloakServer
from testbed.realm import Realm
from testbed.realm_clients import OPERATOR
from testbed.realm_setup import pod_token, trust_cluster

pytestmark = [pytest.mark.login, pytest.mark.usefixtures("_local_only")]

HEADLAMP = LoginClient("headlamp", id_token=True, scopes=("openid",))
USED = GroupsInUse(frozenset({"/SRE"}))
PROVIDER = "kubernetes"
STALE = '{"keys": []}'
DISCOVERY_NAME = "keycloak-reads-our-keys"
DISCOVERY = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "ClusterRoleBinding",
    "metadata": {"name": DISCOVERY_NAME},
    "roleRef": {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "ClusterRole",
        "name": "system:service-account-issuer-discovery",
    },
    "subjects": [
        {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "Group",
            "name": "system:unauthenticated",
        }
    ],
}


@pytest.fixture(scope="module")
def trusting(installed: Cluster) -> Iterator[Keycloak]:
    """Give a Keycloak that trusts the cluster's CA, and may read the keys of its tokens."""
    assert isinstance(installed, ControlPlane)
    installed.apply(DISCOVERY)
    with KeycloakServer(trusts=installed.ca_file) as server:
        yield server
    installed.kubectl("delete", "clusterrolebinding", DISCOVERY_NAME)


class Pod:
    """An operator with a projected token, and its realm."""

    def __init__(self, cluster: Cluster, keycloak: Keycloak, realm: Realm, file: Path) -> None:
        self.realm = realm
        self.reader = KeycloakReader(pod_token=file)
        self._cluster = cluster
        self._file = file
        ca = keycloak.ca_file.read_text()
        self._connection = Connection(f"{keycloak.url}/", realm.name, OPERATOR, None, ca)

    def project(self, *audiences: str, account: str = ACCOUNT) -> None:
        """Write a new token into the file, as the kubelet does."""
        self._file.write_text(self._cluster.create_token(NAMESPACE, account, *audiences))

    async def read(self) -> Snapshot:
        """Read the realm."""
        directory = Directory("default", self.realm.issuer_url, "groups", "", (HEADLAMP,))
        return await read_once(self.reader, directory, self._connection, USED)

    async def refusal(self) -> Failure:
        """Return why the realm cannot be read."""
        with pytest.raises(RejectedError) as refused:
            await self.read()
        assert refused.value.failure.reason == Reason.LOGIN_FAILED
        assert self._file.read_text() not in refused.value.failure.message
        return refused.value.failure


@pytest.fixture(params=["the cluster's discovery", "given keys"])
async def pod(
    request: pytest.FixtureRequest,
    installed: Cluster,
    trusting: Keycloak,
    tmp_path: Path,
    name: str,
) -> AsyncIterator[Pod]:
    """Give an operator whose realm knows the cluster's keys in the one or the other way."""
    assert isinstance(installed, ControlPlane)
    realm = trusting.create_realm(name)
    realm.clients.create_headlamp()
    realm.create_group("/SRE")
    published = installed.kubectl("get", "--raw", "/openid/v1/jwks").stdout
    given = published if request.param == "given keys" else None
    for keys in (None, STALE, given) if given else (None,):
        trust_cluster(realm.clients.call, PROVIDER, installed.server, keys)
    realm.clients.create_operator(**pod_token(PROVIDER, USERNAME))
    made = Pod(installed, trusting, realm, tmp_path / "token")
    made.project(realm.issuer_url)
    yield made
    await made.reader.forget_directory("default")
    trusting.set_aside(realm)


async def test_a_realm_is_read_with_the_pods_token_alone(pod: Pod) -> None:
    found = await pod.read()
    assert [group.path for group in found.groups] == ["/SRE"]
    assert found.by_client_id["headlamp"].enabled
    pod.project(pod.realm.issuer_url)
    assert await pod.read() == found


async def test_a_token_for_another_audience_is_told_what_it_should_be(pod: Pod) -> None:
    pod.project(f"{pod.realm.issuer_url}/")
    message = (await pod.refusal()).message
    assert f'"{pod.realm.issuer_url}/"' in message
    assert "serviceAccountToken.audience" in message
    pod.project(pod.realm.issuer_url, "another")
    assert "and no other" in (await pod.refusal()).message
    pod.project(pod.realm.issuer_url)
    assert (await pod.read()).groups


async def test_a_token_of_another_account_is_told_whose_it_is(pod: Pod) -> None:
    pod.project(pod.realm.issuer_url, account="default")
    message = (await pod.refusal()).message
    assert "Invalid client or Invalid client credentials" in message
    assert f'subject "system:serviceaccount:{NAMESPACE}:default"' in message


async def test_a_disabled_identity_provider_is_a_refused_login(pod: Pod) -> None:
    call = pod.realm.clients.call
    provider = call("GET", f"/identity-provider/instances/{PROVIDER}")
    call("PUT", f"/identity-provider/instances/{PROVIDER}", {**provider, "enabled": False})
    assert "identity provider" in (await pod.refusal()).message
    call("PUT", f"/identity-provider/instances/{PROVIDER}", provider)
    assert (await pod.read()).groups
