"""What the last answers say of a group for which a binding was written."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.builders import (
    NOW,
    binding,
    by_key,
    client,
    content,
    directory,
    key,
    leaf,
    make_context,
    mapping,
    realm,
)
from domain.builders import access as declare
from groupaccess.domain.binding import Annotation, BindingContent, RoleRef
from groupaccess.domain.bindings.builder import build_desired_state
from groupaccess.domain.bindings.group_reading import BoundGroup, GroupReading, group_readings
from groupaccess.domain.bindings.history import GrantMemory
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.tokens.prefixes import PeerPrefixes
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import EvaluationContext

BOUND = content()
SRE = BoundGroup("default", "id of /SRE")
NOTHING_READ = replace(make_context(realm()), reading=Reading())
KNOWN = {SRE: GroupReading("/SRE", frozenset({"/SRE"}))}


def known(
    context: EvaluationContext,
    bound: BindingContent = BOUND,
    before: dict[BoundGroup, GroupReading] | None = None,
) -> GroupReading | None:
    return group_readings(context, [], [bound], before or {}).get(SRE)


def test_it_is_the_path_and_the_strings_of_the_tokens() -> None:
    assert known(make_context(realm("/SRE"))) == KNOWN[SRE]


def test_what_was_known_before_is_replaced_by_what_is_read() -> None:
    both = [client("headlamp", leaf())]
    found = known(make_context(realm("/SRE", clients=both)), before=KNOWN)
    assert found == GroupReading("/SRE", frozenset({"SRE"}))


@pytest.mark.parametrize(
    "context",
    [
        NOTHING_READ,
        make_context(realm("/Dev")),  # it does not say that the group is gone
        replace(make_context(realm("/SRE")), directory=None),
        replace(make_context(realm("/SRE")), directory_name="other"),
    ],
    ids=["nothing read", "not asked", "no directory", "another directory"],
)
def test_without_an_answer_what_was_known_before_stays(context: EvaluationContext) -> None:
    assert known(context, before=KNOWN) == KNOWN[SRE]
    assert known(context) is None


def test_what_no_binding_names_is_forgotten() -> None:
    assert group_readings(NOTHING_READ, [], [], KNOWN) == {}
    unnamed = replace(BOUND, annotations=())
    assert group_readings(NOTHING_READ, [], [unnamed], KNOWN) == {}


def test_a_group_that_is_gone_keeps_its_strings_and_does_not_move() -> None:
    context = make_context(realm("/Dev"))
    gone = replace(context, reading=replace(context.reading, confirmed_absent={SRE.group_id: NOW}))
    assert known(gone, before=KNOWN) == replace(KNOWN[SRE], may_return=False, may_move=False)
    assert known(gone) == GroupReading(may_return=False, may_move=False)


def test_a_group_whose_string_others_have_does_not_move() -> None:
    both = [client("headlamp", leaf())]
    found = known(make_context(realm("/SRE", "/x/SRE", clients=both)))
    assert found == GroupReading("/SRE", frozenset({"SRE"}), may_move=False)
    nested = replace(make_context(realm("/SRE")), prefixes=PeerPrefixes(nested=(("third", "/"),)))
    assert known(nested) == replace(KNOWN[SRE], may_move=False)


def test_strings_of_an_unknown_client_count_while_the_group_has_its_path() -> None:
    both = [client("headlamp", leaf()), client("grafana", leaf(), enabled=False)]
    context = replace(
        make_context(realm("/SRE", clients=both)), directory=directory("headlamp", "grafana")
    )
    found = known(context)
    assert found == GroupReading("/SRE", frozenset({"SRE"}), incomplete=True)
    assert found.gives(BOUND) is None
    elsewhere = content(group_path="/old/SRE")
    assert found.gives(elsewhere) == frozenset({"SRE"})


def test_while_no_client_sends_groups_the_strings_count_at_the_same_path() -> None:
    found = known(make_context(realm("/SRE", clients=[client("headlamp", leaf(), enabled=False)])))
    assert found is not None
    assert found.gives(BOUND) is None
    assert found.gives(content(group_path="/old/SRE")) == frozenset()


def test_of_a_group_that_is_gone_and_was_never_read_nothing_is_known() -> None:
    assert GroupReading(may_move=False).gives(BOUND) is None


@pytest.mark.parametrize(
    ("there", "groups"),
    [(None, ("OPS",)), ("edit", ("OPS",)), ("view", ("OPS", "SRE"))],
    ids=["deleted", "of another role", "bound"],
)
def test_drift_is_repaired_without_a_string_that_is_not_carried_any_more(
    there: str | None, groups: tuple[str, ...]
) -> None:
    where = key(role="view")
    applied = content("OPS", "SRE", role="view", group_path="/SRE")
    bound = [binding(where, replace(applied, role=RoleRef("ClusterRole", there)))] if there else []
    memory = GrantMemory(readings={SRE: GroupReading("/OPS", frozenset({"OPS"}))})
    context, declared = NOTHING_READ, declare(mapping(role="view"))
    verdicts = [evaluate(each, context) for each in declared.mappings]
    desired = build_desired_state(
        declared, verdicts, context, by_key(*bound), {where: applied}, memory
    )
    assert desired.contents[where].groups == groups


def test_a_former_subject_stays_until_its_end() -> None:
    end = (NOW + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    former = f'{{"SRE":{{"until":"{end}"}}}}'
    applied = content("OPS", "SRE", former_subjects=former)
    assert applied.annotation(Annotation.FORMER_SUBJECTS) == former
    memory = GrantMemory(readings={SRE: GroupReading("/OPS", frozenset({"OPS"}))})
    declared = declare()
    verdicts = [evaluate(each, NOTHING_READ) for each in declared.mappings]
    desired = build_desired_state(declared, verdicts, NOTHING_READ, {}, {key(): applied}, memory)
    assert desired.contents[key()].groups == ("OPS", "SRE")


@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize(
    ("reading", "groups"),
    [
        (None, ("/SRE", "SRE")),
        (GroupReading("/SRE", frozenset({"SRE"})), ("SRE",)),
        (GroupReading("/SRE", frozenset({"SRE"}), incomplete=True), ("/SRE", "SRE")),
        (GroupReading("/SRE", incomplete=True, taken=frozenset({"/SRE"})), ("SRE",)),
        (GroupReading("/SRE", frozenset({"SRE"}), may_return=False), ("SRE",)),
        (GroupReading("/SRE", frozenset({"SRE"}), may_move=False), None),
    ],
)
def test_another_role_gets_what_was_read_last(
    reading: GroupReading | None, groups: tuple[str, ...] | None, *, applied: bool
) -> None:
    bound = content("/SRE", "SRE")
    existing = by_key(binding(key(), bound))
    memory = GrantMemory(readings={SRE: reading} if reading else {})
    declared = declare(mapping(role="view"))
    verdicts = [evaluate(each, NOTHING_READ) for each in declared.mappings]
    written = {key(): bound} if applied else {}
    desired = build_desired_state(declared, verdicts, NOTHING_READ, existing, written, memory)
    moved = desired.contents.get(key(role="view"))
    assert (moved and moved.groups) == groups
