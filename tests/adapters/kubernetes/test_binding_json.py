"""Bindings survive the way to Kubernetes' JSON and back."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fakes.values import binding, content, key
from groupaccess.adapters.kubernetes.binding_json import read_binding, write_binding
from groupaccess.domain.binding import (
    OWN_ANNOTATIONS,
    Binding,
    BindingContent,
    BindingKey,
    DesiredBinding,
    Owner,
    RoleRef,
    Subject,
)

TEXT = st.text(min_size=1, max_size=20)
SUBJECTS = st.lists(TEXT.map(lambda name: Subject("Group", name)), unique=True)
OWNERS = st.dictionaries(TEXT, TEXT, max_size=2)
NOTES = st.dictionaries(st.sampled_from(sorted(OWN_ANNOTATIONS)), TEXT, max_size=3)
CONTENTS = st.builds(
    BindingContent,
    role=TEXT.map(lambda name: RoleRef("ClusterRole", name)),
    subjects=SUBJECTS.map(lambda subjects: tuple(sorted(subjects))),
    owners=OWNERS.map(lambda owners: tuple(Owner(*owner) for owner in sorted(owners.items()))),
    annotations=NOTES.map(lambda found: tuple(sorted(found.items()))),
    has_managed_by_label=st.just(True),  # noqa: FBT003 -- the value that is drawn
)


def stored(body: dict[str, Any], uid: str = "u", version: str = "1") -> dict[str, Any]:
    """Return what the API server makes of a body."""
    return {**body, "metadata": {**body["metadata"], "uid": uid, "resourceVersion": version}}


@given(CONTENTS, st.sampled_from(["", "shop"]))
def test_what_is_written_meets_what_is_desired(content: BindingContent, namespace: str) -> None:
    want = DesiredBinding(BindingKey(namespace, "groupaccess:a:b:c"), "b", content)
    found = read_binding(stored(write_binding(want, None)))
    assert want.matches(found)
    assert found == Binding(want.key, "u", "1", content)


def test_a_create_names_no_version_and_a_repair_names_the_very_binding() -> None:
    want = DesiredBinding(key(), "sre", content())
    created = write_binding(want, None)["metadata"]
    assert created.keys() & {"uid", "resourceVersion"} == set()
    over = binding(key(), uid="u7", version="42")
    repaired = write_binding(want, over)["metadata"]
    assert (repaired["uid"], repaired["resourceVersion"]) == ("u7", "42")


def test_the_kind_follows_the_place() -> None:
    wide = write_binding(DesiredBinding(key(), "sre", content()), None)
    assert wide["kind"] == "ClusterRoleBinding"
    assert "namespace" not in wide["metadata"]
    narrow = write_binding(DesiredBinding(BindingKey("shop", key().name), "sre", content()), None)
    assert narrow["kind"] == "RoleBinding"
    assert narrow["metadata"]["namespace"] == "shop"


def test_no_owner_blocks_the_end_of_its_object() -> None:
    written = write_binding(DesiredBinding(key(), "sre", content()), None)
    assert written["metadata"]["ownerReferences"] == [
        {
            "apiVersion": "groupaccess.io/v1alpha1",
            "kind": "GroupAccess",
            "name": "platform",
            "uid": "uid-platform",
        }
    ]


def test_the_least_that_a_binding_can_be_is_read() -> None:
    found = read_binding(
        {
            "metadata": {"name": "by-hand", "uid": "u", "resourceVersion": "1"},
            "roleRef": {"kind": "Role", "name": "x"},
        }
    )
    assert found.content == BindingContent(
        RoleRef("Role", "x"), (), (), (), has_managed_by_label=False
    )


def test_what_others_wrote_is_read_in_an_order_of_its_own() -> None:
    body = {
        "metadata": {
            "name": "by-hand",
            "namespace": "shop",
            "uid": "u",
            "resourceVersion": "1",
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {"other.io/x": "y", "groupaccess.io/group": "SRE"},
            "ownerReferences": [{"uid": "2", "name": "b", "blockOwnerDeletion": True}],
        },
        "roleRef": {"kind": "ClusterRole", "name": "view"},
        "subjects": [
            {"kind": "User", "name": "zoe"},
            {"kind": "ServiceAccount", "name": "ci", "namespace": "shop"},
            {"kind": "Group", "name": "SRE"},
        ],
    }
    found = read_binding(body)
    assert found.key == BindingKey("shop", "by-hand")
    assert found.content == BindingContent(
        RoleRef("ClusterRole", "view"),
        (Subject("Group", "SRE"), Subject("ServiceAccount", "ci", "shop"), Subject("User", "zoe")),
        (Owner("2", "b"),),
        (("groupaccess.io/group", "SRE"),),
        has_managed_by_label=False,
    )
