"""What is wrong with a person's token, while all else is sound: each form names it, or nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from suite import mostly_long
from testbed.access import http_client, write_kubeconfig
from testbed.cluster import Cluster
from testbed.explain_command import ExplainCommand
from testbed.explain_forms import NO_TOKEN, Answers, Form, Question, rejected
from testbed.keycloak import Keycloak
from testbed.kube_proxy import KubeProxy
from testbed.objects import Objects, access, directory, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.realm_clients import group_mapper
from testbed.waiting import eventually

pytestmark = pytest.mark.explain

PODS = "/api/v1/namespaces/default/pods"
LIST = ("list", "pods", "--namespace=default")
GROUP = "/platform/SRE"
YEAR_2100 = "4102444800"  # seconds since 1970


def of_other_client(realm: Realm) -> str:
    realm.clients.create("grafana", protocolMappers=[group_mapper()])
    return realm.id_token("alice", "grafana")


def access_token(realm: Realm) -> str:
    return str(realm.token("alice")["access_token"])


def from_the_future(realm: Realm) -> str:
    config = {"claim.name": "nbf", "claim.value": YEAR_2100, "jsonType.label": "long"}
    mapper = {
        "name": "nbf",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-hardcoded-claim-mapper",
        "config": {**config, "id.token.claim": "true"},
    }
    realm.clients.add_mapper("headlamp", mapper)
    return realm.id_token("alice")


def expired(realm: Realm) -> str:
    realm.update(accessTokenLifespan=1)
    return realm.id_token("alice")


def of_a_token(word: str) -> Answers:
    """Return what is said where only the token itself shows the cause."""
    return rejected(word, dict.fromkeys((Form.USER, Form.DOCTOR, Form.DOCTOR_LOGIN), NO_TOKEN))


CASES: dict[str, tuple[Callable[[Realm], str], Answers]] = {
    "other client": (of_other_client, of_a_token("OtherClient")),
    "access token": (access_token, of_a_token("WrongTokenKind")),
    "from the future": (from_the_future, of_a_token("TokenNotYetValid")),
    "expired": (expired, of_a_token("TokenExpired")),
}


@pytest.fixture
def sound(
    realm: Realm,
    objects: Objects,
    operator: OperatorProcess,
    keycloak: Keycloak,
    name: str,
) -> Realm:
    """Give a realm in which alice is in a group that is granted."""
    assert operator.alive
    realm.create_user("alice", GROUP)
    objects.apply(*directory(name, realm, keycloak.ca_file.read_text()))
    objects.apply(access(name, name, mapping("sre", GROUP)))
    objects.wait_reason(f"ga/{name}", "Granted")
    return realm


@pytest.fixture
def behind_a_proxy(installed: Cluster, tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Give a function that returns the kubeconfig of a token, behind a proxy that drops it."""
    with KubeProxy(tmp_path, installed.server, installed.ca_file, "authorization") as proxy:

        def kubeconfig(token: str) -> Path:
            file = tmp_path / "kubeconfig"
            user = {"token": token}
            write_kubeconfig(file, server=proxy.url, ca_file=installed.ca_file, user=user)
            proxy.redirect(file)
            return file

        yield kubeconfig


def ask_through(kubeconfig: Path, path: str) -> dict[str, Any]:
    """Return the Status with which a request is answered that a program of this person sends."""
    config = yaml.safe_load(kubeconfig.read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    with http_client(Path(cluster["certificate-authority"])) as client:
        sent = {"Authorization": f"Bearer {user['token']}"}
        answer: dict[str, Any] = client.get(f"{cluster['server']}{path}", headers=sent).json()
    return answer


def test_a_proxy_that_drops_the_header_authorization_is_named(
    sound: Realm,
    command: ExplainCommand,
    behind_a_proxy: Callable[[str], Path],
    name: str,
) -> None:
    """Without the proxy all is sound: only who goes through it sees it."""
    token = sound.id_token("alice")
    config = behind_a_proxy(token)
    through = f"--kubeconfig={config}"
    denied = ask_through(config, PODS)
    assert denied["code"] == httpx.codes.FORBIDDEN
    for report in (
        command.why_error(denied["message"]),
        command.why("alice", *LIST, f"--directory={name}", through),
        command.why(*LIST, through, token=token),
        command.why_own(*LIST, through),
        command.doctor(through),
        command.doctor(through, token=token),
    ):
        assert (report.code, report.words) == (1, ["NoToken"]), report.body


@pytest.mark.parametrize("case", mostly_long(CASES, "from the future"))
def test_a_token_that_is_rejected_is_explained_in_every_form(
    installed: Cluster, sound: Realm, question: Question, case: str
) -> None:
    make, answers = CASES[case]
    token = make(sound)
    eventually(
        lambda: installed.get(PODS, token).status == httpx.codes.UNAUTHORIZED,
        within=90,
        every=1,
        what="kube-apiserver rejects the token",
    )
    question.check(answers, sound, token=token)


def test_of_a_sound_set_up_no_form_finds_anything(sound: Realm, question: Question) -> None:
    assert question.finds_nothing(sound)
