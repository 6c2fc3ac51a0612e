"""What a grant renders, and that a revoked mapping renders nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.builders import (
    NOW,
    access,
    binding,
    by_key,
    client,
    content,
    directory,
    groups,
    key,
    leaf,
    make_context,
    mapper,
    mapping,
    realm,
)
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.namespace_scope import CLUSTER_WIDE
from groupaccess.domain.binding import (
    OWN_ANNOTATIONS,
    BindingContent,
    DesiredBinding,
    Owner,
    RoleRef,
)
from groupaccess.domain.bindings.builder import build_desired_state
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome, Verdict

HOUR = timedelta(hours=1)
NOTHING = DesiredState((), frozenset(), {"sre": CLUSTER_WIDE})


def desired_state(declared: Access, context: EvaluationContext) -> DesiredState:
    verdicts = [evaluate(mapping, context) for mapping in declared.mappings]
    return build_desired_state(declared, verdicts, context, {}, {})


def test_grant_renders_everything_that_must_survive_the_loss_of_status() -> None:
    both = realm("/platform/SRE", clients=[client("headlamp", leaf(), mapper())], identity="me")
    context = make_context(both, of=directory(prefix="oidc:"))
    assert desired_state(access(mapping(role="view")), context).bindings == (
        DesiredBinding(
            key("sre", "view"),
            "sre",
            BindingContent(
                role=RoleRef("ClusterRole", "view"),
                subjects=groups("oidc:/platform/SRE", "oidc:SRE"),
                owners=(Owner("uid of platform", "platform"),),
                annotations=(
                    ("groupaccess.io/directory", "default"),
                    ("groupaccess.io/directory-id", "me"),
                    ("groupaccess.io/group", "SRE"),
                    ("groupaccess.io/group-id", "id of /platform/SRE"),
                    ("groupaccess.io/group-name", "SRE"),
                    ("groupaccess.io/group-path", "/platform/SRE"),
                ),
                has_managed_by_label=True,
            ),
        ),
    )


def test_subjects_are_sorted_however_the_verdict_lists_them() -> None:
    said = evaluate(mapping(), make_context(realm()))
    shuffled = replace(said, subjects=("b", "a", "/c"))
    (rendered,) = build_desired_state(access(), [shuffled], make_context(realm()), {}, {}).bindings
    assert rendered.content.subjects == groups("/c", "a", "b")


def test_each_mapping_gets_a_binding_of_its_own() -> None:
    two = access(mapping("sre"), mapping("ops", role="view"))
    found = desired_state(two, make_context(realm()))
    assert [(want.key, want.mapping) for want in found.bindings] == [
        (key("sre"), "sre"),
        (key("ops", "view"), "ops"),
    ]
    assert found.preserved == frozenset()


def test_directory_of_the_object_is_kept_on_the_binding() -> None:
    (rendered,) = desired_state(access(directory="other"), make_context(realm())).bindings
    assert rendered.content.annotation("directory") == "other"


def test_a_grant_replaces_existing_and_applied_content() -> None:
    said = [evaluate(mapping(), make_context(realm()))]
    existing = by_key(binding(what=content("/old")))
    found = build_desired_state(
        access(), said, make_context(realm()), existing, {key(): content("/older")}
    )
    (rendered,) = found.bindings
    assert rendered.content.groups == ("/SRE", "/older")  # which was bound: it stays to its end
    assert found.preserved == frozenset()


def test_a_revoked_mapping_gets_nothing_whatever_exists_and_was_applied() -> None:
    refused = make_context(realm(), of=directory(allowed=["view"]))
    said = [evaluate(mapping(), refused)]
    assert said[0].outcome is Outcome.REVOKE
    existing = by_key(binding())
    assert build_desired_state(access(), said, refused, existing, {key(): content()}) == NOTHING


def test_revoked_mapping_hinders_no_other() -> None:
    mixed = access(mapping("a", role="admin"), mapping("b"), mapping("c", role="view"))
    found = desired_state(mixed, make_context(realm(), of=directory(allowed=["edit", "view"])))
    assert [want.mapping for want in found.bindings] == ["b", "c"]


def test_held_mapping_hinders_no_other() -> None:
    mixed = access(mapping("a", "gone"), mapping("b"), mapping("c", "gone"), mapping("d"))
    existing = by_key(binding(key("a"), content(group="gone")))
    verdicts = [evaluate(mapping, make_context(realm())) for mapping in mixed.mappings]
    found = build_desired_state(mixed, verdicts, make_context(realm()), existing, {})
    assert [want.mapping for want in found.bindings] == ["b", "d"]
    assert found.preserved == {key("a")}


@pytest.mark.parametrize("context", [make_context(None), make_context(realm())])
def test_grant_of_what_was_not_read_is_an_error(context: EvaluationContext) -> None:
    read = context.reading.snapshot is not None
    group = None if read else realm().groups[0]
    said = Verdict(mapping(), Outcome.GRANT, Reason.GRANTED, ".", group, ("/SRE",))
    with pytest.raises(ValueError, match=r"^only a group that was read can be granted$"):
        build_desired_state(access(), [said], context, {}, {})


def test_every_annotation_that_is_written_is_one_of_ours() -> None:
    (rendered,) = desired_state(access(mapping(until=NOW + HOUR)), make_context(realm())).bindings
    later = ("missing-since", "replaced-id", "former-subjects")
    assert {name for name, _ in rendered.content.annotations} == OWN_ANNOTATIONS - {
        f"groupaccess.io/{name}" for name in later
    }
