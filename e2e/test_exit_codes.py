"""What the exit codes of the commands mean: 0 yes, 1 no, 2 wrong usage, 3 could not tell."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from suite import mostly_long
from testbed.cluster import Cluster
from testbed.explain_command import ExplainCommand
from testbed.keycloak import Keycloak
from testbed.objects import Objects, directory
from testbed.realm import Realm
from testbed.realm_pool import RealmPool

pytestmark = pytest.mark.explain

NAME = "exit-codes"
PODS, HERE = ("list", "pods"), "-ndefault"
OF_NAME = (f"--directory={NAME}", "--ca={ca}")
ALICE = ("--as=alice", "--as-group=SRE")
FORBIDDEN = 'pods is forbidden: User "alice" cannot list resource "pods" in API group ""'
IN_DEFAULT = f'--error={FORBIDDEN} in the namespace "default"'
ANONYMOUS = FORBIDDEN.replace("alice", "system:anonymous")
NOWHERE = "https://127.0.0.1:1"
Words = tuple[str, ...]
# In the words stand {ca} and {issuer} of the realm, {token} for a file with alice's token, {text}
# for a file that holds neither token nor YAML, and {config} for a kubeconfig of a closed port.
SITUATIONS: dict[int, dict[str, Words]] = {
    0: {
        "an administrator lists pods": ("why", *PODS, HERE),
        "in all namespaces": ("why", *PODS, "-A"),
        "one object": ("why", "get", "deploy/web", HERE),
        "a part of a resource": ("why", "create", "pods", "--subresource=exec", HERE),
        "a path": ("why", "get", "/metrics"),
        "what authorizers alone know": ("why", "impersonate", "users"),
        "a user with a group that is bound": ("why", *PODS, HERE, *ALICE),
        "a pasted error that is over": ("why", IN_DEFAULT, "--as-group=SRE"),
        "the token of a member": ("why", *PODS, HERE, "--token={token}"),
        "a user of Keycloak": ("why", "alice", *PODS, HERE, *OF_NAME),
        "a group of Keycloak": ("why", "group:/SRE", *PODS, HERE, *OF_NAME),
        "the CRDs": ("crd",),
    },
    1: {
        "a user whose group is not bound": ("why", *PODS, HERE, "--as=bob", "--as-group=Dev"),
        "another namespace": ("why", *PODS, "-nkube-system", *ALICE),
        "all namespaces": ("why", *PODS, "-A", *ALICE),
        "a role that is not enough": ("why", "delete", "pods", HERE, *ALICE),
        "a misspelled verb": ("why", "lst", "pods", *ALICE),
        "what is in no namespace": ("why", "list", "nodes", *ALICE),
        "a path": ("why", "get", "/metrics", *ALICE),
        "a pasted error": ("why", IN_DEFAULT, "--as-group=Dev"),
        "an error without a token": (
            "why",
            f"--error={FORBIDDEN}".replace("alice", "system:anonymous"),
        ),
        "a token, another verb": ("why", "delete", "pods", HERE, "--token={token}"),
        "a user in no group": ("why", "bob", *PODS, HERE, *OF_NAME),
        "a group that is not bound": ("why", "group:/Dev", *PODS, HERE, *OF_NAME),
        "an issuer that is no realm": (
            *("doctor", "--issuer={issuer}x", "--client-id=headlamp", "--ca={ca}"),
        ),
    },
    2: {
        "no such command": ("why-not",),
        "no such option": ("why", *PODS, "--everywhere"),
        "a verb without a resource": ("why", "list"),
        "a namespace, and all": ("why", *PODS, HERE, "-A"),
        "two users": ("why", *PODS, "--token={token}", "--as=alice"),
        "groups of nobody": ("why", *PODS, "--as-group=SRE"),
        "a path in a namespace": ("why", "get", "/metrics", HERE),
        "an error, and a request": ("why", *PODS, IN_DEFAULT),
        "a realm for nobody": ("why", *PODS, f"--directory={NAME}"),
        "a file that is not there": ("why", *PODS, "--token=/nowhere"),
        "a file that holds no token": ("why", *PODS, "--token={text}"),
        "settings that are none": ("why", *PODS, "--authentication-config={text}"),
        "an authority that is none": ("doctor", "--ca={text}"),
        "an output that there is not": ("doctor", "-o", "xml"),
        "an address that is none": ("why", "alice", *PODS, "--url=keycloak"),
    },
    3: {
        "no kubeconfig": ("why", *PODS, "--kubeconfig=/nowhere"),
        "nobody at the kubeconfig's address": ("why", *PODS, "--kubeconfig={config}"),
        "a resource that is not served": ("why", "list", "pdos"),
        "a part that is not served": ("why", "get", "pods", "--subresource=logs"),
        "an error that is about nothing": ("why", "--error=it does not work"),
        "a user whose groups are not known": ("why", *PODS, "--as=alice"),
        "no such user": ("why", "carol", *PODS, HERE, *OF_NAME),
        "no such group": ("why", "group:/None", *PODS, HERE, *OF_NAME),
        "no such directory": ("why", "alice", *PODS, "--directory=none", "--ca={ca}"),
        "no such client": ("why", "alice", *PODS, "--client=none", *OF_NAME),
        "nobody at Keycloak's address": ("why", "alice", *PODS, f"--url={NOWHERE}", *OF_NAME),
        "Keycloak's authority unknown": ("why", "alice", *PODS, f"--directory={NAME}"),
        "doctor without a cluster": ("doctor", "--kubeconfig={config}"),
    },
}
SHORT = ((0, "a user of Keycloak"), (1, "a user in no group"), (3, "no such user"))


@pytest.fixture(scope="module")
def realm_of_alice(
    keycloak: Keycloak, installed: Cluster, realm_pool: RealmPool
) -> Iterator[Realm]:
    """Give a realm: alice is in SRE, which is bound by hand, and bob is in no group."""
    realm = realm_pool.take(installed)
    realm.create_user("alice", "/SRE")
    realm.create_user("bob")
    realm.create_group("/Dev")
    create = ("create", "rolebinding", NAME, "--namespace=default")
    installed.kubectl(*create, "--clusterrole=view", "--group=SRE")
    with closing(Objects(installed)) as objects:
        objects.apply(*directory(NAME, realm, keycloak.ca_file.read_text()))
        yield realm
    installed.kubectl("delete", "rolebinding", NAME, "--namespace=default")
    realm_pool.give_back(realm, installed)


@pytest.fixture
def fill(keycloak: Keycloak, realm_of_alice: Realm, tmp_path: Path) -> Callable[[str], str]:
    """Give a function that fills the places of a word."""
    files = {"token": realm_of_alice.id_token("alice"), "text": "neither: [", "config": AWAY}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    places = {name: str(tmp_path / name) for name in files}
    return lambda word: word.format(
        ca=keycloak.ca_file, issuer=realm_of_alice.issuer().url, **places
    )


AWAY = f"""
apiVersion: v1
kind: Config
current-context: away
contexts: [{{name: away, context: {{cluster: away, user: away}}}}]
clusters: [{{name: away, cluster: {{server: "{NOWHERE}"}}}}]
users: [{{name: away, user: {{token: none}}}}]
"""


@pytest.mark.parametrize(
    "case",
    mostly_long([(code, each) for code, listed in SITUATIONS.items() for each in listed], *SHORT),
    ids=lambda case: f"{case[0]}, {case[1]}",
)
def test_the_exit_code_tells_what_is_known(
    installed: Cluster,
    administrator: dict[str, str],
    fill: Callable[[str], str],
    case: tuple[int, str],
) -> None:
    code, situation = case
    command = ExplainCommand(installed, administrator)
    assert command.exit_code(*map(fill, SITUATIONS[code][situation])) == code
