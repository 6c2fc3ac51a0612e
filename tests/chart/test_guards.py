"""The chart renders the admission policies that the values ask for, and whole."""

import json
import re

import pytest
import yaml

from chart.helm import CHART, NAMESPACE, Chart, Object

POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
ACCOUNT = f"system:serviceaccount:{NAMESPACE}:groupaccess"
EXPECTED = ["GROUPACCESS_BIND_GUARD", "GROUPACCESS_CAGE"]
GUARDS = {
    "bind": "bind-guard",
    "reservedNames": "reserved-names",
    "cage": "cage",
    "lastApplied": "last-applied",
}
ODD_ROLES = ["view", "acme:reader", 'it\'s "odd" \\ <role>: ${x} {{ y }}', "ünïcode"]


def specs(objects: list[Object], kind: str = POLICY) -> dict[str, Object]:
    return {body["metadata"]["name"]: body["spec"] for body in objects if body["kind"] == kind}


def policy(objects: list[Object], guard: str) -> Object:
    return specs(objects)[f"groupaccess-{GUARDS[guard]}"]


def conditions(spec: Object) -> dict[str, str]:
    return {each["name"]: each["expression"] for each in spec["matchConditions"]}


def test_every_policy_is_in_force_everywhere_and_an_error_refuses(rendered: list[Object]) -> None:
    policies, bindings = specs(rendered), specs(rendered, BINDING)
    assert sorted(policies) == sorted(f"groupaccess-{name}" for name in GUARDS.values())
    for name, spec in policies.items():
        assert bindings[name] == {"policyName": name, "validationActions": ["Deny", "Audit"]}
        assert spec["failurePolicy"] == "Fail"
        assert set(spec["matchConstraints"]) == {"resourceRules"}


def test_every_refusal_has_words_even_when_an_expression_of_a_message_fails(
    rendered: list[Object],
) -> None:
    for spec in specs(rendered).values():
        for validation in spec["validations"]:
            assert validation["message"]
            assert validation["reason"] == "Forbidden"


@pytest.mark.parametrize("guard", GUARDS)
def test_a_guard_that_is_switched_off_is_not_made_and_the_others_are(
    chart: Chart, guard: str
) -> None:
    objects = chart.render(guards={guard: {"enabled": False}})
    others = sorted(f"groupaccess-{name}" for key, name in GUARDS.items() if key != guard)
    assert sorted(specs(objects)) == sorted(specs(objects, BINDING)) == others


def expected(objects: list[Object]) -> tuple[dict[str, str], list[Object]]:
    """Return which policies the operator is told to expect, and its rights on policies."""
    told: dict[str, str] = {}
    rules: list[Object] = []
    for body in objects:
        if body["kind"] == "Deployment":
            env = body["spec"]["template"]["spec"]["containers"][0]["env"]
            told = {each["name"]: each["value"] for each in env if each["name"] in EXPECTED}
        rules += [
            r for r in body.get("rules", ()) if "admissionregistration.k8s.io" in r["apiGroups"]
        ]
    return told, rules


@pytest.mark.parametrize("release", ["groupaccess", "iam"])
def test_the_operator_may_read_the_policies_that_it_expects_and_no_other(
    chart: Chart, release: str
) -> None:
    objects = chart.render(release=release)
    told, rules = expected(objects)
    assert list(told) == EXPECTED
    for name, rule in zip(told.values(), rules, strict=True):
        assert name in specs(objects)
        assert specs(objects, BINDING)[name]["policyName"] == name
        assert (rule["resourceNames"], rule["verbs"]) == ([name], ["get"])


def test_without_the_policies_the_operator_expects_none(chart: Chart) -> None:
    off = {"enabled": False}
    assert expected(chart.render(guards={"bind": off, "cage": off})) == ({}, [])


def test_as_many_mappings_are_checked_as_the_schema_allows(rendered: list[Object]) -> None:
    crd = yaml.safe_load((CHART / "crds" / "groupaccesses.yaml").read_text())
    (version,) = crd["spec"]["versions"]
    schema = version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["mappings"]
    most = schema["maxItems"]
    spec = policy(rendered, "bind")
    asked = {each["name"]: each["expression"] for each in spec["variables"]}
    checked, named = [], []
    for validation in spec["validations"][1:]:
        found = re.fullmatch(r"variables\.(allowed\d+)\[([01])\]", validation["expression"])
        assert found
        indices = json.loads(asked[found[1]].partition(".map(")[0])
        checked.append(indices[int(found[2])])
        named.append(validation["messageExpression"])
    assert checked == list(range(most))
    assert named == [f"variables.refusals[{index}]" for index in range(most)]
    assert spec["validations"][0]["expression"] == f"size(variables.mappings) <= {most}"


def test_an_expression_asks_the_authorizer_no_more_than_twice(rendered: list[Object]) -> None:
    # 350,000 a question, 1,000,000 an expression.
    for each in policy(rendered, "bind")["variables"]:
        questions = each["expression"].count(".check(")
        times = len(json.loads(each["expression"].partition(".map(")[0])) if questions else 0
        assert questions * times in {0, 2}, each


@pytest.mark.parametrize("roles", [["view", "edit"], ODD_ROLES, []])
def test_the_cage_and_the_rights_have_one_list_of_roles(chart: Chart, roles: list[str]) -> None:
    objects = chart.render(bindableClusterRoles=roles)
    bound = [
        role
        for body in objects
        if body["kind"] == "ClusterRole"
        for rule in body["rules"]
        if "bind" in rule["verbs"]
        for role in rule["resourceNames"]
    ]
    (caged,) = [
        json.loads(expression.partition("roleRef.name in ")[2])
        for each in policy(objects, "cage")["validations"]
        if "roleRef.name in " in (expression := each["expression"])
    ]
    assert caged == bound == roles


def test_the_cage_is_for_the_account_of_the_pod_and_for_all_of_rbac(rendered: list[Object]) -> None:
    cage = policy(rendered, "cage")
    assert conditions(cage) == {"the-operator": f"request.userInfo.username == '{ACCOUNT}'"}
    assert cage["matchConstraints"]["resourceRules"] == [
        {
            "apiGroups": ["rbac.authorization.k8s.io"],
            "apiVersions": ["*"],
            "operations": ["*"],
            "resources": ["*/*"],
        }
    ]


def test_reserved_names_are_open_to_the_account_of_the_pod(chart: Chart) -> None:
    for release, account in (("groupaccess", ACCOUNT), ("iam", f"{ACCOUNT[:-11]}iam-groupaccess")):
        names = specs(chart.render(release=release))
        (reserved,) = [spec for name, spec in names.items() if name.endswith("reserved-names")]
        condition = conditions(reserved)["not-the-operator"]
        assert condition == f"request.userInfo.username != '{account}'"


@pytest.mark.parametrize("group", ["", "oncall", 'it\'s "on call"'])
def test_one_group_beside_the_masters_may_break_the_glass(chart: Chart, group: str) -> None:
    reserved = policy(chart.render(guards={"breakGlassGroup": group}), "reservedNames")
    condition = conditions(reserved)["not-in-an-emergency"]
    listed = json.loads(condition.rpartition("group in ")[2].removesuffix(")"))
    assert listed == ["system:masters", *([group] if group else [])]
    said = reserved["validations"][0]["messageExpression"]
    assert json.dumps(" and ".join(listed)) in said


def test_what_was_applied_is_read_when_it_changes_for_both_kinds(rendered: list[Object]) -> None:
    policy_ = policy(rendered, "lastApplied")
    (rule,) = policy_["matchConstraints"]["resourceRules"]
    assert rule["resources"] == ["groupaccesses", "keycloakdirectories"]
    assert rule["operations"] == ["CREATE", "UPDATE"]
    key = "kubectl.kubernetes.io/last-applied-configuration"
    assert conditions(policy_)["last-applied-changes"].count(key) == 4


@pytest.mark.parametrize(
    ("applied", "empty"),
    [
        ('{"a":"b"}', []),
        ('{"a":null}', ['"a":null']),
        ('{"a" : null,"b":1}', ['"a" : null']),
        ('{"a":[1,null,"x"]}', ["null"]),
        ('{"a":{"b":null,"c":null}}', ['"b":null', '"c":null']),
        ('{"null":"null"}', []),
        (json.dumps({"a": 'say "b":null, [null]', "c\\": '\\"d":null'}), []),
        (json.dumps({"odd \\": None}), [f"{json.dumps('odd ' + chr(92))}: null"]),
    ],
)
def test_a_null_is_told_from_a_text_that_looks_like_one(
    rendered: list[Object], applied: str, empty: list[str]
) -> None:
    (variable,) = policy(rendered, "lastApplied")["variables"]
    found = re.search(r"findAll\(r'(.+)'\)\.filter", variable["expression"])
    assert found
    texts = (each[0] for each in re.finditer(found[1], applied))
    assert [text for text in texts if text.endswith("null")] == empty


def test_the_notes_say_which_guards_are_off(chart: Chart) -> None:
    off = chart.notes(guards={"cage": {"enabled": False}})
    assert "cage           OFF" in off
    assert off.count("OFF") == 1
    assert "OFF" not in chart.notes()
