"""What kube-apiserver was told wrongly, on a real one that starts as its files say.

`doctor` and `why` name it first; the change of a file that is printed is made as it is printed;
alice logs in again, and the next request is a 200.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from suite import long_form
from testbed.authentication import Issuer, structured_configuration
from testbed.control_plane import ControlPlane, ControlPlaneOptions
from testbed.explain_command import ExplainCommand
from testbed.installation import install_crds, install_rights
from testbed.keycloak import Keycloak
from testbed.node import AUTHENTICATION, Flags, Node, oidc_flags
from testbed.objects import Objects
from testbed.operator import ForkedOperator
from testbed.pki import CertificateAuthority
from testbed.realm import Realm
from testbed.realm_keys import KEY_PROVIDER
from testbed.settings_scene import GROUP, SettingsScene
from testbed.supervisor import Supervisor
from testbed.waiting import eventually

# Each case starts kube-apiserver twice.
pytestmark = [pytest.mark.explain, pytest.mark.usefixtures("_local_only"), long_form]

EFFECTIVE_WITHIN = 90.0  # a changed configuration is tried again after ten seconds


@dataclass(frozen=True)
class Settings:
    """What kube-apiserver is told; `prefix` is what the KeycloakDirectory declares."""

    word: str
    flags: Callable[[Issuer], Flags]
    written: str = "kubeadm"
    prefix: str = ""


def told(word: str, written: str = "kubeadm", prefix: str = "", **changes: str | None) -> Settings:
    return Settings(word, lambda issuer: oidc_flags(issuer, **changes), written, prefix)


def other_issuer(change: Callable[[str], str], written: str = "kubeadm") -> Settings:
    def flags(issuer: Issuer) -> Flags:
        return oidc_flags(issuer, issuer_url=change(issuer.url))

    return Settings("IssuerMismatch", flags, written)


def realm_in_capitals(url: str) -> str:
    start, slash, name = url.rpartition("/")
    return f"{start}{slash}{name.upper()}"


BROKEN = {
    "slash": other_issuer(lambda url: f"{url}/"),
    "host": other_issuer(lambda url: url.replace("localhost", "127.0.0.1")),
    "case": other_issuer(realm_in_capitals),
    "path": other_issuer(lambda url: url.replace("/realms/", "/auth/realms/")),
    "no OIDC at all": Settings("OidcNotConfigured", lambda _: {}),
    "audience": told("AudienceMismatch", client_id="kubernetes"),
    "groups claim": told("GroupsClaimMismatch", groups_claim="roles"),
    "no groups claim": told("GroupsClaimMismatch", groups_claim=None),
    "prefix": told("GroupsPrefixMismatch", groups_prefix="oidc:"),
    "prefix missing": told("GroupsPrefixMismatch", prefix="oidc:"),
    "prefix doubled": told("GroupsPrefixMismatch", prefix="oidc:", groups_prefix="oidc:oidc:"),
    "prefix in quotes": told("GroupsPrefixMismatch", prefix="oidc:", groups_prefix='"oidc:"'),
    "no user name": told("UsernameClaimMissing", username_claim="nickname"),
    "slash in k3s": other_issuer(lambda url: f"{url}/", "k3s"),
    "prefix in k3s": told("GroupsPrefixMismatch", "k3s", groups_prefix="oidc:"),
    "no OIDC in k3s": Settings("OidcNotConfigured", lambda _: {}, "k3s"),
}
CONFIGURED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "slash": ("IssuerMismatch", "", {}),
    "audience": ("AudienceMismatch", "", {"audiences": ("kubernetes",)}),
    "groups claim": ("GroupsClaimMismatch", "", {"groups_claim": "roles"}),
    "prefix missing": ("GroupsPrefixMismatch", "oidc:", {}),
    "prefix": ("GroupsPrefixMismatch", "", {"groups_prefix": "oidc:"}),
}


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
def scene(node: Node, own: ControlPlane, realm_here: Realm, keycloak: Keycloak) -> SettingsScene:
    """Give the parts."""
    command = ExplainCommand(own, ca=keycloak.ca_file)
    return SettingsScene(node, own, realm_here, command)


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
    scene.explained(settings.word)
    scene.mend(settings.written)
    scene.start()
    eventually(scene.gets_in, within=EFFECTIVE_WITHIN, what="alice gets in")


@pytest.mark.parametrize("case", CONFIGURED)
def test_the_field_that_is_wrong_is_named_and_mended_as_printed(
    scene: SettingsScene, objects_here: Objects, keycloak: Keycloak, case: str
) -> None:
    word, prefix, changes = CONFIGURED[case]
    scene.declare(objects_here, keycloak.ca_file, prefix)
    sound = scene.realm.issuer()
    issuer = replace(sound, **changes) if case != "slash" else replace(sound, url=f"{sound.url}/")
    scene.node.structured(structured_configuration([issuer]))
    scene.start()
    assert not scene.gets_in()
    file = f"--authentication-config={scene.node.file(AUTHENTICATION)}"
    scene.explained(word, file)
    scene.mend("", file)
    eventually(scene.gets_in, within=EFFECTIVE_WITHIN, what="alice gets in")


def test_a_certificate_that_kube_apiserver_does_not_trust_is_named(
    scene: SettingsScene, objects_here: Objects, keycloak: Keycloak, tmp_path: Path
) -> None:
    scene.declare(objects_here, keycloak.ca_file, "")
    other = CertificateAuthority(tmp_path, "another authority").file
    scene.node.kubeadm(oidc_flags(scene.realm.issuer(), ca_file=str(other)))
    scene.start()
    scene.explained("AuthenticatorNotReady")


@pytest.mark.parametrize(
    ("word", "flags"),
    [
        ("EmailNotVerified", {"username_claim": "email"}),
        ("RequiredClaimMissing", {"required_claim": "hd=example.com"}),
    ],
)
def test_what_kube_apiserver_wants_of_a_token_is_named(
    scene: SettingsScene,
    objects_here: Objects,
    keycloak: Keycloak,
    word: str,
    flags: dict[str, str],
) -> None:
    scene.declare(objects_here, keycloak.ca_file, "")
    alice = scene.realm.user_id("alice")
    scene.realm.admin.update_user(alice, {"emailVerified": False})
    ca = str(keycloak.ca_file)
    scene.node.kubeadm(oidc_flags(scene.realm.issuer(), ca_file=ca, **flags))
    scene.start()
    assert not scene.gets_in()
    scene.explained(word)


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
        scene.explained("AlgorithmNotAccepted")
        scene.mend("kubeadm")
        scene.start()
        eventually(scene.gets_in, within=EFFECTIVE_WITHIN, what="alice gets in")
    finally:
        scene.realm.update(defaultSignatureAlgorithm="RS256")
