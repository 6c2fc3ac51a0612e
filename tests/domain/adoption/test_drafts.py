"""What `groupaccess import` makes of bindings."""

import pytest

from domain.adoption.draft_content import mappings, said
from domain.handmade import account, found, granted
from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.namespace_scope import (
    NamespaceScope,
)
from groupaccess.domain.adoption.candidates import BindingFilter, CandidateBinding
from groupaccess.domain.adoption.drafts import Adoption, AdoptionOptions, draft_accesses
from groupaccess.domain.adoption.rights import Right
from groupaccess.domain.binding import Subject


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


@pytest.mark.parametrize("name", ["a.b", "a/b", "..", "a'b: c", "größe", "a b", "#a", "/x/.y"])
def test_an_odd_name_that_keycloak_can_have_is_taken(name: str) -> None:
    (mapping,) = mappings(draft_accesses([found("a", name)], AdoptionOptions()))
    assert mapping.group == name


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
