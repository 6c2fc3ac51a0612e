"""A grant that ends in time, whatever else is the matter."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from domain.builders import (
    NOW,
    UNAVAILABLE,
    access,
    binding,
    by_key,
    content,
    directory,
    key,
    make_context,
    mapping,
    realm,
    scope,
    there,
)
from domain.model_cluster import ModelCluster
from domain.saying import say
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import REASONS, Reason
from groupaccess.domain.status.mapping_status import MappingState
from groupaccess.domain.tokens.prefixes import PeerPrefixes
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
ENDED, LASTS = mapping(until=NOW), mapping(until=NOW + SECOND)
CIRCUMSTANCES = [
    make_context(realm()),
    make_context(None),
    make_context(realm(), failure=UNAVAILABLE),
    make_context(realm(), suspend=True),
    make_context(realm("/x")),
    replace(make_context(realm()), unreadable='directory "default": spec.until is not known'),
    replace(make_context(realm()), directory=None),
    make_context(realm(), of=directory(allowed=["view"])),
]
WHATEVER = pytest.mark.parametrize(
    "context",
    CIRCUMSTANCES,
    ids=[
        "all is well",
        "never read",
        "not read",
        "suspended",
        "group is missing",
        "unknown field",
        "no directory",
        "role not allowed",
    ],
)


@WHATEVER
def test_it_ends_at_its_very_time_whatever_else_is_the_matter(
    context: EvaluationContext,
) -> None:
    said = evaluate(ENDED, context)
    assert (said.outcome, said.reason) == (Outcome.REVOKE, Reason.EXPIRED)
    assert (
        said.message
        == f"this access expired at 2026-03-01T12:00:00Z. {REASONS[Reason.EXPIRED].advice}"
    )
    assert evaluate(LASTS, context).reason is not Reason.EXPIRED


@WHATEVER
def test_what_stood_goes_whatever_else_is_the_matter(context: EvaluationContext) -> None:
    cluster = ModelCluster(by_key(binding()), {key(): content()})
    cluster.settle(access(ENDED), context)
    assert cluster.bindings == {}
    assert cluster.applied == {}


def test_a_reserved_name_that_ended_has_ended() -> None:
    ended = replace(ENDED, group="system:masters")
    assert evaluate(ended, make_context(realm())).reason is Reason.EXPIRED


def test_without_an_end_it_lasts() -> None:
    later = make_context(realm(), now=datetime.max.replace(tzinfo=UTC))
    assert evaluate(mapping(), later).outcome is Outcome.GRANT


def test_times_are_compared_and_told_in_utc() -> None:
    abroad = timezone(timedelta(hours=5, minutes=30))
    ended = mapping(until=NOW.astimezone(abroad))
    said = evaluate(ended, make_context(realm()))
    assert said.message.startswith("this access expired at 2026-03-01T12:00:00Z. ")
    lasts = mapping(until=(NOW + HOUR).astimezone(abroad))
    assert evaluate(lasts, make_context(realm())).outcome is Outcome.GRANT
    (want,) = ModelCluster().desired_state(access(lasts), make_context(realm())).bindings
    assert want.content.annotation("expires-at") == "2026-03-01T13:00:00Z"


def test_an_end_in_the_past_grants_nothing() -> None:
    cluster = ModelCluster()
    assert cluster.step(access(mapping(until=NOW - HOUR)), make_context(realm())).empty


def test_it_ends_in_each_of_its_namespaces_and_nowhere_else() -> None:
    both = make_context(realm(), namespaces=there("shop", "bank"))
    ended = mapping("a", within=scope("shop", "bank"), until=NOW)
    places = [key("a", namespace="shop"), key("a", namespace="bank"), key("b")]
    cluster = ModelCluster(by_key(*(binding(place) for place in places)))
    cluster.settle(access(ended, mapping("b")), both)
    assert list(cluster.bindings) == [key("b")]


def test_a_clock_that_is_put_back_grants_again() -> None:
    cluster = ModelCluster()
    cluster.settle(access(ENDED), make_context(realm()))
    assert cluster.bindings == {}
    cluster.settle(access(ENDED), make_context(realm(), now=NOW - SECOND))
    assert list(cluster.bindings) == [key()]


def test_the_end_is_written_on_the_binding_and_goes_with_it() -> None:
    cluster = ModelCluster()
    for until, text in ((NOW + HOUR, "2026-03-01T13:00:00Z"), (NOW + 2 * HOUR, None), (None, None)):
        cluster.settle(access(mapping(until=until)), make_context(realm()))
        found = cluster.bindings[key()].content.annotation("expires-at")
        assert found == (text if text or until is None else "2026-03-01T14:00:00Z")


def test_a_new_end_is_written_even_while_keycloak_is_silent() -> None:
    cluster = ModelCluster()
    cluster.settle(access(), make_context(realm()))
    before = cluster.bindings[key()].content
    silent = make_context(realm(), failure=UNAVAILABLE)
    cluster.settle(access(mapping(until=NOW + HOUR)), silent)
    found = cluster.bindings[key()].content
    assert found.annotation("expires-at") == "2026-03-01T13:00:00Z"
    assert found.subjects == before.subjects
    cluster.settle(access(), silent)
    assert cluster.bindings[key()].content == before


def test_what_is_carried_to_another_role_ends_when_its_mapping_does() -> None:
    cluster = ModelCluster(by_key(binding()))
    edited = access(mapping(role="view", until=NOW + HOUR))
    (want,) = cluster.desired_state(edited, make_context(realm(), failure=UNAVAILABLE)).bindings
    assert want.content == content(role="view", expires_at="2026-03-01T13:00:00Z")


def test_what_ended_is_as_declared() -> None:
    declared = access(mapping("a", until=NOW), mapping("b"))
    said = say(declared)
    assert (said.ready.status, said.ready.reason) == ("True", Reason.GRANTED)
    assert said.granted == "1/2"
    assert said.ready.message == "1/2 mappings are bound as declared, 1 has expired."
    one = said.mappings[0]
    assert (one.state, one.reason, one.as_declared) == (MappingState.EXPIRED, Reason.EXPIRED, True)
    assert (one.granted, one.expires_at) == (0, NOW)
    assert not said.waiting


def test_an_object_of_which_everything_ended_says_so() -> None:
    said = say(access(ENDED))
    assert (said.ready.status, said.ready.reason) == ("True", Reason.EXPIRED)
    assert said.granted == "0/1"
    assert [one.status for one in said.conditions[1:3]] == ["False", "False"]


def test_the_end_of_one_excuses_no_other() -> None:
    said = say(access(ENDED, mapping("other", "nobody")))
    assert (said.ready.status, said.ready.reason) == ("False", Reason.GROUP_NOT_FOUND)


def test_the_next_end_is_the_earliest_that_is_still_to_come() -> None:
    ends = {"a": NOW + 3 * HOUR, "b": NOW + 2 * HOUR, "c": NOW - HOUR, "d": None}
    said = say(access(*(mapping(name, until=end) for name, end in ends.items())))
    assert said.next_expiry == NOW + 2 * HOUR
    assert [mapping.expires_at for mapping in said.mappings] == list(ends.values())


@pytest.mark.parametrize("ends", [[None], [NOW], [NOW, None]])
def test_where_nothing_ends_any_more_there_is_no_next_end(ends: list[datetime | None]) -> None:
    declared = access(*(mapping(f"m{n}", until=end) for n, end in enumerate(ends)))
    assert say(declared).next_expiry is None


def test_what_remembers_the_group_of_a_mapping_that_may_not_be_granted_says_its_end_at_once() -> (
    None
):
    shared = Failure(Reason.PREFIX_SHARED, "shared.")
    held = replace(make_context(realm()), prefixes=PeerPrefixes(conflict=shared))
    shop = key(namespace="shop")
    cluster = ModelCluster(by_key(binding(shop)), {shop: content()})
    cluster.settle(access(mapping(until=NOW + HOUR)), held)
    (left,) = cluster.bindings.values()
    assert left.key == key()
    assert left.content.subjects == ()
    assert left.content.annotation("expires-at") == "2026-03-01T13:00:00Z"
