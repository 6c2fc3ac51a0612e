"""What stands keeps standing while there is an objection, and nothing new does."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from domain.builders import (
    UNAVAILABLE,
    access,
    binding,
    content,
    given,
    key,
    mapping,
    realm,
    standing,
)
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.namespace_scope import EVERYWHERE
from groupaccess.domain.binding import Binding, BindingKey, Content, Owner, RoleRef
from groupaccess.domain.bindings.builder import desired
from groupaccess.domain.bindings.desired_state import Wanted
from groupaccess.domain.verdict.rules import verdict
from groupaccess.domain.verdict.verdict import Circumstances, Outcome

GONE = given(realm("/apps/dev"))  # Keycloak was read, and has no group SRE
DOWN = given(realm(), failure=UNAVAILABLE)
HOLDS = pytest.mark.parametrize("circumstances", [GONE, DOWN], ids=["group is gone", "not read"])


def held(
    circumstances: Circumstances,
    stands: Mapping[BindingKey, Binding] | None = None,
    proven: Mapping[BindingKey, Content] | None = None,
    declared: Access | None = None,
) -> Wanted:
    of = declared or access()
    verdicts = [verdict(one, circumstances) for one in of.mappings]
    assert {one.outcome for one in verdicts} == {Outcome.HOLD}
    return desired(of, verdicts, circumstances, stands or {}, proven or {})


NOTHING = Wanted((), frozenset(), {"sre": EVERYWHERE})
KEPT = Wanted((), frozenset({key()}), {"sre": EVERYWHERE})


@HOLDS
def test_nothing_new_is_granted(circumstances: Circumstances) -> None:
    assert held(circumstances) == NOTHING


@HOLDS
def test_standing_binding_is_left_as_it_is_when_nothing_was_proven(
    circumstances: Circumstances,
) -> None:
    assert held(circumstances, standing(binding())) == KEPT
    drifted = standing(binding(what=content("/SRE", "/other")))
    assert held(circumstances, drifted) == KEPT


@HOLDS
@pytest.mark.parametrize(
    "stands",
    [standing(), standing(binding(what=content("/drifted")))],
    ids=["deleted by hand", "drifted"],
)
def test_what_was_proven_is_repaired(
    circumstances: Circumstances, stands: Mapping[BindingKey, Binding]
) -> None:
    found = held(circumstances, stands, {key(): content("/old/SRE")})
    assert [(want.key, want.content) for want in found.bindings] == [(key(), content("/old/SRE"))]
    assert found.kept == frozenset()


@HOLDS
def test_repair_gives_the_binding_to_the_object_as_it_is_now(circumstances: Circumstances) -> None:
    last = replace(content(), owners=(Owner("uid of a former one", "platform"),))
    (repaired,) = held(circumstances, {}, {key(): last}).bindings
    assert repaired.content.owners == (Owner("uid of platform", "platform"),)


@HOLDS
@pytest.mark.parametrize(
    "another",
    [content(group="Ops", group_path="/Ops"), content(directory="other")],
    ids=["another group", "another directory"],
)
def test_what_stood_for_another_declaration_goes(
    circumstances: Circumstances, another: Content
) -> None:
    assert held(circumstances, standing(binding(what=another))) == NOTHING
    assert held(circumstances, {}, {key(): another}) == NOTHING


@HOLDS
@pytest.mark.parametrize(
    "stripped",
    [
        content(group=""),
        content(directory=""),
        content(group="", directory="", directory_id="", group_id="", group_path=""),
    ],
    ids=["group", "directory", "all"],
)
def test_binding_whose_annotations_were_stripped_stays(
    circumstances: Circumstances, stripped: Content
) -> None:
    assert held(circumstances, standing(binding(what=stripped))) == KEPT


@HOLDS
def test_stripping_one_annotation_does_not_hide_the_other(circumstances: Circumstances) -> None:
    moved = standing(binding(what=content(group="", directory="other")))
    changed = standing(binding(what=content(directory="", group="Ops")))
    assert held(circumstances, moved) == NOTHING
    assert held(circumstances, changed) == NOTHING


@HOLDS
@pytest.mark.parametrize("role", [RoleRef("ClusterRole", "admin"), RoleRef("Role", "edit")])
def test_binding_with_another_role_than_its_name_says_does_not_stay(
    circumstances: Circumstances, role: RoleRef
) -> None:
    wrong = standing(binding(what=replace(content(group=""), role=role)))
    assert held(circumstances, wrong) == NOTHING


def test_new_role_waits_while_keycloak_objects() -> None:
    edited = access(mapping(role="view"))
    assert held(GONE, standing(binding()), {key(): content()}, edited) == NOTHING
