"""The servers of a run: one Keycloak and one cluster, of local processes or of containers."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from testbed import audit
from testbed.authentication import Issuer, StructuredFile
from testbed.cluster import Cluster, choose
from testbed.control_plane import ControlPlane, ControlPlaneOptions
from testbed.installation import USERNAME
from testbed.keycloak import Keycloak, KeycloakServer
from testbed.kind import KindTestbed
from testbed.kind_keycloak import KeycloakContainer
from testbed.tools import KEYCLOAK, NEWEST, kubernetes


def shown(config: pytest.Config) -> AbstractContextManager[None]:
    """Let what is printed through to the terminal: a first build takes minutes."""
    manager = config.pluginmanager.getplugin("capturemanager")
    disabled: AbstractContextManager[None] = manager.global_and_fixture_disabled()
    return disabled


@contextmanager
def running_keycloak(request: pytest.FixtureRequest) -> Iterator[Keycloak]:
    """Start a Keycloak where the cluster reaches it, and end it."""
    in_kind = choose(request.config.getoption("--cluster")).kind == "kind"
    with shown(request.config):
        if not in_kind:
            KEYCLOAK.ensure()
    server = (KeycloakContainer if in_kind else KeycloakServer)().start()
    yield server
    with shown(request.config):
        server.close(keep=request.session.testsfailed > 0)


@contextmanager
def running_cluster(
    request: pytest.FixtureRequest, issuers: tuple[Issuer, ...]
) -> Iterator[Cluster]:
    """Start a cluster that trusts these issuers, and end it."""
    version = request.config.getoption("--kubernetes")
    policy = audit.policy(reads_of=[USERNAME], whole=audit.REPLAYED)
    made: ControlPlane | KindTestbed
    with shown(request.config):
        if choose(request.config.getoption("--cluster")).kind == "kind":
            made = KindTestbed(version=version, issuers=issuers, audit_policy=policy)
        else:
            kubernetes(version).ensure()
            NEWEST.ensure()  # for kubectl and etcd
            oidc = StructuredFile(issuers)
            made = ControlPlane(
                ControlPlaneOptions(version=version, oidc=oidc, audit_policy=policy)
            )
        made.start()
    yield made
    with shown(request.config):
        made.close(keep=request.session.testsfailed > 0)
