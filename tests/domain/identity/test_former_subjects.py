"""Former subjects as a binding lists them, whoever edited it since."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.builders import NOW, content, key
from groupaccess.domain.binding import BindingContent
from groupaccess.domain.identity.former_subjects import (
    MAX_FORMER_LIFETIME,
    FormerSubject,
    describe_former,
    former_annotation,
    former_by_mapping,
    former_subjects,
    last_to_end,
    merge_former,
    unexpired,
)

SOON, LATE = NOW + timedelta(minutes=5), NOW + timedelta(minutes=50)
HEADLAMP = frozenset({"headlamp"})
LISTED = {"SRE": FormerSubject(SOON, HEADLAMP)}
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
ENDS = st.integers(-10_000, 10_000).map(lambda seconds: NOW + timedelta(seconds=seconds))
FORMERS = st.dictionaries(
    NAMES.filter(lambda name: not name.startswith("system:")),
    st.builds(FormerSubject, ENDS, st.frozensets(NAMES)),
)


def listing(text: str, *subjects: str) -> BindingContent:
    """Return a binding of these subjects with an annotation as somebody wrote it."""
    return content(*(subjects or ("/SRE", "SRE")), former_subjects=text)


@given(FORMERS)
def test_what_is_written_is_read_whatever_the_names_hold(formers: dict[str, FormerSubject]) -> None:
    text = former_annotation(formers)
    assert (text == {}) is (formers == {})
    bound = listing(text.get("former-subjects", ""), "now", *formers)
    assert former_subjects(bound) == formers


def test_it_is_readable_and_the_same_in_any_order() -> None:
    two = {
        "/Ä b": FormerSubject(LATE),
        "SRE": FormerSubject(SOON, frozenset({"kubectl", "headlamp"})),
    }
    assert former_annotation(two) == former_annotation(dict(reversed(two.items())))
    assert former_annotation(two)["former-subjects"] == (
        '{"/Ä b": {"clients": [], "until": "2026-03-01T12:50:00Z"}, '
        '"SRE": {"clients": ["headlamp", "kubectl"], "until": "2026-03-01T12:05:00Z"}}'
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SRE",
        "null",
        "[]",
        "[" * 100_000,
        '{"SRE": "2026-03-01T12:05:00Z"}',
        '{"SRE": {}}',
        '{"SRE": {"until": 5}}',
        '{"SRE": {"until": "soon"}}',
        '{"SRE": {"until": "2026-03-01T12:05:00"}}',
        '{"SRE": {"until": "9999-99-99T00:00:00Z"}}',
    ],
)
def test_what_cannot_be_read_counts_as_none(text: str) -> None:
    assert former_subjects(listing(text)) == {}


def test_one_that_cannot_be_read_hides_no_other_and_odd_clients_are_not_known() -> None:
    text = '{"/SRE": 1, "SRE": {"until": "2026-03-01T12:05:00Z", "clients": ["headlamp", 7]}}'
    assert former_subjects(listing(text)) == LISTED
    nobody = '{"SRE": {"until": "2026-03-01T12:05:00Z", "clients": "headlamp"}}'
    assert former_subjects(listing(nobody)) == {"SRE": FormerSubject(SOON)}


def test_what_is_listed_and_not_bound_is_none() -> None:
    text = former_annotation(LISTED)["former-subjects"]
    assert former_subjects(listing(text, "/SRE")) == {}
    assert former_subjects(listing(text, "SRE", "/SRE")) == LISTED


def test_a_name_that_kubernetes_keeps_for_itself_is_none() -> None:
    text = json.dumps({"system:masters": {"until": "2026-03-01T12:05:00Z"}})
    assert former_subjects(listing(text, "/SRE", "system:masters")) == {}


@given(FORMERS, st.timedeltas(timedelta(0), MAX_FORMER_LIFETIME))
def test_none_lasts_past_its_end_or_for_longer_than_it_may(
    formers: dict[str, FormerSubject], longest: timedelta
) -> None:
    left = unexpired(formers, NOW, longest)
    for name, one in left.items():
        assert NOW < one.until <= min(formers[name].until, NOW + longest)
        assert one.clients == formers[name].clients
    assert {name for name, one in formers.items() if one.until <= NOW}.isdisjoint(left)
    assert unexpired(left, NOW, longest) == left


@pytest.mark.parametrize("until", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_the_most_distant_times_are_bounded_too(until: str) -> None:
    found = former_subjects(listing(json.dumps({"SRE": {"until": until}})))
    left = unexpired(found, NOW)
    assert left in ({}, {"SRE": FormerSubject(NOW + MAX_FORMER_LIFETIME)})
    assert former_annotation(left).keys() <= {"former-subjects"}


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00", "9999-12-31T23:59:59"])
@pytest.mark.parametrize("zone", ["+14:00", "Z", "-14:00"])
def test_what_is_read_can_be_written_at_the_edges_of_the_calendar(text: str, zone: str) -> None:
    found = former_subjects(listing(json.dumps({"SRE": {"until": f"{text}{zone}"}})))
    assert former_annotation(found).keys() <= {"former-subjects"}


def test_of_two_ends_the_earlier_counts_in_any_order() -> None:
    early, late = (
        {"SRE": FormerSubject(SOON)},
        {"SRE": FormerSubject(LATE), "Ops": FormerSubject(LATE)},
    )
    both = {"SRE": FormerSubject(SOON), "Ops": FormerSubject(LATE)}
    assert merge_former([early, late]) == merge_former([late, early]) == both


def test_of_many_the_four_are_kept_that_end_last() -> None:
    many = {f"g{n}": FormerSubject(NOW + timedelta(minutes=n)) for n in range(1, 7)}
    assert last_to_end(many).keys() == {"g3", "g4", "g5", "g6"}
    assert last_to_end(LISTED) == LISTED


def test_the_formers_of_an_object_are_sorted_by_mapping() -> None:
    text = former_annotation(LISTED)["former-subjects"]
    contents = {key(namespace=where): listing(text) for where in ("shop", "bank")}
    contents |= {key("ops"): content("/Ops"), key("dev"): listing(text, "SRE")}
    assert former_by_mapping(contents) == {"sre": LISTED, "dev": LISTED}


def test_it_is_said_until_when_and_why() -> None:
    said = (
        '"SRE" stays bound until 2026-03-01T12:05:00Z, because older tokens may still need it (the '
        "name, path, mapper or prefix changed)."
    )
    assert describe_former("SRE", LISTED["SRE"]) == said
