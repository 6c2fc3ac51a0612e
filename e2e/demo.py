"""The story on a real cluster and a real Keycloak, one line a step: `make demo`.

Everything runs on this machine and is gone at the end. With KEEP=1 it stays up, and how to use it
is printed, until Ctrl-C. A step that fails ends it with exit code 1 and says what to look at.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from rich.console import Console

from testbed.access import Answer
from testbed.authentication import ClassicFlags
from testbed.cache import ToolError
from testbed.control_plane import ControlPlane, ControlPlaneOptions
from testbed.installation import ROOT, install_crds, install_rights
from testbed.keycloak import KeycloakServer
from testbed.objects import Objects, access, directory, mapping
from testbed.operator import OperatorProcess
from testbed.realm import PASSWORD, Realm
from testbed.tools import HELM, KEYCLOAK, NEWEST
from testbed.waiting import eventually

NAMESPACES = "/api/v1/namespaces"
PEOPLE = {"alice": "/SRE", "dave": "/Developer", "vera": "/headlamp-viewers"}
BINDING = "groupaccess:platform:sre:cluster-admin"
ENDS = {signal.SIGINT, signal.SIGTERM}
console = Console(highlight=False, soft_wrap=True)


class StepError(Exception):
    """A step did not show what it is there to show."""


@dataclass
class Story:
    """Prints the steps, and what was really answered."""

    began: float = field(default_factory=time.monotonic)
    number: int = 0

    @contextmanager
    def step(self, what: str) -> Iterator[Callable[[object], None]]:
        """Run one step; the caller says what was seen. Raise StepError with the step's name."""
        self.number += 1
        seen: list[str] = []
        try:
            yield lambda text: seen.append(str(text))
        except Exception as error:
            raise StepError(f"step {self.number}, {what}: {error}") from error
        elapsed = time.monotonic() - self.began
        console.print(f"[dim]{elapsed:5.1f} s[/] [bold]{self.number:2}. {what}[/]")
        for text in seen:
            console.print(f"            {text}", markup=False, style="cyan")


def expect(answer: Answer, status: int) -> str:
    """Return the answer in words; raise when it has another status."""
    words = answer.message if answer.status >= 400 else f"{len(answer.body['items'])} namespaces"
    if answer.status != status:
        raise StepError(f"expected {status}, got {answer.status}: {words}")
    return f"HTTP {answer.status}  {words}"


def make_realm(keycloak: KeycloakServer) -> Realm:
    """Make the realm of the story: three groups, a person in each, Headlamp, the operator."""
    realm = keycloak.create_realm("ADMIN")
    realm.clients.create_headlamp()
    realm.clients.create_operator()
    for person, group in PEOPLE.items():
        realm.create_user(person, group)
    return realm


def tell(
    story: Story, keycloak: KeycloakServer, cluster: ControlPlane, realm: Realm
) -> OperatorProcess:
    """Walk from 401 over 403 to 200."""
    token = realm.id_token("alice")
    with story.step("alice is in group SRE; kube-apiserver was given another issuer") as saw:
        saw(expect(cluster.get(NAMESPACES, token), 401))
    with story.step("the issuer corrected, letter for letter") as saw:
        cluster.trust(realm.issuer())
        saw(expect(eventually(lambda: _not_401(cluster, token), within=30), 403))
        saw(f"her token carries groups: {_evaluate(realm, 'alice')}, as Keycloak's Evaluate shows")
    with story.step(
        "the operator starts as its own ServiceAccount, with the chart's rights"
    ) as saw:
        install_crds(cluster)
        install_rights(cluster)
        operator = OperatorProcess(cluster).run()
        cluster.apply(*directory("default", realm, keycloak.ca_file.read_text()))
        saw("kubectl apply of a KeycloakDirectory for the realm")
    with story.step("kubectl apply -f examples/groupaccess.yaml; kubectl get ga") as saw:
        cluster.kubectl("apply", f"--filename={ROOT / 'examples' / 'groupaccess.yaml'}")
        cluster.kubectl("wait", "--for=condition=Ready", "ga/platform", "--timeout=30s")
        for line in cluster.kubectl("get", "ga").stdout.splitlines():
            saw(line)
    with story.step("the same request again") as saw:
        saw(expect(eventually(lambda: _not_403(cluster, token), within=5), 200))
    return operator


def tell_more(story: Story, cluster: ControlPlane, realm: Realm) -> None:
    """Show what goes wrong elsewhere in silence, and the way back."""
    token, objects = realm.id_token("alice"), Objects(cluster)
    with story.step('a GroupAccess for group "sre", in the wrong case') as saw:
        objects.apply(access("typo", "default", mapping("sre", "sre")))
        saw(objects.wait_reason("ga/typo", "GroupNotFound")["message"])
        objects.close()
    with story.step("somebody deletes the binding by hand") as saw:
        cluster.kubectl("delete", "clusterrolebinding", BINDING)
        began = time.monotonic()
        eventually(lambda: BINDING in objects.bindings("platform"), within=5, every=0.02)
        saw(f"back within {time.monotonic() - began:.2f} s")
        saw(expect(cluster.get(NAMESPACES, token), 200))


def finish(story: Story, cluster: ControlPlane, realm: Realm) -> None:
    """Take it all back."""
    token = realm.id_token("alice")
    with story.step("kubectl delete ga platform") as saw:
        cluster.kubectl("delete", "ga", "platform")
        saw(expect(eventually(lambda: _not_200(cluster, token), within=5), 403))


def stay(keycloak: KeycloakServer, cluster: ControlPlane, realm: Realm) -> None:
    """Print how to use what is up, and wait for Ctrl-C."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # else SIGTERM leaves all of it behind
    tokens = {person: realm.id_token(person) for person in PEOPLE}
    console.print("\nAll of it stays up until Ctrl-C.", style="bold")
    console.print(f"  export KUBECONFIG={cluster.kubeconfig}", markup=False)
    console.print(f"  alias kubectl={cluster.kubectl_program}", markup=False)
    login = keycloak.login
    console.print(f"  Keycloak: {keycloak.url}/admin  {login.username} / {login.password}")
    console.print(f"  people of realm ADMIN: {', '.join(PEOPLE)}, password {PASSWORD}")
    for person, token in tokens.items():
        console.print(f"  {person}: kubectl --token={token} get namespaces", markup=False)
    signal.sigwait(ENDS)


def _not_401(cluster: ControlPlane, token: str) -> Answer | None:
    return _unless(cluster.get(NAMESPACES, token), 401)


def _not_403(cluster: ControlPlane, token: str) -> Answer | None:
    return _unless(cluster.get(NAMESPACES, token), 403)


def _not_200(cluster: ControlPlane, token: str) -> Answer | None:
    return _unless(cluster.get(NAMESPACES, token), 200)


def _unless(answer: Answer, status: int) -> Answer | None:
    return None if answer.status == status else answer


def _evaluate(realm: Realm, person: str) -> Any:  # noqa: ANN401 -- JSON
    client, user = realm.clients.internal_id("headlamp"), realm.user_id(person)
    where = f"admin/realms/{realm.name}/clients/{client}/evaluate-scopes/generate-example-id-token"
    answer = realm.admin.connection.raw_get(where, scope="openid", userId=user)
    return answer.json()["groups"]


def main() -> int:
    """Tell the story; return the exit code."""
    try:
        for tools in (NEWEST, KEYCLOAK, HELM):
            tools.ensure()
        console.print("Starting Keycloak and a control plane …", style="dim")
        story = Story()
        with KeycloakServer(empty=True) as keycloak:
            realm = make_realm(keycloak)
            wrong = replace(realm.issuer(), url=f"{keycloak.issuer_base}/realms/master")
            with ControlPlane(ControlPlaneOptions(oidc=ClassicFlags(wrong))) as cluster:
                operator = tell(story, keycloak, cluster, realm)
                try:
                    tell_more(story, cluster, realm)
                    if os.environ.get("KEEP"):
                        stay(keycloak, cluster, realm)
                    else:
                        finish(story, cluster, realm)
                finally:
                    operator.stop()
    except ToolError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return 1
    except StepError as error:
        console.print(f"failed: {error}", style="red", markup=False)
        return 1
    console.print("Done; nothing is left behind." if not os.environ.get("KEEP") else "Ended.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
