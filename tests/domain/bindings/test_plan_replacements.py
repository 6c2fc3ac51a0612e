"""Which bindings take the place of one that goes: its delete waits for them."""

from dataclasses import replace

from domain.bindings.desired_state import wanting, why
from domain.builders import binding, content, key
from groupaccess.domain.binding import Binding, BindingKey, DesiredBinding
from groupaccess.domain.bindings.plan import Delete, DeleteReason, Plan, plan

VIEW = DesiredBinding(key("sre", "view"), "sre", content(role="view"))


def replacements(*wants: DesiredBinding, bound: Binding | None = None) -> frozenset[BindingKey]:
    found = plan(wanting(*wants), [bound or binding()]).deletes
    return found[0].replacements


def test_a_changed_role_waits_for_the_binding_that_the_plan_makes_for_its_mapping() -> None:
    assert why(binding(), wants=(VIEW,)) == [DeleteReason.REPLACED]
    assert replacements(VIEW) == {VIEW.key}


def test_a_renamed_mapping_waits_for_its_new_name() -> None:
    renamed = DesiredBinding(key("renamed"), "renamed", content())
    assert replacements(renamed) == {renamed.key}


def test_a_mapping_that_is_not_new_replaces_no_other() -> None:
    known = DesiredBinding(key("ops"), "ops", content())
    placed = DesiredBinding(key("ops", namespace="shop"), "ops", content())
    found = plan(wanting(known, placed), [binding(), binding(key("ops"))])
    assert found.deletes == (Delete(binding(), DeleteReason.NOT_DECLARED),)


def test_another_role_of_another_mapping_replaces_nothing() -> None:
    weaker = DesiredBinding(key("ops", "view"), "ops", content(role="view"))
    assert why(binding(), wants=(weaker,)) == [DeleteReason.NOT_DECLARED]


def test_who_stood_already_replaces_nothing() -> None:
    found = plan(wanting(VIEW), [binding(), binding(VIEW.key, VIEW.content)])
    assert found == Plan(deletes=(Delete(binding(), DeleteReason.NOT_DECLARED),))


def test_a_binding_for_other_people_replaces_nothing() -> None:
    others = DesiredBinding(key("sre", "view"), "sre", content("/Ops", role="view"))
    assert why(binding(), wants=(others,)) == [DeleteReason.NOT_DECLARED]


def test_a_binding_without_subjects_replaces_nothing_and_is_no_reason_to_be_known() -> None:
    empty = DesiredBinding(VIEW.key, "sre", replace(VIEW.content, subjects=()))
    assert why(binding(), wants=(empty,)) == [DeleteReason.NOT_DECLARED]
    filled = plan(wanting(VIEW), [binding(), binding(VIEW.key, empty.content)])
    assert [delete.replacements for delete in filled.deletes] == [{VIEW.key}]


def test_what_leaves_a_namespace_waits_only_for_what_covers_it() -> None:
    shop, bank = key(namespace="shop"), key(namespace="bank")
    here = DesiredBinding(key("sre", "view", namespace="shop"), "sre", content(role="view"))
    around = VIEW
    assert replacements(here, bound=binding(shop)) == {here.key}
    assert replacements(here, bound=binding(bank)) == set()
    assert replacements(around, bound=binding(bank)) == {around.key}
    assert replacements(here, bound=binding()) == {here.key}


def test_a_replacement_of_an_earlier_plan_is_waited_for_while_it_is_desired() -> None:
    waiting = {binding().uid: frozenset({VIEW.key})}
    there = [binding(), binding(VIEW.key, VIEW.content)]
    (delete,) = plan(wanting(VIEW), there, waiting).deletes
    assert delete == Delete(binding(), DeleteReason.REPLACED, frozenset({VIEW.key}))
    gone = plan(wanting(), there, waiting).deletes
    assert {delete.reason for delete in gone} == {DeleteReason.NOT_DECLARED}
