"""Names for what is adopted: readable, unique, and the same ones each time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupaccess.domain.adoption.dns_labels import LIMIT, unique_dns_labels

TEXTS = st.lists(st.tuples(st.text(max_size=70), st.sampled_from(["", "view", "a:b"])), max_size=8)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (("SRE", "cluster-admin"), "sre-cluster-admin"),
        (("/platform/sre", "view"), "platform-sre-view"),
        (("Größe & Co.", "view"), "große-co-view".replace("ß", "").replace("ö", "o")),
        (("x", "acme:reader"), "x-acme-reader"),
    ],
)
def test_a_name_can_be_read(text: tuple[str, ...], name: str) -> None:
    assert unique_dns_labels([text]) == {text: name}


def test_names_that_would_be_alike_end_in_a_digest_and_the_others_do_not() -> None:
    found = unique_dns_labels([("SRE", "view"), ("sre", "view"), ("dev", "view")])
    assert found["dev", "view"] == "dev-view"
    digested = {found["SRE", "view"], found["sre", "view"]}
    assert len(digested) == 2
    assert all(re.fullmatch(r"sre-view-[0-9a-f]{6}", name) for name in digested)


@pytest.mark.parametrize("text", [("группа",), ("🦊",), ("",), ("\ud800",)])
def test_a_text_of_which_nothing_is_left_becomes_a_digest(text: tuple[str, ...]) -> None:
    assert re.fullmatch(r"x-[0-9a-f]{6}", unique_dns_labels([text])[text])


def test_a_digest_is_the_same_for_ever() -> None:
    """Another one would give another name to a GroupAccess that is applied already."""
    names = {
        ("SRE", "view"): "sre-view-f74963",
        ("sre", "view"): "sre-view-1924d2",
        ("a" * 80, "view"): "a" * 56 + "-36a5ff",
        ("🦊", ""): "x-503d93",
        ("группа", "view"): "view-7fd325",
    }
    assert unique_dns_labels(names) == names


@pytest.mark.parametrize(("length", "cut"), [(1, False), (63, False), (64, True)])
def test_only_what_is_too_long_is_cut(length: int, *, cut: bool) -> None:
    (name,) = unique_dns_labels([("a" * length,)]).values()
    assert (name != "a" * length) == cut
    assert len(name) == min(length, LIMIT)


def test_no_dash_is_doubled_where_it_is_cut() -> None:
    (name,) = unique_dns_labels([("a" * 55 + "-" + "b" * 9,)]).values()
    assert re.fullmatch(r"a{55}-[0-9a-f]{6}", name)


def test_a_long_text_is_cut_and_stays_unique() -> None:
    texts = [("a" * 80, end) for end in ("b", "c")]
    assert len(set(unique_dns_labels(texts).values())) == 2


@given(TEXTS)
def test_every_name_is_a_label_of_its_own(texts: list[tuple[str, str]]) -> None:
    found = unique_dns_labels(texts)
    assert len(set(found.values())) == len(set(texts)) == len(found)
    for name in found.values():
        assert len(name) <= LIMIT
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", name)


@given(TEXTS)
def test_neither_order_nor_repetition_matters(texts: list[tuple[str, str]]) -> None:
    assert unique_dns_labels(texts) == unique_dns_labels([*reversed(texts), *texts])
