"""What kube-apiserver was told wrongly, on a real one that starts as its files say.

`doctor` and `why` name it first; the change of a file that is printed is made as it is printed;
alice logs in again, and the next request is a 200.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from explain_settings_cases import BROKEN, CONFIGURED, WANTED, by_http, other_host, with_url
from suite import long_form
from testbed.authentication import structured_configuration
from testbed.control_plane import ControlPlane, ControlPlaneOptions
from testbed.explain_command import ExplainCommand
from testbed.explain_forms import NO_LOGIN, NO_TOKEN, Form, rejected
from testbed.installation import install_crds, install_rights
from testbed.keycloak import Keycloak
from testbed.node import AUTHENTICATION, Node, oidc_flags
from testbed.objects import Objects
from testbed.operator import ForkedOperator
from testbed.pki import CertificateAuthority
from testbed.realm import Realm
from testbed.realm_keys import KEY_PROVIDER
from testbed.settings_scene import GROUP, SettingsScene
from testbed.supervisor import Supervisor

# Each case starts kube-apiserver twice.
pytestmark = [pytest.mark.explain, pytest.mark.usefixtures("_local_only"), long_form]

EFFECTIVE_WITHIN = 90.0  # a changed configuration is tried again after ten seconds


@pytest.fixture(scope="module")
def realm_here(keycloak: Keycloak) -> Iterator[Realm]:
    """Give a realm with alice, who is in the group."""
    realm = keycloak.create_realm("explain-settings")
    realm.clients.create_headlamp()
    realm.clients.create_operator()
    realm.create_user("alice", f"/platform/{GROUP}")
    yield realm
    keycloak.set_aside(realm)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """Give the machine."""
    return Node(tmp_path_factory.mktemp("node"))


@pytest.fixture(scope="module")
def own(node: Node, keycloak: Keycloak) -> Iterator[ControlPlane]:
    """Give a control plane of that machine, which trusts Keycloak's authority as a public one."""
    made = ControlPlane(ControlPlaneOptions(oidc=node))
    made.component("kube-apiserver").env = {"SSL_CERT_FILE": str(keycloak.ca_file)}
    with made:
        install_crds(made)
        install_rights(made)
        with Supervisor(ForkedOperator(made)):  # each restart of kube-apiserver may end it
            yield made


@pytest.fixture
def scene(
    node: Node,
    own: ControlPlane,
    realm_here: Realm,
    keycloak: Keycloak,
    with_kcadm: dict[str, str],
) -> SettingsScene:
    """Give the parts."""
    plain = ExplainCommand(own, ca=keycloak.ca_file)
    login = ExplainCommand(own, with_kcadm, keycloak.ca_file)
    return SettingsScene(node, own, realm_here, plain, login)


@pytest.fixture
def objects_here(own: ControlPlane) -> Iterator[Objects]:
    """Give a maker of objects in the own cluster."""
    with closing(Objects(own)) as made:
        yield made


@pytest.mark.parametrize("case", BROKEN)
def test_the_flag_that_is_wrong_is_named_and_mended_as_printed(
    scene: SettingsScene, objects_here: Objects, keycloak: Keycloak, case: str
) -> None:
    settings = BROKEN[case]
    scene.declare(objects_here, keycloak.ca_file, settings.prefix)
    flags = settings.flags(scene.realm.issuer())
    flags = {name: value for name, value in flags.items() if name != "oidc-ca-file"}
    (scene.node.k3s if settings.written == "k3s" else scene.node.kubeadm)(flags)
    scene.start()
    assert not scene.gets_in()
    scene.explained(settings.answers)
    scene.mend(settings.written)
    scene.start()
    scene.is_sound(EFFECTIVE_WITHIN)


@pytest.mark.parametrize("case", CONFIGURED)
def test_the_field_that_is_wrong_is_named_and_mended_as_printed(
    scene: SettingsScene, objects_here: Objects, keycloak: Keycloak, case: str
) -> None:
    configured = CONFIGURED[case]
    scene.declare(objects_here, keycloak.ca_file, configured.prefix)
    issuer = configured.change(scene.realm.issuer())
    scene.node.structured(structured_configuration([issuer]))
    scene.start()
    assert not scene.gets_in()
    file = f"--authentication-config={scene.node.file(AUTHENTICATION)}"
    scene.explained(configured.answers, file)
    scene.mend("", file)
    scene.is_sound(EFFECTIVE_WITHIN, file)


def test_an_issuer_by_http_which_kube_apiserver_refuses_is_named_and_mended_as_printed(
    scene: SettingsScene, objects_here: Objects, keycloak: Keycloak
) -> None:
    scene.declare(objects_here, keycloak.ca_file, "")
    scene.node.structured(structured_configuration([]))  # with http it would not start at all
    scene.start()
    issuer = with_url(by_http)(scene.realm.issuer())
    scene.node.write(AUTHENTICATION, structured_configuration([issuer]))
    assert not scene.gets_in()
    file = f"--authentication-config={scene.node.file(AUTHENTICATION)}"
    scene.explained(rejected("IssuerMismatch"), file)
    scene.mend("", file)
    scene.is_sound(EFFECTIVE_WITHIN, file)


def test_another_issuer_in_keycloak_itself_is_named_and_mended_as_printed(
    scene: SettingsScene, objects_here: Objects, keycloak: Keycloak
) -> None:
    scene.declare(objects_here, keycloak.ca_file, "")
    scene.node.kubeadm(oidc_flags(scene.realm.issuer(), ca_file=str(keycloak.ca_file)))
    scene.start()
    scene.is_sound(EFFECTIVE_WITHIN)
    base = other_host(scene.realm.issuer_url).partition("/realms/")[0]
    scene.realm.update(attributes={"frontendUrl": base})
    objects_here.read_again("default")
    objects_here.wait_reason("kcd/default", "IssuerMismatch")
    assert not scene.gets_in()
    scene.explained(rejected("IssuerMismatch"))
    scene.mend("kubeadm")
    objects_here.read_again("default")
    scene.is_sound(EFFECTIVE_WITHIN)


def test_a_certificate_that_kube_apiserver_does_not_trust_is_named(
    scene: SettingsScene, objects_here: Objects, keycloak: Keycloak, tmp_path: Path
) -> None:
    scene.declare(objects_here, keycloak.ca_file, "")
    other = CertificateAuthority(tmp_path, "another authority").file
    scene.node.kubeadm(oidc_flags(scene.realm.issuer(), ca_file=str(other)))
    scene.start()
    without = (Form.USER, Form.DOCTOR, Form.DOCTOR_LOGIN)
    scene.explained(rejected("AuthenticatorNotReady", dict.fromkeys(without, NO_TOKEN)))


@pytest.mark.parametrize("case", WANTED)
def test_what_kube_apiserver_wants_of_a_token_is_named(
    scene: SettingsScene, objects_here: Objects, keycloak: Keycloak, case: str
) -> None:
    answers, flags = WANTED[case]
    scene.declare(objects_here, keycloak.ca_file, "")
    alice = scene.realm.user_id("alice")
    scene.realm.admin.update_user(alice, {"emailVerified": False})
    ca = str(keycloak.ca_file)
    scene.node.kubeadm(oidc_flags(scene.realm.issuer(), ca_file=ca, **flags))
    scene.start()
    assert not scene.gets_in()
    scene.explained(answers)


def test_another_algorithm_of_signatures_is_named_and_accepted_as_printed(
    scene: SettingsScene, objects_here: Objects, keycloak: Keycloak
) -> None:
    scene.declare(objects_here, keycloak.ca_file, "")
    scene.node.kubeadm(oidc_flags(scene.realm.issuer(), ca_file=str(keycloak.ca_file)))
    curve = {"ecdsaEllipticCurveKey": ["P-384"], "priority": ["200"]}
    key = {"name": "es384", "providerId": "ecdsa-generated", "config": curve}
    scene.realm.admin.create_component({**key, "providerType": KEY_PROVIDER})
    scene.realm.update(defaultSignatureAlgorithm="ES384")
    try:
        scene.start()
        assert not scene.gets_in()
        scene.explained(rejected("AlgorithmNotAccepted", {Form.DOCTOR: NO_LOGIN}))
        scene.mend("kubeadm")
        scene.start()
        scene.is_sound(EFFECTIVE_WITHIN)
    finally:
        scene.realm.update(defaultSignatureAlgorithm="RS256")
