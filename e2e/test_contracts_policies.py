"""The contracts of admission policies and of the operator's own rights, on a real API server."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from contracts.admission_policies import BindGuardContract, WritePoliciesContract
from contracts.cluster import MAY_BIND
from contracts.rights import RightsContract
from groupaccess.adapters.kubernetes.admission_policies import (
    KubernetesBindGuardPolicies,
    KubernetesWritePolicies,
)
from groupaccess.adapters.kubernetes.client import KubernetesClient
from groupaccess.adapters.kubernetes.rights import KubernetesOperatorRights
from testbed.account import account, client_of, nobody
from testbed.admin_api import ADMISSION, RBAC
from testbed.cluster import Cluster
from testbed.guards_users import binds
from testbed.ports import free_port
from testbed.waiting import eventually

pytestmark = pytest.mark.contract

RELEASE = "policies-groupaccess"  # the chart's names, and the namespace
NAME = f"{RELEASE}-bind-guard"  # the account may read it
MORE = f"{RELEASE}-more"
POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
NOTHING = {"apiGroups": ["groupaccess.io"], "apiVersions": ["v1alpha1"], "resources": ["nothing"]}


@pytest.fixture(scope="module")
def kubeconfig(installed: Cluster) -> Iterator[Path]:
    """Give the kubeconfig of an account that may bind MAY_BIND alone."""
    with account(installed, RELEASE, MAY_BIND) as made:
        yield made


@pytest.fixture
async def client(kubeconfig: Path) -> AsyncIterator[KubernetesClient]:
    """Give the client of that account."""
    async with client_of(kubeconfig) as made:
        yield made


@pytest.fixture
async def powerless(installed: Cluster) -> AsyncIterator[KubernetesClient]:
    """Give the client of an account without rights."""
    async with client_of(nobody(installed)) as made:
        yield made


@pytest.fixture
async def into_nothing(kubeconfig: Path) -> AsyncIterator[KubernetesClient]:
    """Give a client whom nobody answers."""
    async with client_of(kubeconfig, f"https://localhost:{free_port()}") as made:
        yield made


class RealPolicies:
    """A policy that matches no request, and what an administrator does to it."""

    name = NAME

    def __init__(
        self,
        cluster: Cluster,
        client: KubernetesClient,
        powerless: KubernetesClient,
        into_nothing: KubernetesClient,
    ) -> None:
        self._cluster, self._powerless, self._into_nothing = cluster, powerless, into_nothing
        self._edits = 0
        self._connect(client)

    def put_policy(self) -> None:
        self._edits += 1
        metadata = {"name": NAME, "annotations": {"edit": str(self._edits)}}
        rules = [{**NOTHING, "operations": ["CREATE"]}]
        spec = {
            "matchConstraints": {"resourceRules": rules},
            "validations": [{"expression": "true"}],
        }
        self._cluster.admin.apply(
            {"apiVersion": ADMISSION, "kind": POLICY, "metadata": metadata, "spec": spec}
        )
        eventually(self._is_checked, within=10, what="Kubernetes has checked the policy")

    def _is_checked(self) -> bool:
        """Tell whether Kubernetes has written the policy's status, which is a change of it."""
        found = self._cluster.admin.get(f"validatingadmissionpolicy/{NAME}")
        checked = found.get("status", {}).get("observedGeneration")
        return bool(checked == found["metadata"]["generation"])

    def put_binding(self, **changes: object) -> None:
        spec = {"policyName": NAME, "validationActions": ["Deny"], **changes}
        self._cluster.admin.apply(
            {"apiVersion": ADMISSION, "kind": BINDING, "metadata": {"name": NAME}, "spec": spec}
        )

    def remove_policy(self) -> None:
        self._cluster.admin.remove(ADMISSION, POLICY, NAME)

    def remove_binding(self) -> None:
        self._cluster.admin.remove(ADMISSION, BINDING, NAME)

    def take_rights(self) -> None:
        self._connect(self._powerless)

    def cut_off(self) -> None:
        self._connect(self._into_nothing)

    def _connect(self, client: KubernetesClient) -> None:
        self.bind_guards = KubernetesBindGuardPolicies(client)
        self.write_policies = KubernetesWritePolicies(client)


@pytest.fixture
def policies(
    installed: Cluster,
    client: KubernetesClient,
    powerless: KubernetesClient,
    into_nothing: KubernetesClient,
) -> Iterator[RealPolicies]:
    """Give the adapters; there is no policy yet."""
    made = RealPolicies(installed, client, powerless, into_nothing)
    yield made
    made.remove_binding()
    made.remove_policy()


class TestKubernetesBindGuardPolicies(BindGuardContract):
    """The contract."""


class TestKubernetesWritePolicies(WritePoliciesContract):
    """The contract."""


class RealRights:
    """The rights of the account, and what an administrator does to them."""

    def __init__(
        self, cluster: Cluster, client: KubernetesClient, into_nothing: KubernetesClient
    ) -> None:
        self.port = KubernetesOperatorRights(client)
        self._cluster, self._into_nothing = cluster, into_nothing

    def allow(self, role: str) -> None:
        named = {"apiVersion": RBAC, "metadata": {"name": MORE}}
        ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": MORE}
        who = {"kind": "ServiceAccount", "name": RELEASE, "namespace": RELEASE}
        self._cluster.apply(
            {**named, "kind": "ClusterRole", "rules": [binds(role)]},
            {**named, "kind": "ClusterRoleBinding", "roleRef": ref, "subjects": [who]},
        )

    def forbid(self, role: str) -> None:  # noqa: ARG002 -- the protocol; there is one role more
        self._cluster.admin.remove(RBAC, "ClusterRoleBinding", MORE)
        self._cluster.admin.remove(RBAC, "ClusterRole", MORE)

    def cut_off(self) -> None:
        self.port = KubernetesOperatorRights(self._into_nothing)


@pytest.fixture
def rights(
    installed: Cluster, client: KubernetesClient, into_nothing: KubernetesClient
) -> Iterator[RealRights]:
    """Give the adapter."""
    made = RealRights(installed, client, into_nothing)
    yield made
    made.forbid("")


class TestKubernetesOperatorRights(RightsContract):
    """The contract."""
