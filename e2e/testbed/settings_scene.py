"""A cluster whose kube-apiserver is told something, and a directory that declares something."""

import json
from dataclasses import dataclass
from pathlib import Path

import httpx

from testbed.control_plane import ControlPlane
from testbed.explain_command import ExplainCommand
from testbed.node import Node
from testbed.objects import Objects, access, directory, mapping
from testbed.printed_fix import first_fix
from testbed.realm import Realm
from testbed.waiting import eventually

PODS = "/api/v1/namespaces/default/pods"
LIST = ("list", "pods", "--namespace=default")
GROUP = "SRE"
SERVES_WITHIN = 30.0  # seconds


@dataclass(frozen=True)
class SettingsScene:
    """A cluster that is told something, and a directory that declares something."""

    node: Node
    cluster: ControlPlane
    realm: Realm
    command: ExplainCommand

    def start(self) -> None:
        """Start kube-apiserver as the files say; wait until it serves our kinds again."""
        self.cluster.restart_apiserver()
        self.node.show(self.cluster)
        listed = ("get", "ga,kcd", "--output=name")
        eventually(
            lambda: self.cluster.kubectl(*listed, check=False).returncode == 0,
            within=SERVES_WITHIN,
            what="our kinds are served",
        )

    def declare(self, objects: Objects, ca: Path, prefix: str) -> None:
        """Declare the realm, and what alice's group may do."""
        tokens = {"groupsPrefix": prefix, "clients": [{"clientId": "headlamp"}]}
        objects.apply(*directory("default", self.realm, ca.read_text(), tokens=tokens))
        objects.apply(access("alice", "default", mapping("sre", GROUP)))
        objects.wait_reason("ga/alice", "Granted", within=60)

    def gets_in(self) -> bool:
        """Tell whether alice, who logs in, may do it."""
        return self.cluster.get(PODS, self.realm.id_token("alice")).status == httpx.codes.OK

    def explained(self, word: str, *more: str) -> None:
        """Ask both commands by alice's token; each names this cause first."""
        token = self.realm.id_token("alice")
        answer = self.command.why(*LIST, *more, token=token)
        assert answer.words[:1] == [word], json.dumps(answer.body, indent=1)
        assert answer.code == 1
        report = self.command.doctor(*more, token=token)
        assert report.words[:1] == [word], json.dumps(report.body, indent=1)

    def mend(self, where: str, *more: str) -> None:
        """Make the first change that `doctor` prints for this installation."""
        text = self.command.doctor_text(*more, token=self.realm.id_token("alice"))
        fix = first_fix(text, where)
        self.node.edit(fix)
        self.command.run(fix)
