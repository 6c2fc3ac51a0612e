"""Names, labels and accounts that the values choose: what depends on them follows."""

from typing import Any

import pytest

from chart.helm import NAMESPACE, Chart, Object
from chart.objects import ROLES, container, of_kind, pod, rules

POLICIES = "ValidatingAdmissionPolicy"
LABELS = {"app.kubernetes.io/name", "app.kubernetes.io/instance"}

NAMES = pytest.mark.parametrize(
    ("values", "name", "account"),
    [
        ({}, "groupaccess", "groupaccess"),
        ({"nameOverride": "iam"}, "groupaccess-iam", "groupaccess-iam"),
        ({"fullnameOverride": "iam"}, "iam", "iam"),
        ({"fullnameOverride": "iam", "nameOverride": "x"}, "iam", "iam"),
        ({"serviceAccount": {"name": "op"}}, "groupaccess", "op"),
        ({"serviceAccount": {"name": "op", "create": False}}, "groupaccess", "op"),
    ],
    ids=str,
)


@NAMES
def test_all_objects_of_the_chart_have_its_name(
    chart: Chart, values: dict[str, Any], name: str, account: str
) -> None:
    for body in chart.render(**values):
        wanted = account if body["kind"] == "ServiceAccount" else name
        assert body["metadata"]["name"].startswith(wanted)


@NAMES
def test_the_guards_are_about_the_account_of_the_pod(
    chart: Chart, values: dict[str, Any], name: str, account: str
) -> None:
    objects = chart.render(**values)
    username = f"'system:serviceaccount:{NAMESPACE}:{account}'"
    assert pod(objects)["serviceAccountName"] == account
    for guard, operator in (("cage", "=="), ("reserved-names", "!=")):
        (policy,) = (
            each["spec"]
            for each in of_kind(objects, POLICIES)
            if each["metadata"]["name"] == f"{name}-{guard}"
        )
        expressions = [each["expression"] for each in policy["matchConditions"]]
        assert f"request.userInfo.username {operator} {username}" in expressions


@NAMES
def test_the_operator_expects_policies_that_there_are_and_may_read_them(
    chart: Chart, values: dict[str, Any], name: str, account: str
) -> None:
    objects = chart.render(**values)
    env = {each["name"]: each.get("value") for each in container(objects)["env"]}
    told = {env["GROUPACCESS_BIND_GUARD"], env["GROUPACCESS_CAGE"]}
    assert told == {f"{name}-bind-guard", f"{name}-cage"}
    assert told <= {each["metadata"]["name"] for each in of_kind(objects, POLICIES)}
    readable = {
        each
        for rule in rules(objects)
        if "validatingadmissionpolicies" in rule["resources"]
        for each in rule["resourceNames"]
    }
    assert readable == told
    for kind in ("ClusterRoleBinding", "RoleBinding"):
        for binding in of_kind(objects, kind):
            assert [each["name"] for each in binding["subjects"]] == [account]


@NAMES
def test_the_deployment_selects_its_own_pods(
    chart: Chart,
    values: dict[str, Any],
    name: str,
    account: str,  # noqa: ARG001 -- one set of cases for all tests
) -> None:
    (deployment,) = of_kind(chart.render(**values), "Deployment")
    assert deployment["metadata"]["name"] == name
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    selected = deployment["spec"]["selector"]["matchLabels"]
    assert selected.keys() == LABELS
    assert selected.items() <= labels.items()


def test_a_long_name_of_a_release_leaves_room_for_what_is_added(chart: Chart) -> None:
    release = "a" * 53
    for body in chart.render(release=release):
        name = body["metadata"]["name"]
        assert name.startswith(release)
        assert not name.endswith("-")
    (deployment,) = of_kind(chart.render(release=release), "Deployment")
    assert len(deployment["metadata"]["name"]) <= 55


def test_common_labels_and_annotations_are_on_everything(chart: Chart) -> None:
    annotations = {"example.com/owner": "iam"}
    access: dict[str, Any] = {"platform": {"mappings": []}}
    objects = chart.render(
        commonLabels={"team": "iam"}, commonAnnotations=annotations, groupAccesses=access
    )
    for body in objects:
        assert body["metadata"]["labels"]["team"] == "iam", body["metadata"]["name"]
        assert body["metadata"]["annotations"] == annotations
        assert body["metadata"]["labels"]["app.kubernetes.io/name"] == "groupaccess"


def test_labels_of_pods_are_no_others(chart: Chart) -> None:
    objects = chart.render(commonLabels={"team": "iam", "tier": "a"}, podLabels={"tier": "b"})
    (deployment,) = of_kind(objects, "Deployment")
    assert deployment["metadata"]["labels"]["tier"] == "a"
    template = deployment["spec"]["template"]["metadata"]["labels"]
    assert (template["team"], template["tier"]) == ("iam", "b")
    assert deployment["spec"]["selector"]["matchLabels"].keys() == LABELS


def test_the_account_is_as_the_values_say(chart: Chart) -> None:
    account = {"annotations": {"example.com/role": "reader"}, "automount": False}
    objects = chart.render(serviceAccount=account)
    (made,) = of_kind(objects, "ServiceAccount")
    assert made["metadata"]["annotations"] == {"example.com/role": "reader"}
    assert made["automountServiceAccountToken"] is False
    assert pod(objects)["automountServiceAccountToken"] is False


def test_an_account_that_exists_is_not_made(chart: Chart) -> None:
    objects = chart.render(serviceAccount={"create": False, "name": "op"})
    assert not of_kind(objects, "ServiceAccount")


def test_rights_that_somebody_else_gives_are_not_made(chart: Chart) -> None:
    kinds = {body["kind"] for body in chart.render(rbac={"create": False})}
    assert not kinds & {*ROLES, "ClusterRoleBinding", "RoleBinding"}
    assert POLICIES in kinds
    assert "rbac.create is false" in chart.notes(rbac={"create": False})
    assert "rbac.create" not in chart.notes()


def _image(objects: list[Object]) -> str:
    return str(container(objects)["image"])


def test_a_registry_for_all_charts_is_put_before_the_image(chart: Chart) -> None:
    shared: dict[str, Any] = {"global": {"imageRegistry": "registry.example.com:5000/all"}}
    image = _image(chart.render(**shared))
    assert image.startswith("registry.example.com:5000/all/groupaccess:")


def test_pull_secrets_of_all_charts_are_added(chart: Chart) -> None:
    shared: dict[str, Any] = {"global": {"imagePullSecrets": [{"name": "all"}]}}
    objects = chart.render(**shared, imagePullSecrets=[{"name": "own"}])
    assert pod(objects)["imagePullSecrets"] == [{"name": "all"}, {"name": "own"}]
    assert "imagePullSecrets" not in pod(chart.render())
