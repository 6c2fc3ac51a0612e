"""From sixty hand-made bindings to GroupAccesses, by the commands of docs/adopting.md."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adopt_cases import LABEL, RBAC, TEAMS, Case, cases
from testbed.cluster import Cluster
from testbed.keycloak import Keycloak
from testbed.objects import Objects, directory
from testbed.operator import OperatorProcess
from testbed.probe import Probe, probe_token
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.adopt

PAGE = Path(__file__).parents[1] / "docs" / "adopting.md"
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
BY_HAND = ",".join(f"{key}={value}" for key, value in LABEL.items())
KINDS = "clusterrolebindings,rolebindings"


@dataclass(frozen=True)
class Shell:
    """Runs a block of the page as its reader would, with kubectl and groupaccess at hand."""

    cluster: Cluster
    folder: Path

    def run(self, block: str) -> str:
        """Return what it prints; fail with its words when it fails."""
        programs = (self.cluster.kubectl_program.parent, Path(sys.executable).parent)
        path = os.pathsep.join([*map(str, programs), os.environ["PATH"]])
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            env={**os.environ, "PATH": path, "KUBECONFIG": str(self.cluster.kubeconfig)},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@dataclass(frozen=True)
class Before:
    """A cluster with sixty hand-made bindings, and five people with a token each."""

    cluster: Cluster
    name: str
    namespaces: tuple[str, str, str, str]
    cases: list[Case]
    tokens: dict[str, str]

    @property
    def replaceable(self) -> set[str]:
        """Return the bindings that GroupAccesses can stand for, as the command shows them."""
        return {case.shown for case in self.cases if case.replaceable}

    @property
    def others(self) -> set[str]:
        """Return those that they cannot stand for in full."""
        return {case.shown for case in self.cases if not case.replaceable}

    def standing(self) -> set[str]:
        """Return which of them stand."""
        arguments = ("get", KINDS, "--all-namespaces", f"--selector={BY_HAND}", "-ojson")
        found = json.loads(self.cluster.kubectl(*arguments).stdout)["items"]
        return {Case(body).shown for body in found}

    def also_granted_by(self) -> set[str]:
        """Return the bindings beside ours that the statuses name."""
        listed = json.loads(self.cluster.kubectl("get", "groupaccess", "-ojson").stdout)["items"]
        mappings = [one for access in listed for one in access["status"]["mappings"]]
        return {text for one in mappings for text in one.get("alsoGrantedBy", {}).get("first", ())}

    def rules(self) -> dict[str, set[str]]:
        """Ask for each person and namespace what they may do there."""
        return {
            f"{person} in {namespace}": self._rules(token, namespace)
            for person, token in self.tokens.items()
            for namespace in ("default", *self.namespaces)
        }

    def _rules(self, token: str, namespace: str) -> set[str]:
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectRulesReview",
            "spec": {"namespace": namespace},
        }
        answer = self.cluster.request("POST", REVIEWS, token, body)
        assert answer.status == 201, answer.message
        status = answer.body["status"]
        every = (*status["resourceRules"], *status["nonResourceRules"])
        return {json.dumps(rule, sort_keys=True) for rule in every}


@pytest.fixture
def shell(installed: Cluster, tmp_path: Path) -> Shell:
    """Give a shell in an empty folder."""
    return Shell(installed, tmp_path)


@pytest.fixture
def blocks() -> list[str]:
    """Give the page's blocks of commands, in their order."""
    return re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture
def before(
    operator: OperatorProcess, realm: Realm, keycloak: Keycloak, objects: Objects, name: str
) -> Iterator[Before]:
    """Give the cluster as it is before the page is followed."""
    assert operator.alive
    cluster, namespaces = objects.cluster, (f"{name}-a", f"{name}-b", f"{name}-c", f"{name}-d")
    objects.apply(*directory("default", realm, keycloak.ca_file.read_text()))
    objects.apply(*(_named("v1", "Namespace", name=each) for each in namespaces))
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["delete"]}
    role = _named(f"{RBAC}/v1", "Role", name=f"{name}-own", namespace=namespaces[0])
    made = cases(name, namespaces)
    cluster.apply(role | {"rules": [rule]}, *(case.body for case in made))
    yield Before(cluster, name, namespaces, made, _people(realm))
    cluster.kubectl("delete", "groupaccess", "--all")
    cluster.kubectl("delete", KINDS, "--all-namespaces", f"--selector={BY_HAND}")


def _named(version: str, kind: str, **metadata: str) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def _people(realm: Realm) -> dict[str, str]:
    """Return the ID tokens of five users, each in two of the ten teams."""
    pairs = {f"user{n}": TEAMS[n : n + 2] for n in range(0, len(TEAMS), 2)}
    for user, teams in pairs.items():
        realm.create_user(user, *(f"/{team}" for team in teams))
    return {user: realm.id_token(user) for user in pairs}


@contextmanager
def always_allowed(before: Before) -> Iterator[None]:
    """Ask all the time whether two of the teams may do what they may; they always may."""
    token = probe_token(before.cluster)
    everywhere = {"verb": "list", "resource": "pods", "namespace": before.namespaces[3]}
    in_one = {"verb": "create", "resource": "configmaps", "namespace": before.namespaces[0]}
    probes = [
        Probe(before.cluster, token, TEAMS[7], everywhere),
        Probe(before.cluster, token, TEAMS[8], in_one),
    ]
    assert all(eventually(probe.may, within=5) for probe in probes)
    with probes[0], probes[1]:
        yield
    assert all(probe.asked > 100 for probe in probes)
    assert [probe.denied for probe in probes] == [[], []]


def test_hand_made_bindings_are_adopted_and_nobody_notices(
    before: Before, shell: Shell, blocks: list[str], objects: Objects
) -> None:
    assert len(before.cases) == 60
    look, prefixed, write, apply, others, dry_run, remove, back = blocks
    an_old_one = f"ClusterRoleBinding/{before.name}-view-0"
    rules = before.rules()
    with always_allowed(before):
        assert "name: adopted-view" in shell.run(look)
        assert "without the prefix" in shell.run(prefixed)
        shell.run(write + apply)
        eventually(lambda: an_old_one in before.also_granted_by(), within=15)
        assert an_old_one in shell.run(others)

        listed = set(shell.run(dry_run).splitlines())
        assert {f"{one}: would be deleted" for one in before.replaceable} <= listed
        assert {f"{one}: stays" for one in before.others} <= listed
        assert before.standing() == before.replaceable | before.others
        assert before.rules() == rules

        deleted = set(shell.run(remove).splitlines())
        assert {f"{one}: deleted" for one in before.replaceable} <= deleted
        assert before.standing() == before.others
        assert before.rules() == rules
    eventually(lambda: an_old_one not in before.also_granted_by(), within=15)
    shell.run(back)
    eventually(lambda: not objects.bindings("adopted-view"), within=10)
    assert before.rules() != rules
