"""While there is an objection, existing bindings stay and no new one is made."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from domain.builders import (
    UNAVAILABLE,
    access,
    binding,
    by_key,
    content,
    key,
    make_context,
    mapping,
    realm,
)
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.namespace_scope import CLUSTER_WIDE
from groupaccess.domain.binding import Binding, BindingContent, BindingKey, Owner, RoleRef
from groupaccess.domain.bindings.builder import build_desired_state
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome

GONE = make_context(realm("/apps/dev"))  # Keycloak was read, and has no group SRE
DOWN = make_context(realm(), failure=UNAVAILABLE)
HOLDS = pytest.mark.parametrize("context", [GONE, DOWN], ids=["group is gone", "not read"])


def held(
    context: EvaluationContext,
    existing: Mapping[BindingKey, Binding] | None = None,
    applied: Mapping[BindingKey, BindingContent] | None = None,
    declared: Access | None = None,
) -> DesiredState:
    of = declared or access()
    verdicts = [evaluate(mapping, context) for mapping in of.mappings]
    assert {verdict.outcome for verdict in verdicts} == {Outcome.HOLD}
    return build_desired_state(of, verdicts, context, existing or {}, applied or {})


NOTHING = DesiredState((), frozenset(), {"sre": CLUSTER_WIDE})
KEPT = DesiredState((), frozenset({key()}), {"sre": CLUSTER_WIDE})


@HOLDS
def test_nothing_new_is_granted(context: EvaluationContext) -> None:
    assert held(context) == NOTHING


@HOLDS
def test_an_existing_binding_stays_as_it_is_when_nothing_was_applied(
    context: EvaluationContext,
) -> None:
    assert held(context, by_key(binding())) == KEPT
    drifted = by_key(binding(what=content("/SRE", "/other")))
    assert held(context, drifted) == KEPT


@HOLDS
@pytest.mark.parametrize(
    "existing",
    [by_key(), by_key(binding(what=content("/drifted")))],
    ids=["deleted by hand", "drifted"],
)
def test_what_was_proven_is_repaired(
    context: EvaluationContext, existing: Mapping[BindingKey, Binding]
) -> None:
    found = held(context, existing, {key(): content("/old/SRE")})
    assert [(want.key, want.content) for want in found.bindings] == [(key(), content("/old/SRE"))]
    assert found.preserved == frozenset()


@HOLDS
def test_repair_gives_the_binding_to_the_object_as_it_is_now(
    context: EvaluationContext,
) -> None:
    last = replace(content(), owners=(Owner("uid of a former one", "platform"),))
    (repaired,) = held(context, {}, {key(): last}).bindings
    assert repaired.content.owners == (Owner("uid of platform", "platform"),)


@HOLDS
@pytest.mark.parametrize(
    "another",
    [content(group="Ops", group_path="/Ops"), content(directory="other")],
    ids=["another group", "another directory"],
)
def test_what_stood_for_another_declaration_goes(
    context: EvaluationContext, another: BindingContent
) -> None:
    assert held(context, by_key(binding(what=another))) == NOTHING
    assert held(context, {}, {key(): another}) == NOTHING


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
    context: EvaluationContext, stripped: BindingContent
) -> None:
    assert held(context, by_key(binding(what=stripped))) == KEPT


@HOLDS
def test_stripping_one_annotation_does_not_hide_the_other(context: EvaluationContext) -> None:
    moved = by_key(binding(what=content(group="", directory="other")))
    changed = by_key(binding(what=content(directory="", group="Ops")))
    assert held(context, moved) == NOTHING
    assert held(context, changed) == NOTHING


@HOLDS
@pytest.mark.parametrize("role", [RoleRef("ClusterRole", "admin"), RoleRef("Role", "edit")])
def test_binding_with_another_role_than_its_name_says_does_not_stay(
    context: EvaluationContext, role: RoleRef
) -> None:
    wrong = by_key(binding(what=replace(content(group=""), role=role)))
    assert held(context, wrong) == NOTHING


def test_new_role_waits_while_keycloak_objects() -> None:
    edited = access(mapping(role="view"))
    assert held(GONE, by_key(binding()), {key(): content()}, edited) == NOTHING
