"""Fixtures of the kind tests: a cluster and a Keycloak of their own, and our chart in it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing

import pytest

from testbed.engine import missing
from testbed.keycloak import Keycloak
from testbed.kind import KindTestbed, node_image
from testbed.kind_keycloak import IMAGE as KEYCLOAK_IMAGE
from testbed.kind_keycloak import KeycloakContainer
from testbed.kind_release import BASE_IMAGE, DIRECTORY, NAMESPACES, RELEASED, Release, build_image
from testbed.objects import Objects, access, mapping
from testbed.realm import Realm

Progress = Callable[[], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def _engine() -> None:
    """Skip, before anything is started, where containers cannot be run."""
    reason = missing([node_image(), KEYCLOAK_IMAGE, BASE_IMAGE])
    if reason is None and shutil.which("go") is None:
        reason = "go is missing: install Go 1.26 or newer, which builds kind and Helm here"
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture(scope="module")
def keycloak(
    request: pytest.FixtureRequest, progress: Progress, _engine: None
) -> Iterator[Keycloak]:
    """Give a Keycloak of these tests' own, beside their cluster."""
    failed = request.session.testsfailed
    server = KeycloakContainer().start()
    yield server
    with progress():
        server.close(keep=request.session.testsfailed > failed)


@pytest.fixture(scope="module")
def realm(keycloak: Keycloak) -> Realm:
    """Give the realm of the story, with a person in each group."""
    made = keycloak.create_realm("ADMIN")
    made.clients.create_headlamp()
    made.clients.create_operator()
    made.create_user("alice", "/SRE")
    made.create_user("bob", "/Developer")
    return made


@pytest.fixture(scope="module")
def kind(request: pytest.FixtureRequest, progress: Progress, realm: Realm) -> Iterator[KindTestbed]:
    """Give a cluster of these tests' own, whatever --cluster says, with our image in it."""
    failed = request.session.testsfailed
    with progress():
        made = KindTestbed("chart", issuers=[realm.issuer()]).start()
    yield made
    with progress():
        made.close(keep=request.session.testsfailed > failed)


@pytest.fixture(scope="module")
def release(progress: Progress, kind: KindTestbed, realm: Realm) -> Release:
    """Build the image and install the chart; alice gets in by nothing else."""
    with progress():
        image = build_image(kind.folder / "logs" / "image.log")
        kind.load_image(image)
    assert kind.get(NAMESPACES, realm.id_token("alice")).status == 403
    made = Release(kind, realm, image)
    spec = access(RELEASED, DIRECTORY, mapping("sre", "SRE", "cluster-admin"))["spec"]
    made.install({RELEASED: spec})
    return made


@pytest.fixture
def objects(release: Release) -> Iterator[Objects]:
    """Give a maker of objects that takes them back at the test's end."""
    with closing(Objects(release.cluster)) as made:
        yield made
