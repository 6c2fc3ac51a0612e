"""A directory that became another, or lost most of its groups, is frozen until somebody looks."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.builders import access, binding, content, key, make_context, mapping, realm
from domain.identity.groups_in_use import REALM, REFUSE, WARN, anew, frozen, read, use
from domain.model_cluster import ModelCluster
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.binding import Binding, BindingKey
from groupaccess.domain.identity.freeze import (
    PinnedGroup,
    detect_anomaly,
    explain_freeze,
    new_account,
    pinned_group,
)
from groupaccess.domain.verdict.verdict import Outcome


@pytest.mark.parametrize(
    ("used", "there", "freezes"),
    [
        ("a", "", False),
        ("ab", "", True),
        ("ab", "a", False),
        ("abc", "c", True),
        ("abc", "ab", False),
        ("abcd", "ab", False),
        ("abcd", "a", True),
        ("", "", False),
    ],
)
def test_two_or_more_and_more_than_half_that_are_gone_freeze(
    used: str, there: str, *, freezes: bool
) -> None:
    assert bool(frozen([use(one) for one in used], read(*there))) is freezes


def test_what_is_revoked_already_does_not_count() -> None:
    uses = [use("a"), use("b"), *(use(one, grants=False) for one in "cde")]
    assert not frozen(uses, read("a"))
    assert frozen([*uses, use("f")], read("a"))


@pytest.mark.parametrize(
    ("there", "twice", "freezes"),
    [
        ("abcd", "", False),
        ("abc", "", False),
        ("ab", "", False),
        ("a", "", True),
        ("abc", "ab", True),
    ],
)
def test_under_warn_those_made_anew_do_not_count_as_gone(
    there: str, twice: str, *, freezes: bool
) -> None:
    uses = [use(one) for one in "abcd"]
    assert bool(frozen(uses, anew(*there, twice=twice), of=WARN)) is freezes
    assert frozen(uses, anew(*there, twice=twice))


def test_under_warn_one_whose_id_is_declared_counts_as_gone_though_another_has_its_name() -> None:
    uses, there = [use(one) for one in "abcd"], anew("a", "b", "c", "d")
    assert not detect_anomaly(uses, there, WARN, {"a", "b"}).absent
    found = detect_anomaly(uses, there, WARN, {"a", "b", "c"})
    assert (found.absent, found.absent_in_use, found.in_use) == (frozenset("abc"), 3, 4)


def test_another_account_under_which_all_groups_are_there_is_the_same_realm() -> None:
    uses, again = [use("a"), use("b", of="")], read("a", "b", identity="account-2")
    assert not frozen(uses, again)
    assert new_account(uses, again) == "account-2"
    assert new_account(uses, read("a", "b")) is None


@pytest.mark.parametrize(
    "uses",
    [[use("a")], [use("a"), use("b", grants=False)], [use("a"), use("b"), use("gone")]],
    ids=["one group", "one in use", "one is gone"],
)
def test_one_group_that_is_there_or_is_not_makes_another_account_another_realm(
    uses: list[PinnedGroup],
) -> None:
    again = read("a", "b", identity="account-2")
    assert "account-2" in frozen(uses, again)
    assert new_account(uses, again) is None


@given(
    ids=st.frozensets(st.sampled_from("abcdef")),
    there=st.frozensets(st.sampled_from("abcdef"), min_size=1),
    known=st.sampled_from((REALM, "account-1")),
    of=st.sampled_from((REFUSE, WARN)),
)
def test_a_changed_account_is_a_freeze_or_news_and_never_both(
    ids: frozenset[str], there: frozenset[str], known: str, of: Directory
) -> None:
    uses, found = [use(one, of=known) for one in sorted(ids)], read(*sorted(there))
    changed = bool(ids) and known != REALM
    news = new_account(uses, found) is not None
    freezes = detect_anomaly(uses, found, of).new_directory_id is not None
    assert changed is (news or freezes)
    assert not (news and freezes)
    assert not news or (len(ids) > 1 and ids <= there)


def test_another_identity_freezes_although_the_one_group_is_there() -> None:
    message = frozen([use("a")], read("a", identity="realm-2"))
    assert "realm-2" in message
    assert not frozen([use("a", grants=False)], read("a", identity="realm-2"))
    assert not frozen([use("a", of="")], read("a", identity="realm-2"))


def test_an_account_that_a_granting_binding_names_is_believed_whatever_others_name() -> None:
    gone = read("a", "b", identity="account-2")
    former = [use("a"), use("c")]
    assert frozen(former, gone)
    assert not frozen([*former, use("b", of="account-2")], gone)
    assert frozen([*former, use("b", grants=False, of="account-2")], gone)


def test_a_binding_of_ours_pins_its_directory() -> None:
    expected = (
        "default",
        PinnedGroup("id of /SRE", "SRE", "/SRE", REALM, has_subjects=True, name="SRE"),
    )
    bound = binding()
    assert pinned_group(bound.key, bound.content) == expected
    empty = binding(what=replace(content(), subjects=()))
    assert pinned_group(empty.key, empty.content) == (
        "default",
        PinnedGroup("id of /SRE", "SRE", "/SRE", REALM, has_subjects=False, name="SRE"),
    )


@pytest.mark.parametrize(
    "other",
    [
        binding(BindingKey("", "by-hand")),
        binding(what=content(directory="")),
        binding(what=content(group_id="")),
    ],
)
def test_another_binding_pins_nothing(other: Binding) -> None:
    assert pinned_group(other.key, other.content) is None


def test_a_frozen_directory_keeps_existing_bindings_and_grants_nothing_new() -> None:
    cluster, event = ModelCluster(), detect_anomaly([use("a")], read(identity="x"), REFUSE)
    failure = explain_freeze(event, "default", set(), set())
    cluster.settle(access(), make_context(realm()))
    now = replace(make_context(realm("/other")), frozen=failure)
    both = access(mapping(), mapping("new", group="other"))
    cluster.settle(both, now)
    assert set(cluster.bindings) == {key()}
    assert {verdict.outcome for verdict in cluster.evaluate(both, now)} == {Outcome.HOLD}
    cluster.settle(access(mapping("new", group="other")), now)
    assert cluster.bindings == {}
