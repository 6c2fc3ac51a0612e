"""What `groupaccess import` says of what it cannot take over, and where."""

import pytest

from domain.adoption.draft_content import mappings, said
from domain.handmade import account, found, group
from groupaccess.domain.adoption.candidates import CandidateBinding
from groupaccess.domain.adoption.drafts import AdoptionOptions, draft_accesses
from groupaccess.domain.binding import Subject

RANCHER = "keycloakoidc_group://SRE"


@pytest.mark.parametrize(
    ("subject", "prefix", "words"),
    [
        (Subject("User", "bob"), "", 'User "bob": a GroupAccess gives roles to groups only'),
        (account("bot"), "", 'ServiceAccount "ci/bot": a GroupAccess gives roles to groups only'),
        (group("system:authenticated"), "", "Kubernetes reserves such names"),
        (group("oidc:system:masters"), "oidc:", "Kubernetes reserves such names"),
        (group("kubeadm:cluster-admins"), "", "kubeadm's client certificates"),
        (group(RANCHER), "", "Rancher's own name for a group"),
        (group("local://u-abc"), "", "Rancher's own name for a group"),
        (group("oidc:"), "oidc:", "does not allow this as a group's name"),
        (group("a" * 1025), "", "does not allow this as a group's name"),
        (group("a\nb"), "", "does not allow this as a group's name"),
        (group("a\u2028b"), "", "does not allow this as a group's name"),
        (group("/a/"), "", "neither the path nor the name of a group"),
        (group("a//b"), "", "neither the path nor the name of a group"),
        (group("/a/../b"), "", "neither the path nor the name of a group"),
        (group("/."), "", "neither the path nor the name of a group"),
    ],
)
def test_a_subject_that_cannot_be_expressed_is_named(
    subject: Subject, prefix: str, words: str
) -> None:
    adoption = draft_accesses(
        [found("a", subject, f"{prefix}SRE")], AdoptionOptions(groups_prefix=prefix)
    )
    assert [m.group for m in mappings(adoption)] == ["SRE"]
    assert words in said(adoption)
    assert "ClusterRoleBinding a: " in said(adoption)


@pytest.mark.parametrize(
    ("role", "kind", "words"),
    [
        ("reader", "Role", 'it gives the Role "reader"'),
        ("x" * 254, "ClusterRole", "a GroupAccess does not allow the name of its"),
        ("x\ny", "ClusterRole", "a GroupAccess does not allow the name of its"),
    ],
)
def test_a_role_that_cannot_be_given_is_named(role: str, kind: str, words: str) -> None:
    adoption = draft_accesses(
        [found("a", role=role, kind=kind, namespace="shop")], AdoptionOptions()
    )
    assert not adoption.drafts
    (remark,) = adoption.remarks
    assert remark.startswith("RoleBinding shop/a: ")
    assert words in remark


def test_a_remark_stands_beside_the_first_mapping_of_its_binding_and_only_there() -> None:
    adoption = draft_accesses([found("a", "dev", "ops", Subject("User", "bob"))], AdoptionOptions())
    ((first, second),) = (draft.mappings for draft in adoption.drafts)
    assert (len(first.remarks), second.remarks, adoption.remarks) == (1, (), ())


def test_a_binding_without_a_mapping_is_mentioned_at_its_role() -> None:
    founds = [found("a", RANCHER), found("b", "dev"), found("c", RANCHER, role="edit")]
    adoption = draft_accesses(founds, AdoptionOptions())
    (draft,) = adoption.drafts
    assert [text.split(":")[0] for text in draft.remarks] == ["ClusterRoleBinding a"]
    assert [text.split(":")[0] for text in adoption.remarks] == ["ClusterRoleBinding c"]


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (found("a", labels={"cattle.io/creator": "norman"}), "Rancher may have created it"),
        (
            found("a", labels={"authz.cluster.cattle.io/rtb-owner": "x"}),
            "Rancher may have created it",
        ),
        (
            found("a", annotations={"lifecycle.cattle.io/create.x": "true"}),
            "Rancher may have created it",
        ),
        (found("cattle-admin"), "Rancher may have created it"),
        (found("a", owners=(("RBACDefinition", "team"),)), 'RBACDefinition "team"'),
        (found("a", owners=(("Team", "shop"),)), 'it belongs to Team "shop"'),
    ],
)
def test_a_tool_that_would_make_it_again_is_named(one: CandidateBinding, words: str) -> None:
    adoption = draft_accesses([one], AdoptionOptions())
    assert [m.group for m in mappings(adoption)] == ["SRE"]
    assert words in said(adoption)


def test_a_domain_that_only_ends_like_ranchers_is_not_ranchers() -> None:
    assert not said(draft_accesses([found("a", labels={"notcattle.io/x": "y"})], AdoptionOptions()))


def test_several_remarks_of_several_bindings_are_each_said_once() -> None:
    bob, eve = Subject("User", "bob"), Subject("User", "eve")
    adoption = draft_accesses([found("a", "a", "c", bob), found("b", "b", eve)], AdoptionOptions())
    ((first, second, third),) = (draft.mappings for draft in adoption.drafts)
    assert [len(line.remarks) for line in (first, second, third)] == [1, 1, 0]


def test_the_remarks_of_a_role_stand_at_its_first_object_only() -> None:
    founds = [*(found(f"b{n}", f"g{n:02}") for n in range(25)), found("x", RANCHER)]
    first, second = draft_accesses(founds, AdoptionOptions()).drafts
    assert (len(first.remarks), second.remarks) == (1, ())


def test_a_role_that_is_named_like_a_cluster_role_is_not_mentioned_there() -> None:
    founds = [found("a"), found("b", kind="Role", namespace="shop")]
    adoption = draft_accesses(founds, AdoptionOptions())
    assert [draft.remarks for draft in adoption.drafts] == [()]
    assert len(adoption.remarks) == 1
