"""Fixtures of the fault tests: a realm for each file, and a table of how long it took to heal."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from typing import Any

import pytest

from testbed import audit
from testbed.cluster import Cluster
from testbed.control_plane import ControlPlane, ControlPlaneOptions
from testbed.installation import install_crds, install_rights
from testbed.keycloak import Keycloak
from testbed.objects import Objects
from testbed.objects import directory as objects_of_directory
from testbed.realm import Realm

Heals = dict[str, float]


@pytest.fixture(scope="session")
def heals(progress: Callable[[], AbstractContextManager[None]]) -> Iterator[Heals]:
    """Give a table of seconds by fault, which is printed at the end."""
    found: Heals = {}
    yield found
    with progress():
        print("\nfault | heals within")
        for fault, seconds in found.items():
            print(f"{fault} | {seconds:.1f} s")


@pytest.fixture(scope="module")
def realm_here(keycloak: Keycloak) -> Iterator[Realm]:
    """Give a realm with the group that is granted."""
    made = keycloak.create_realm(f"faults-{uuid.uuid4().hex[:8]}")
    made.clients.create_headlamp()
    made.clients.create_operator()
    made.create_group("/SRE")
    yield made
    keycloak.set_aside(made)


@pytest.fixture
def directory_objects(realm_here: Realm, keycloak: Keycloak, name: str) -> Sequence[dict[str, Any]]:
    """Give a KeycloakDirectory with the test's name, and its Secret, to be applied."""
    return objects_of_directory(name, realm_here, keycloak.ca_file.read_text())


@pytest.fixture(scope="module")
def source(installed: Cluster, realm_here: Realm, keycloak: Keycloak) -> Iterator[str]:
    """Give the name of a KeycloakDirectory of the run's cluster, for the realm."""
    declared = objects_of_directory(realm_here.name, realm_here, keycloak.ca_file.read_text())
    with closing(Objects(installed)) as objects:
        objects.apply(*declared)
        yield realm_here.name


@pytest.fixture(scope="module")
def own() -> Iterator[ControlPlane]:
    """Give a cluster of its own, for what cannot be shared."""
    options = ControlPlaneOptions(oidc=None, audit_policy=audit.policy(whole=audit.REPLAYED))
    with ControlPlane(options) as plane:
        install_crds(plane)
        install_rights(plane)
        yield plane


@pytest.fixture
def here(own: ControlPlane) -> Iterator[Objects]:
    """Give a maker of objects in the own cluster."""
    with closing(Objects(own)) as made:
        yield made
