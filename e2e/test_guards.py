"""The bind guard: nobody hands out, through a GroupAccess, a role that they may not bind."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from testbed.cluster import Cluster
from testbed.guards import BIND_GUARD, accepted, refusal
from testbed.guards_users import WRITES_ACCESSES, User, binds, labelled, make_user, remove_user
from testbed.objects import Objects, access, mapping
from testbed.waiting import eventually

pytestmark = pytest.mark.attacks

MOST = 24
MakeUser = Callable[..., User]


@pytest.fixture
def user(without_operator: Cluster, name: str) -> Iterator[MakeUser]:
    """Give a function that makes the test's user with these rights."""
    yield lambda *rules: make_user(without_operator, name, *rules)
    remove_user(without_operator, name)


@pytest.fixture(scope="module")
def editor(without_operator: Cluster) -> Iterator[User]:
    """Give somebody who may write any GroupAccess, but hand out only view."""
    yield make_user(without_operator, "guards-editor", WRITES_ACCESSES, binds("view"))
    remove_user(without_operator, "guards-editor")


def roles(name: str, count: int = MOST) -> list[str]:
    return [f"{name}-role-{number}" for number in range(count)]


def grants(name: str, *cluster_roles: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- JSON
    found = enumerate(cluster_roles)
    return access(name, "default", *(mapping(f"m-{i}", "/g", role, **more) for i, role in found))


def largest(name: str) -> dict[str, Any]:
    """Return a GroupAccess whose every list and string is as long as the schema lets it be."""
    names = [f"{number:063}" for number in range(64)]
    mappings = [
        mapping(f"{i:063}", "g" * 1024, f"{i:0253}", namespaces={"names": names})
        for i in range(MOST)
    ]
    return access(name, "default", *mappings)


def test_as_many_mappings_as_there_can_be_pass_when_each_role_may_be_bound(
    user: MakeUser, objects: Objects, name: str
) -> None:
    body = grants(name, *roles(name))
    objects.remember(body)
    accepted(user(WRITES_ACCESSES, binds(*roles(name))).create(body))


def test_the_first_mapping_that_is_refused_is_the_one_that_is_named(
    editor: User, name: str
) -> None:
    said = refusal(BIND_GUARD, editor.create(grants(name, "view", "edit", "admin")))
    assert 'mapping "m-1"' in said
    assert "admin" not in said.replace("an administrator", "")


def test_bind_in_one_namespace_is_not_enough(
    user: MakeUser, without_operator: Cluster, name: str
) -> None:
    local = user(WRITES_ACCESSES)
    run = without_operator.kubectl
    run("create", "role", name, "--verb=bind", "--resource=clusterroles", "--resource-name=view")
    run("create", "rolebinding", name, f"--role={name}", f"--serviceaccount=default:{name}")
    try:
        may = ("auth", "can-i", "bind", "clusterroles/view", "--namespace=default")
        who = f"--as=system:serviceaccount:default:{name}"
        eventually(lambda: run(*may, who).stdout.strip() == "yes", within=10)
        refusal(BIND_GUARD, local.create(grants(name, "view", namespaces={"names": ["default"]})))
    finally:
        run("delete", f"role/{name}", f"rolebinding/{name}")


def test_a_change_of_spec_is_checked_and_a_change_of_labels_is_not(
    editor: User, objects: Objects, name: str
) -> None:
    objects.apply(grants(name, "cluster-admin"))
    stands = editor.read(grants(name))
    stands["spec"]["suspend"] = True
    refusal(BIND_GUARD, editor.update(stands))
    stands["spec"].pop("suspend")
    accepted(editor.update(labelled(stands)))


def test_the_largest_object_passes_also_when_it_is_changed(
    user: MakeUser, objects: Objects, name: str
) -> None:
    body = largest(name)
    wanted = [each["clusterRole"] for each in body["spec"]["mappings"]]
    writer = user(WRITES_ACCESSES, binds(*wanted))
    objects.remember(body)
    accepted(writer.create(body))
    changed = writer.read(body)
    changed["spec"]["mappings"][-1]["group"] = "h" * 1024
    accepted(writer.update(changed))
    accepted(writer.update(labelled(writer.read(body))))


def test_the_largest_object_with_a_bad_last_role_is_refused_and_the_role_is_named(
    user: MakeUser, name: str
) -> None:
    body = largest(name)
    wanted = [each["clusterRole"] for each in body["spec"]["mappings"]]
    writer = user(WRITES_ACCESSES, binds(*wanted[:-1]))
    assert wanted[-1] in refusal(BIND_GUARD, writer.create(body))


def test_who_asked_for_which_roles_is_in_the_audit_log(
    editor: User, without_operator: Cluster, objects: Objects, name: str
) -> None:
    log = without_operator.audit
    assert log is not None
    mark = log.mark()
    objects.remember(grants(name))
    accepted(editor.create(grants(name, "view", "view")))
    assert editor.create(grants(name, "edit")).status == 403

    def written() -> list[dict[str, str]]:
        events = [
            event["annotations"]
            for event in log.events(mark)
            if event["objectRef"].get("resource") == "groupaccesses" and event["verb"] == "create"
        ]
        return events if len(events) == 2 else []

    good, bad = eventually(written, within=10)
    assert good[f"{BIND_GUARD}/roles"] == "view, view"
    assert good[f"{BIND_GUARD}/groups"] == "/g, /g"
    assert bad[f"{BIND_GUARD}/roles"] == "edit"
    for each in (good, bad):
        assert each[f"{BIND_GUARD}/requester"] == "system:serviceaccount:default:guards-editor"
    assert "validation.policy.admission.k8s.io/validation_failure" in bad
