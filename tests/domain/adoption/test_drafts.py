"""What `groupaccess import` makes of bindings, and what it says of the rest."""

import pytest

from domain.handmade import account, found, granted, group
from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.access.namespace_scope import (
    LabelOperator,
    LabelRequirement,
    NamespaceScope,
)
from groupaccess.domain.adoption.candidates import BindingFilter, CandidateBinding
from groupaccess.domain.adoption.drafts import Adoption, AdoptionOptions, draft_accesses
from groupaccess.domain.adoption.rights import Right, rights
from groupaccess.domain.binding import Subject

RANCHER = "keycloakoidc_group://SRE"


def mappings(adoption: Adoption) -> list[AccessMapping]:
    return [line.mapping for draft in adoption.drafts for line in draft.mappings]


def said(adoption: Adoption) -> str:
    """Return all remarks, wherever they are."""
    lines = [*adoption.remarks]
    for draft in adoption.drafts:
        lines += [*draft.remarks, *(text for line in draft.mappings for text in line.remarks)]
    return "\n".join(lines)


def test_a_cluster_role_binding_becomes_a_mapping() -> None:
    adoption = draft_accesses(
        [found("sre-by-hand", "SRE", role="cluster-admin")], AdoptionOptions()
    )
    (draft,) = adoption.drafts
    (line,) = draft.mappings
    assert draft.name == "adopted-cluster-admin"
    assert line.mapping == AccessMapping("sre-cluster-admin", "SRE", "cluster-admin")
    assert [str(key) for key in line.sources] == ["ClusterRoleBinding sre-by-hand"]
    assert not said(adoption)


def test_the_role_bindings_of_one_group_and_role_become_one_mapping() -> None:
    founds = [found("a", "dev", namespace="shop"), found("b", "dev", namespace="bank")]
    assert mappings(draft_accesses(founds, AdoptionOptions())) == [
        AccessMapping(
            "dev-view-namespaces", "dev", "view", NamespaceScope(frozenset({"shop", "bank"}))
        )
    ]


def test_two_bindings_for_the_same_right_become_one_mapping_that_names_both() -> None:
    adoption = draft_accesses([found("a", "dev"), found("b", "dev", "dev")], AdoptionOptions())
    ((line,),) = (draft.mappings for draft in adoption.drafts)
    assert [key.name for key in line.sources] == ["a", "b"]


def test_a_right_in_the_whole_cluster_and_one_in_a_namespace_stay_two() -> None:
    founds = [found("a", "dev"), found("b", "dev", namespace="shop")]
    assert [(m.name, m.scope) for m in mappings(draft_accesses(founds, AdoptionOptions()))] == [
        ("dev-view", None),
        ("dev-view-namespaces", NamespaceScope(frozenset({"shop"}))),
    ]


def test_more_than_64_namespaces_become_several_mappings() -> None:
    founds = [found("x", "dev", namespace=f"n{number:03}") for number in range(130)]
    made = mappings(draft_accesses(founds, AdoptionOptions()))
    assert [m.name for m in made] == [
        "dev-view-namespaces",
        "dev-view-namespaces-2",
        "dev-view-namespaces-3",
    ]
    assert [len(m.scope.names) for m in made if m.scope] == [64, 64, 2]


def test_more_than_24_groups_of_a_role_become_several_objects() -> None:
    adoption = draft_accesses([found(f"b{n}", f"g{n:02}") for n in range(50)], AdoptionOptions())
    assert [(draft.name, len(draft.mappings)) for draft in adoption.drafts] == [
        ("adopted-view", 24),
        ("adopted-view-2", 24),
        ("adopted-view-3", 2),
    ]


def test_each_role_has_an_object_of_its_own() -> None:
    founds = [found("a", role="view"), found("b", role="edit"), found("c", "dev", role="view")]
    adoption = draft_accesses(founds, AdoptionOptions(name="old"))
    assert [draft.name for draft in adoption.drafts] == ["old-edit", "old-view"]
    assert [len(draft.mappings) for draft in adoption.drafts] == [1, 2]


def test_the_prefix_is_taken_off_and_a_group_without_it_is_left_out() -> None:
    adoption = draft_accesses(
        [found("a", "oidc:SRE", "Dev")], AdoptionOptions(groups_prefix="oidc:")
    )
    assert [m.group for m in mappings(adoption)] == ["SRE"]
    assert said(adoption) == (
        'ClusterRoleBinding a: Group "Dev": without the prefix "oidc:" it cannot come from Keycloak'
    )


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


@pytest.mark.parametrize("name", ["a.b", "a/b", "..", "a'b: c", "größe", "a b", "#a", "/x/.y"])
def test_an_odd_name_that_keycloak_can_have_is_taken(name: str) -> None:
    (mapping,) = mappings(draft_accesses([found("a", name)], AdoptionOptions()))
    assert mapping.group == name


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
    "skipped",
    [
        granted("sre", "SRE"),
        found("groupaccess:nobody"),
        found("admins", labels={"kubernetes.io/bootstrapping": "rbac-defaults"}),
        found("system:basic-user", "SRE"),
        found("bots", account("a"), Subject("User", "bob")),
    ],
    ids=lambda one: one.binding.key.name,
)
def test_what_is_ours_or_kubernetes_own_or_for_no_group_is_skipped_silently(
    skipped: CandidateBinding,
) -> None:
    assert draft_accesses([skipped], AdoptionOptions()) == Adoption(())


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


def test_roles_and_subjects_pick() -> None:
    founds = [
        found("a", "dev", "ops"),
        found("b", "dev", role="edit"),
        found("c", "sre"),
        found("d", "dev", Subject("User", "bob")),
    ]
    pick = BindingFilter(frozenset({"view"}), frozenset({"dev"}))
    adoption = draft_accesses(founds, AdoptionOptions(pick))
    assert [(m.group, m.cluster_role) for m in mappings(adoption)] == [("dev", "view")]
    assert 'ClusterRoleBinding a: Group "ops" is not selected by --subject' in said(adoption)
    assert 'ClusterRoleBinding d: User "bob"' in said(adoption)


def test_a_name_is_never_that_of_an_object_which_would_lose_something() -> None:
    mine = Right("sre-view", "SRE", "view", "")
    other = Right("dev-view", "dev", "view", "")
    for taken, name in (
        (frozenset({mine}), "adopted-view"),
        (frozenset({mine, other}), "adopted-view-2"),
        (None, "adopted-view-2"),
    ):
        adoption = draft_accesses(
            [found("a", "SRE")], AdoptionOptions(taken={"adopted-view": taken})
        )
        assert [draft.name for draft in adoption.drafts] == [name]


def test_a_selector_or_an_end_makes_what_is_granted_uncertain() -> None:
    plain = AccessMapping("a", "A", "view", NamespaceScope(frozenset({"x", "y"})))
    selected = AccessMapping(
        "b",
        "B",
        "view",
        NamespaceScope(requirements=(LabelRequirement("t", LabelOperator.EXISTS),)),
    )
    whole = AccessMapping("c", "C", "view")
    found_rights = rights(Access("o", "u", 1, "default", (plain, whole)))
    assert found_rights == frozenset(
        {
            Right("a", "A", "view", "x"),
            Right("a", "A", "view", "y"),
            Right("c", "C", "view", ""),
        }
    )
    assert rights(Access("o", "u", 1, "default", (plain, selected))) is None
