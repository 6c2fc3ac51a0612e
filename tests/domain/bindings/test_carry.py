"""An edit while Keycloak is silent: an unchanged group is carried, a changed one waits."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from domain.builders import (
    UNAVAILABLE,
    access,
    binding,
    by_key,
    content,
    directory,
    groups,
    key,
    make_context,
    mapping,
    realm,
)
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.namespace_scope import CLUSTER_WIDE
from groupaccess.domain.binding import (
    Binding,
    BindingContent,
    BindingKey,
    DesiredBinding,
    Owner,
    Subject,
)
from groupaccess.domain.bindings.builder import build_desired_state
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import EvaluationContext

DOWN = make_context(realm(), failure=UNAVAILABLE)
NEW_ROLE = access(mapping(role="view"))
NEW = key("sre", "view")


def carried(
    declared: Access,
    existing: Mapping[BindingKey, Binding] | None = None,
    applied: Mapping[BindingKey, BindingContent] | None = None,
    context: EvaluationContext = DOWN,
) -> DesiredState:
    verdicts = [evaluate(mapping, context) for mapping in declared.mappings]
    assert {verdict.reason for verdict in verdicts} == {Reason.KEYCLOAK_UNAVAILABLE}
    return build_desired_state(declared, verdicts, context, existing or {}, applied or {})


def carries(*bindings: DesiredBinding, name: str = "sre") -> DesiredState:
    return DesiredState(bindings, frozenset(), {name: CLUSTER_WIDE})


def subjects(found: DesiredState) -> tuple[str, ...]:
    assert not found.preserved
    return found.bindings[0].content.groups if found.bindings else ()


def test_proven_strings_go_to_the_new_role() -> None:
    found = carried(NEW_ROLE, {}, {key(): content("/p/SRE", group_path="/p/SRE")})
    what = content("/p/SRE", group_path="/p/SRE", role="view")
    assert found == carries(DesiredBinding(NEW, "sre", what))


def test_bound_strings_go_to_the_new_role() -> None:
    found = carried(NEW_ROLE, by_key(binding()))
    assert found == carries(DesiredBinding(NEW, "sre", content(role="view")))


def test_bound_strings_go_to_the_new_name() -> None:
    found = carried(access(mapping("renamed")), by_key(binding()))
    assert found == carries(DesiredBinding(key("renamed"), "renamed", content()), name="renamed")


def test_carried_binding_is_ours_and_the_objects() -> None:
    bare = replace(
        content(has_managed_by_label=False), owners=(Owner("uid of another", "another"),)
    )
    one = carried(NEW_ROLE, by_key(binding(what=bare))).bindings[0].content
    assert one == content(role="view")
    former = replace(content(), owners=())
    assert carried(NEW_ROLE, {}, {key(): former}).bindings[0].content == content(role="view")


def test_what_is_bound_for_a_former_object_of_this_name_is_not_carried() -> None:
    former = replace(content(), owners=(Owner("uid of a former one", "platform"),))
    assert carried(NEW_ROLE, by_key(binding(what=former))) == carries()
    both = replace(former, owners=(*former.owners, *content().owners))
    assert subjects(carried(NEW_ROLE, by_key(binding(what=both)))) == ("/SRE",)
    orphan = replace(binding(what=replace(content(), owners=())), lost_owners=former.owners)
    assert carried(NEW_ROLE, by_key(orphan)) == carries()


def test_what_is_bound_for_a_former_object_of_this_name_does_not_stay() -> None:
    former = replace(content(), owners=(Owner("uid of a former one", "platform"),))
    assert carried(access(mapping()), by_key(binding(what=former))) == carries()


def test_applied_content_counts_more_than_existing_content() -> None:
    found = carried(NEW_ROLE, by_key(binding()), {key(): content("SRE")})
    assert subjects(found) == ("SRE",)


def test_what_was_proven_for_another_group_is_not_carried() -> None:
    other = {key("ops"): content("/Ops", group="Ops", group_path="/Ops")}
    assert carried(NEW_ROLE, {}, other) == carries()
    assert subjects(carried(NEW_ROLE, {}, other | {key(): content()})) == ("/SRE",)


@pytest.mark.parametrize(
    "another",
    [content(group="Ops", group_path="/Ops"), content(directory="other"), content(group="")],
    ids=["group", "directory", "nobody knows which group"],
)
def test_changed_declaration_waits_with_nothing(another: BindingContent) -> None:
    assert carried(NEW_ROLE, by_key(binding(what=another))) == carries()


def test_it_is_carried_without_a_first_snapshot_too() -> None:
    assert subjects(carried(NEW_ROLE, by_key(binding()), context=make_context(None))) == ("/SRE",)


def test_the_next_existing_binding_is_carried_when_the_first_has_nothing_plausible() -> None:
    first = binding(key("a"), content("/evil"))
    assert subjects(carried(NEW_ROLE, by_key(first, binding()))) == ("/SRE",)
    other = binding(key("a"), content("/SRE", group="Ops"))
    assert subjects(carried(NEW_ROLE, by_key(other, binding()))) == ("/SRE",)


@pytest.mark.parametrize(
    ("existing", "carry"),
    [
        (("/evil",), ()),
        (("/SRE", "/evil"), ("/SRE",)),
        (("SRE", "sre"), ("SRE",)),
        (("/SRE", "SRE"), ("/SRE", "SRE")),
        (("oidc:SRE",), ()),
    ],
)
def test_drift_never_becomes_a_grant(existing: tuple[str, ...], carry: tuple[str, ...]) -> None:
    assert subjects(carried(NEW_ROLE, by_key(binding(what=content(*existing))))) == carry


def test_no_user_is_carried_though_named_like_the_group() -> None:
    mixed = (Subject("User", "SRE"), Subject("ServiceAccount", "SRE", "x"), *groups("SRE"))
    drifted = by_key(binding(what=replace(content(), subjects=mixed)))
    assert carried(NEW_ROLE, drifted).bindings[0].content.subjects == groups("SRE")


def test_strings_bear_the_prefix() -> None:
    prefixed = make_context(realm(), failure=UNAVAILABLE, of=directory(prefix="oidc:"))
    existing = by_key(binding(what=content("SRE", "oidc:/SRE", "oidc:SRE")))
    assert subjects(carried(NEW_ROLE, existing, context=prefixed)) == ("oidc:/SRE", "oidc:SRE")


def test_path_that_was_proven_may_be_deeper_than_the_declared_leaf_name() -> None:
    deep = content("/p/SRE", "/SRE", group_path="/p/SRE")
    assert subjects(carried(NEW_ROLE, by_key(binding(what=deep)))) == ("/p/SRE",)


def test_path_that_was_proven_must_fit_the_declared_group() -> None:
    forged = content("/Ops", group_path="/Ops")
    assert carried(NEW_ROLE, by_key(binding(what=forged))) == carries()


def test_declared_path_serves_when_the_proven_one_was_stripped() -> None:
    declared = access(mapping(group="/p/SRE", role="view"))
    existing = by_key(binding(what=content("/p/SRE", "SRE", "p", group="/p/SRE", group_path="")))
    context = make_context(realm("/p/SRE"), failure=UNAVAILABLE)
    assert subjects(carried(declared, existing, context=context)) == ("/p/SRE", "SRE")


def test_reserved_name_is_never_carried() -> None:
    declared = access(mapping(group="/x/system:masters", role="view"))
    drifted = content(
        "/x/system:masters", "system:masters", group="/x/system:masters", group_path=""
    )
    context = make_context(None, failure=UNAVAILABLE)
    existing = by_key(binding(what=drifted))
    assert subjects(carried(declared, existing, context=context)) == ("/x/system:masters",)


def test_first_by_name_is_carried_in_whatever_order_they_are_remembered() -> None:
    edited = access(mapping("edited"))
    applied = {key("b"): content("SRE"), key("a"): content("/SRE")}
    assert subjects(carried(edited, {}, applied)) == ("/SRE",)
    existing = [binding(key("b"), content("SRE")), binding(key("a"), content("/SRE"))]
    assert subjects(carried(edited, by_key(*existing))) == ("/SRE",)
