"""What is bound for a person is named in a few lines, and nothing is said of what a role allows."""

from dataclasses import replace
from typing import Any

from domain.builders import scope
from domain.diagnosis.accesses import ALICE, facts, mapped
from domain.handmade import found
from groupaccess.domain.binding import Binding
from groupaccess.domain.diagnosis.access_request import AccessRequest, Decision
from groupaccess.domain.diagnosis.grant_lines import close_lines, grant_lines

RBAC = Decision(allowed=True, reason="RBAC: allowed by x")


def bound(name: str, namespace: str = "shop", role: str = "view", *subjects: str) -> Binding:
    return found(name, *subjects, role=role, namespace=namespace).binding


def granted(*bindings: Binding, **more: Any) -> list[str]:
    return list(grant_lines(facts(decision=RBAC, bindings=bindings, **more)))


def test_only_bindings_of_the_same_role_take_nothing_away() -> None:
    lines = granted(bound("a"), bound("c", "", "view"), bound("d", "shop", "edit"))
    assert lines == [
        '"SRE" → ClusterRoleBinding c → view (by hand)',
        "also by RoleBinding shop/a (by hand): removing one of them takes nothing away",
        '"SRE" → RoleBinding shop/d → edit (by hand)',
    ]


def test_a_binding_elsewhere_or_for_somebody_else_gives_nothing_here() -> None:
    assert granted(bound("a", "bank"), bound("b", "shop", "view", "Dev")) == []


def test_of_many_bindings_only_a_few_are_named() -> None:
    lines = granted(*(bound(f"b{number}") for number in range(9)))
    assert len(lines) == 2
    assert "and 5 more: removing" in lines[1]
    many = granted(*(bound(f"b{number}", "shop", f"role-{number}") for number in range(9)))
    assert len(many) == 6
    assert many[-1] == "and 4 roles more"


def test_who_is_in_several_groups_that_are_bound_has_to_leave_all() -> None:
    both = replace(ALICE, subjects=frozenset({"SRE", "Dev"}))
    twice = (bound("a"), bound("b", "shop", "view", "Dev"))
    lines = granted(*twice, person=both, allowed_without_groups=False)
    assert lines[-1] == "out of all these groups, alice keeps it until their token ends"


def test_what_is_bound_by_hand_elsewhere_is_close() -> None:
    lines = list(close_lines(facts(bindings=(bound("dev-edit", "bank", "edit"),))))
    assert lines == ['RoleBinding bank/dev-edit: edit for "SRE", but in bank (by hand)']


def test_what_is_close_is_bounded_and_counted() -> None:
    many = tuple(bound(f"b{number}", "bank") for number in range(7))
    lines = list(close_lines(facts(bindings=many)))
    assert len(lines) == 4
    assert lines[-1] == "and 4 bindings more"


def test_what_is_bound_here_is_not_close() -> None:
    assert list(close_lines(facts(bindings=(bound("a"), bound("b", ""))))) == []
    everywhere = facts(request=AccessRequest("list", "pods"), bindings=(bound("a"),))
    assert list(close_lines(everywhere)) == [
        'RoleBinding shop/a: view for "SRE", in shop (by hand)'
    ]


def test_a_mapping_that_is_close_says_where() -> None:
    one = mapped("/platform/SRE", "bank", subjects=("SRE",))
    assert list(close_lines(facts(mappings=(one,)))) == [
        "GroupAccess apps, mapping sre: edit in bank"
    ]
    four = replace(one, mapping=replace(one.mapping, scope=scope("a", "b", "c", "d")))
    (line,) = close_lines(facts(mappings=(four,)))
    assert line.endswith("edit in a, b, c, 1 more")
