"""Which hand-made bindings may go, because GroupAccesses grant all that they do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.handmade import account, found, granted
from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.namespace_scope import (
    LabelOperator,
    LabelRequirement,
    NamespaceScope,
)
from groupaccess.domain.adoption.candidates import CandidateBinding
from groupaccess.domain.adoption.redundancy import GrantedMappings, RedundancyResult, find_redundant
from groupaccess.domain.binding import RoleRef, Subject

SRE = AccessMapping("sre", "SRE", "view")
DEV = AccessMapping("dev", "dev", "view")
SHOP = AccessMapping("shop", "SRE", "view", NamespaceScope(frozenset({"shop"})))
ALL = {"adopted": (SRE, DEV, SHOP)}
OURS = (
    granted("sre", "SRE"),
    granted("dev", "dev"),
    granted("shop", "SRE", namespace="shop"),
)


def judged(
    one: CandidateBinding, *existing: CandidateBinding, of: GrantedMappings | None = None
) -> RedundancyResult:
    bindings = [each.binding for each in (*existing, one)]
    (answer,) = find_redundant([one], bindings, ALL if of is None else of)
    return answer


@pytest.mark.parametrize(
    "one",
    [
        found("a", "SRE"),
        found("a", "SRE", "dev"),
        found("a", "SRE", namespace="shop"),
        found("a", "dev", namespace="bank"),
    ],
)
def test_one_whose_every_subject_has_the_role_there_or_everywhere_is_covered(
    one: CandidateBinding,
) -> None:
    answer = judged(one, *OURS)
    assert answer.is_covered
    assert answer.accesses == ("adopted",)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (found("a", "ops"), 'no GroupAccess gives Group "ops" the ClusterRole "view" in the whole'),
        (found("a", "SRE", "ops"), 'Group "ops"'),
        (found("a", "sre"), 'Group "sre"'),
        (found("a", "SRE", role="edit"), 'the ClusterRole "edit"'),
        (found("a", "ops", namespace="shop"), 'in namespace "shop"'),
        (found("a", "SRE", Subject("User", "bob")), 'User "bob" would lose this access'),
        (found("a", "SRE", account("bot")), 'ServiceAccount "ci/bot" would lose this access'),
        (found("a", "SRE", kind="Role", namespace="shop"), 'it gives the Role "view"'),
    ],
)
def test_one_that_grants_more_stays_and_says_what_is_not_covered(
    one: CandidateBinding, words: str
) -> None:
    answer = judged(one, *OURS)
    assert not answer.is_covered
    (missing,) = answer.uncovered
    assert words in missing


def test_a_namespace_does_not_cover_the_whole_cluster_nor_another_one() -> None:
    (_, _, shop) = OURS
    assert not judged(found("a", "SRE"), shop).is_covered
    assert not judged(found("a", "SRE", namespace="bank"), shop).is_covered


def test_neither_another_hand_made_binding_nor_itself_covers() -> None:
    assert not judged(found("a", "SRE"), found("b", "SRE")).is_covered


@pytest.mark.parametrize(
    "of",
    [
        {},
        {"other": (SRE,)},
        {"adopted": (DEV,)},
        {"adopted": (replace(SRE, cluster_role="edit"),)},
        {"adopted": (replace(SRE, scope=NamespaceScope(frozenset({"shop"}))),)},
        {
            "adopted": (
                replace(
                    SRE,
                    scope=NamespaceScope(
                        requirements=(LabelRequirement("t", LabelOperator.EXISTS),)
                    ),
                ),
            )
        },
    ],
)
def test_a_binding_of_ours_that_its_group_access_does_not_declare_covers_nothing(
    of: GrantedMappings,
) -> None:
    assert not judged(found("a", "SRE"), OURS[0], of=of).is_covered


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        (NamespaceScope(frozenset({"shop"})), True),
        (NamespaceScope(frozenset({"bank"})), False),
        (NamespaceScope(requirements=(LabelRequirement("team", LabelOperator.EXISTS),)), True),
        (None, False),
    ],
)
def test_in_a_namespace_the_mapping_must_reach_there(
    scope: NamespaceScope | None, *, covered: bool
) -> None:
    of: GrantedMappings = {"adopted": (replace(SHOP, scope=scope),)}
    assert judged(found("a", "SRE", namespace="shop"), OURS[2], of=of).is_covered == covered


def test_a_forged_role_under_a_name_of_ours_covers_nothing() -> None:
    one = granted("sre", "SRE")
    content = replace(one.binding.content, role=RoleRef("ClusterRole", "edit"))
    forged = replace(one, binding=replace(one.binding, content=content))
    assert not judged(found("a", "SRE"), forged).is_covered
    assert not judged(found("a", "SRE", role="edit"), forged).is_covered


def test_the_binding_in_the_same_place_is_named_before_the_wider_one() -> None:
    answer = judged(found("a", "SRE", namespace="shop"), *OURS)
    assert [str(one.key) for one in answer.covered_by] == [
        "RoleBinding shop/groupaccess:adopted:shop:view"
    ]


def test_of_several_group_accesses_that_cover_the_first_is_named() -> None:
    ours = [granted("sre", "SRE", access=name) for name in ("b", "a", "c")]
    of: GrantedMappings = dict.fromkeys("abc", (SRE,))
    assert judged(found("x", "SRE"), *ours, of=of).accesses == ("a",)


def test_a_binding_that_gives_a_role_is_judged_without_a_look_at_existing_bindings() -> None:
    one = found("a", "SRE", kind="Role", namespace="shop")
    answer = judged(one, *OURS)
    assert (answer.candidate, answer.covered_by) == (one, ())


def test_they_come_in_the_order_of_their_names() -> None:
    founds = [found("b"), found("a", namespace="shop"), found("a")]
    assert [str(one.candidate.binding.key) for one in find_redundant(founds, [], {})] == [
        "ClusterRoleBinding a",
        "ClusterRoleBinding b",
        "RoleBinding shop/a",
    ]


END = datetime(2026, 4, 1, 12, tzinfo=UTC)
UNTIL = replace(SRE, expires_at=END)


def test_one_without_an_end_is_not_covered_by_a_grant_that_ends() -> None:
    answer = judged(found("a", "SRE"), OURS[0], of={"adopted": (UNTIL,)})
    assert not answer.is_covered
    (missing,) = answer.uncovered
    assert missing == (
        'Group "SRE" would lose this access at 2026-04-01T12:00:00Z, when the mapping "sre" of '
        'GroupAccess "adopted" expires'
    )


def test_of_several_grants_that_end_the_last_is_named() -> None:
    later = replace(SRE, expires_at=END + timedelta(days=1))
    of: GrantedMappings = {"a": (UNTIL,), "b": (later,), "c": (UNTIL,)}
    ours = [granted("sre", "SRE", access=name) for name in of]
    (missing,) = judged(found("x", "SRE"), *ours, of=of).uncovered
    assert missing.startswith('Group "SRE" would lose this access at 2026-04-02T12:00:00Z')
    assert 'GroupAccess "b"' in missing


@pytest.mark.parametrize("where", ["", "shop"])
def test_a_grant_without_an_end_covers_beside_one_that_ends(where: str) -> None:
    of: GrantedMappings = {"a": (replace(SHOP if where else SRE, expires_at=END),), "b": (SRE,)}
    narrow = granted("shop" if where else "sre", "SRE", namespace=where, access="a")
    answer = judged(
        found("x", "SRE", namespace=where), narrow, granted("sre", "SRE", access="b"), of=of
    )
    assert answer.is_covered
    assert answer.accesses == ("b",)


def test_a_grant_that_ends_is_named_though_it_is_wider() -> None:
    answer = judged(found("a", "SRE", namespace="shop"), OURS[0], of={"adopted": (UNTIL,)})
    (missing,) = answer.uncovered
    assert "2026-04-01T12:00:00Z" in missing
