"""The work for one object grows with its namespaces, not with their square: it is counted."""

from collections import Counter
from collections.abc import Callable
from typing import ClassVar

import pytest

from domain.builders import (
    UNAVAILABLE,
    access,
    binding,
    content,
    key,
    make_context,
    mapping,
    realm,
    scope,
)
from domain.model_cluster import evaluate_all
from groupaccess.domain.access.namespace_scope import Namespace
from groupaccess.domain.binding import DesiredBinding
from groupaccess.domain.bindings.builder import build_desired_state
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.bindings.plan import plan

FEW, MANY = 250, 2000
# n * log(n) grows by less than half more than the number of namespaces, a square eight times more.
MOST = 1.5 * MANY / FEW


class Place(str):
    """The name of a namespace, which counts how often one is compared or looked up."""

    __slots__ = ()
    looks: ClassVar[Counter[str]] = Counter()

    def __eq__(self, other: object) -> bool:
        self.looks["all"] += 1
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        self.looks["all"] += 1
        return str.__hash__(self)

    def __lt__(self, other: str) -> bool:
        self.looks["all"] += 1
        return str.__lt__(self, other)


def places(number: int) -> list[Place]:
    return [Place(f"n{each:04}") for each in range(number)]


def change_of_role(number: int) -> int:
    """Plan another role in so many namespaces, and return how often their names were looked at."""
    existing = [binding(key(namespace=each)) for each in places(number)]
    wants = tuple(
        DesiredBinding(key(role="view", namespace=each), "sre", content(role="view"))
        for each in places(number)
    )
    Place.looks.clear()
    found = plan(DesiredState(wants, frozenset()), existing)
    assert all(len(delete.replacements) == 1 for delete in found.deletes)
    assert len(found.deletes) == len(found.applies) == number
    return Place.looks["all"]


def change_of_role_while_keycloak_is_silent(number: int) -> int:
    """Carry whom bindings name to another role in so many namespaces, and count as above."""
    names = places(number)
    existing = {each.key: each for each in (binding(key(namespace=name)) for name in names)}
    declared = access(mapping(role="view", within=scope(*names)))
    silent = make_context(failure=UNAVAILABLE, namespaces={name: Namespace({}) for name in names})
    verdicts = evaluate_all(declared, silent)
    Place.looks.clear()
    desired = build_desired_state(declared, verdicts, silent, existing, {})
    looks = Place.looks["all"]
    assert len(desired.contents) == number
    return looks


def half_of_the_first_bindings(number: int) -> int:
    """Look at an object of which half the namespaces are bound, and count as above."""
    names = places(number)
    declared = access(mapping(within=scope(*names)))
    now = make_context(realm(), namespaces={name: Namespace({}) for name in names})
    verdicts = evaluate_all(declared, now)
    whole = build_desired_state(declared, verdicts, now, {}, {}).contents
    half = dict(sorted(whole.items())[: number // 2])
    existing = {where: binding(where, content) for where, content in half.items()}
    Place.looks.clear()
    desired = build_desired_state(declared, verdicts, now, existing, half)
    looks = Place.looks["all"]
    assert desired.contents == whole
    return looks


@pytest.mark.parametrize(
    "work",
    [change_of_role, change_of_role_while_keycloak_is_silent, half_of_the_first_bindings],
)
def test_a_change_in_many_namespaces_is_planned_in_a_time_that_grows_with_them(
    work: Callable[[int], int],
) -> None:
    assert work(MANY) < MOST * work(FEW)
