"""What the page says about rights: its roles are enough, and what is missing is named."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from suite import mostly_long
from testbed.cluster import Cluster
from testbed.explain_command import ExplainCommand, Report
from testbed.waiting import eventually

pytestmark = pytest.mark.explain

PAGE = Path(__file__).parents[1] / "docs" / "troubleshooting.md"
NAME, RBAC = "groupaccess-explain", "rbac.authorization.k8s.io"
ACCOUNT = {"kind": "ServiceAccount", "name": NAME, "namespace": "default"}
PLACES = {"ClusterRole": "", "Role": "kube-system"}
ALICE = ("list", "pods", "-n", "default", "--as=alice", "--as-group=SRE")
BY_WHY = (
    "clusterrolebindings",
    "rolebindings",
    "groupaccesses",
    "namespaces",
    "keycloakdirectories",
    "subjectaccessreviews",
)


def roles(without: str = "") -> list[dict[str, Any]]:
    """Return the roles of the page, without the right on one resource."""
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    made = list(yaml.safe_load_all(text))
    for role in made:
        for rule in role["rules"]:
            rule["resources"] = [each for each in rule["resources"] if each != without]
        role["rules"] = [rule for rule in role["rules"] if rule["resources"]]
    return made


@pytest.fixture(scope="module")
def reader(installed: Cluster) -> Iterator[Path]:
    """Give the kubeconfig of an account to which both roles are bound."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount"}
    installed.apply(account | {"metadata": {"name": NAME, "namespace": "default"}}, *roles())
    for kind, namespace in PLACES.items():
        metadata = {"name": NAME} | ({"namespace": namespace} if namespace else {})
        installed.apply(
            {
                "apiVersion": f"{RBAC}/v1",
                "kind": f"{kind}Binding",
                "metadata": metadata,
                "roleRef": {"apiGroup": RBAC, "kind": kind, "name": NAME},
                "subjects": [ACCOUNT],
            }
        )
    yield installed.service_account_kubeconfig("default", NAME)
    for kind, namespace in PLACES.items():
        for what in (f"{kind}Binding", kind):
            installed.admin.remove(f"{RBAC}/v1", what, NAME, namespace or None)
    installed.admin.remove("v1", "ServiceAccount", NAME, "default")


@pytest.fixture
def command(installed: Cluster) -> ExplainCommand:
    """Give the commands."""
    return ExplainCommand(installed)


def refused(report: Report) -> list[str]:
    """Return the rights that a report says are missing."""
    key = "notChecked" if "notChecked" in report.body else "checks"
    items = [item for item in report.body[key] if item["result"] == "NotChecked"]
    return [item["why"] for item in items if "you may not" in item["why"]]


def test_the_roles_of_the_page_are_enough(
    installed: Cluster, reader: Path, command: ExplainCommand
) -> None:
    installed.apply(*roles())
    config = f"--kubeconfig={reader}"
    report = eventually(lambda: _whole(command.why(*ALICE, config)), within=10)
    assert report.code == 1
    assert refused(command.doctor(config)) == []
    token = installed.create_token("default", NAME)
    assert refused(command.why("list", "pods", "-n", "default", config, token=token)) == []


def _whole(report: Report) -> Report | None:
    return report if refused(report) == [] else None


@pytest.mark.parametrize("right", mostly_long(BY_WHY, "rolebindings"))
def test_without_a_right_why_names_it(
    installed: Cluster, reader: Path, command: ExplainCommand, right: str
) -> None:
    installed.apply(*roles(right))
    arguments = (*ALICE, f"--kubeconfig={reader}")
    if right == "subjectaccessreviews":  # without it there is no answer
        eventually(lambda: f"create {right}" in command.untold(*arguments), within=10)
        return
    report = eventually(lambda: _lacking(command.why(*arguments), f"list {right}"), within=10)
    assert report.code in {1, 3}
    assert report.body["answer"].startswith("No. alice may not list pods in default")


def _lacking(report: Report, right: str) -> Report | None:
    return report if refused(report) == [f"you may not {right}"] else None


BY_DOCTOR = ("nodes", "pods", "leases", "validatingadmissionpolicies")


@pytest.mark.parametrize("right", mostly_long(BY_DOCTOR, "pods"))
def test_without_a_right_doctor_names_it(
    installed: Cluster, reader: Path, command: ExplainCommand, directory: str, right: str
) -> None:
    assert directory
    installed.apply(*roles(right))
    what = "list pods in kube-system" if right == "pods" else f"list {right}"
    config = f"--kubeconfig={reader}"
    eventually(lambda: _lacking(command.doctor(config), what), within=10)
