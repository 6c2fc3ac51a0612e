"""A cluster whose kube-apiserver is told something, and a directory that declares something."""

from dataclasses import dataclass
from pathlib import Path

import httpx

from testbed.control_plane import ControlPlane
from testbed.explain_command import ExplainCommand
from testbed.explain_forms import Answers, Question
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
    login: ExplainCommand

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
        objects.wait_reason("kcd/default", "Read")

    def gets_in(self) -> bool:
        """Tell whether alice, who logs in, may do it."""
        return self.cluster.get(PODS, self.realm.id_token("alice")).status == httpx.codes.OK

    def explained(self, answers: Answers, *more: str) -> None:
        """Ask in every form; each names this cause first, and nothing that is wrong."""
        self._question(*more).check(answers, self.realm)

    def mend(self, where: str, *more: str) -> None:
        """Make the first change that `doctor` prints for this installation."""
        text = self.command.doctor_text(*more, token=self.realm.id_token("alice"))
        fix = first_fix(text, where)
        self.node.edit(fix)
        self.login.run(fix)

    def is_sound(self, within: float, *more: str) -> None:
        """Wait until alice gets in; then no form of `doctor` finds anything wrong."""
        eventually(self.gets_in, within=within, what="alice gets in")
        asked = self._question(*more)
        eventually(lambda: asked.finds_nothing(self.realm), within=within, what="nothing is wrong")

    def _question(self, *more: str) -> Question:
        where = ("--directory=default",)
        return Question(self.cluster, self.command, self.login, PODS, LIST, more, where)
