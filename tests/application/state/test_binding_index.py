"""Every binding of the cluster, found by key, by owner and by group."""

import pytest

from fakes.granting import bind, binders, giving
from fakes.values import binding, content, key
from groupaccess.application.state.binding_index import BindingIndex
from groupaccess.domain.binding import Binding, BindingKey
from simulation.memory import texts

OURS, TWIN = key("platform"), key("shop")
BY_HAND = BindingKey("", "by-hand")


def made(*bindings: Binding) -> BindingIndex:
    index = BindingIndex()
    for known in bindings:
        index.put(known)
    return index


def naming(index: BindingIndex, *groups: str) -> list[BindingKey]:
    return giving(index, groups)


def subject(where: BindingKey, *groups: str, uid: str = "u1", version: str = "1") -> Binding:
    return Binding(where, uid, version, content("view", *groups))


def test_a_binding_is_found_by_whose_name_it_bears_wherever_it_is() -> None:
    spread = BindingKey("bank", OURS.name)
    index = made(binding(OURS), binding(spread), binding(TWIN), binding(BY_HAND))
    assert index.of_access("platform").keys() == {OURS, spread}
    assert index.of_access("shop").keys() == {TWIN}
    assert index.of_access("nobody") == {}
    assert index.by_key.keys() == {OURS, spread, TWIN, BY_HAND}


def test_news_touch_whose_name_a_binding_bears() -> None:
    index = BindingIndex()
    assert index.put(binding(OURS)) == {"platform"}
    assert index.put(binding(BY_HAND)) == set()
    assert index.put(subject(OURS, "Ops", version="2")) == {"platform"}
    assert index.drop(OURS, "u1") == {"platform"}
    assert index.drop(BY_HAND, "u1") == set()
    assert index.by_key == {}
    assert index.of_access("platform") == {}


def test_a_newer_version_that_says_the_same_touches_nobody_and_is_known() -> None:
    index = made(binding(OURS, version="1"))
    assert index.put(binding(OURS, version="2")) == set()
    assert index.of_access("platform")[OURS].resource_version == "2"


def test_the_same_under_another_uid_is_another_one() -> None:
    index = made(binding(OURS, uid="first", version="1"))
    assert index.put(binding(OURS, uid="second", version="2")) == {"platform"}


@pytest.mark.parametrize("uid", ["u1", "another"])
def test_late_news_change_nothing(uid: str) -> None:
    index = made(subject(OURS, "SRE", version="10"))
    assert index.put(subject(OURS, "Ops", uid=uid, version="9")) == set()
    assert index.by_key[OURS].content.groups == ("SRE",)
    assert naming(index, "Ops") == []


def test_the_end_of_a_former_one_takes_nothing_from_its_namesake() -> None:
    index = made(subject(OURS, "SRE", uid="anew"))
    assert index.drop(OURS, "before") == set()
    assert index.drop(BY_HAND, "never seen") == set()
    assert naming(index, "SRE") == [OURS]
    assert index.of_access("platform").keys() == {OURS}


def test_a_binding_is_found_by_each_group_that_it_names_now() -> None:
    index = made(subject(OURS, "SRE", "Ops"), subject(BY_HAND, "SRE"))
    assert naming(index, "SRE") == [BY_HAND, OURS]
    assert naming(index, "Ops") == [OURS]
    assert naming(index, "Ops", "SRE", "nobody") == [BY_HAND, OURS]
    index.put(subject(OURS, "Dev", version="2"))
    assert naming(index, "SRE") == [BY_HAND]
    assert naming(index, "Ops") == []
    assert naming(index, "Dev") == [OURS]
    index.drop(BY_HAND, "u1")
    assert naming(index, "SRE") == []


def test_a_group_that_is_named_twice_is_forgotten_once() -> None:
    index = made(subject(BY_HAND, "SRE", "SRE"))
    index.drop(BY_HAND, "u1")
    assert naming(index, "SRE") == []


def test_who_binds_a_group_shares_it_with_each_binding_that_names_it() -> None:
    index = BindingIndex()
    bind(index, "platform", "SRE", "Ops")
    bind(index, "shop", "Ops")
    assert binders(index, subject(BY_HAND, "SRE")) == ["platform"]
    assert binders(index, subject(BY_HAND, "Ops")) == ["platform", "shop"]
    assert binders(index, subject(BY_HAND, "Dev")) == []


def test_a_change_is_shared_by_who_was_named_and_by_who_is() -> None:
    index = BindingIndex()
    bind(index, "platform", "SRE")
    bind(index, "shop", "Ops")
    before, after = subject(BY_HAND, "SRE"), subject(BY_HAND, "Ops")
    assert binders(index, before, after) == ["platform", "shop"]
    assert binders(index, after) == ["shop"]


def test_who_binds_other_groups_or_none_shares_no_longer() -> None:
    index = BindingIndex()
    bind(index, "platform", "SRE", "Ops")
    bind(index, "platform", "Ops", "Dev")
    assert binders(index, subject(BY_HAND, "SRE")) == []
    assert binders(index, subject(BY_HAND, "Dev")) == ["platform"]
    bind(index, "platform")
    assert binders(index, subject(BY_HAND, "Ops", "Dev")) == []
    bind(index, "never seen")


def test_who_binds_a_group_is_told_when_somebody_elses_binding_for_it_changes() -> None:
    told = list[str]()
    index = BindingIndex(on_other_grants_change=told.extend)
    bind(index, "platform", "SRE")
    bind(index, "shop", "SRE", "Ops")
    for version, groups, expected in (
        ("1", ["SRE"], ["platform", "shop"]),
        ("2", ["SRE"], []),
        ("3", ["Ops"], ["platform", "shop"]),
        ("4", ["Others"], ["shop"]),
        ("5", ["Ops"], ["shop"]),
        ("4", ["SRE"], []),
    ):
        told.clear()
        index.put(subject(BY_HAND, *groups, version=version))
        assert sorted(told) == expected
    told.clear()
    index.drop(BY_HAND, "another uid")
    assert told == []
    index.drop(BY_HAND, "u1")
    assert told == ["shop"]


def test_nobody_is_told_of_a_binding_of_their_own() -> None:
    told = list[str]()
    index = BindingIndex(on_other_grants_change=told.extend)
    for name in ("platform", "shop"):
        bind(index, name, "SRE")
    index.put(subject(OURS, "SRE"))
    assert told == ["shop"]
    index.drop(OURS, "u1")
    assert told == ["shop", "shop"]


def test_a_list_takes_away_what_it_lacks_of_its_kind_and_is_no_newer_than_it() -> None:
    inside = BindingKey("bank", OURS.name)
    index = made(subject(OURS, version="5"), subject(TWIN, version="9"), subject(inside))
    assert index.replace([subject(BY_HAND)], "8", namespaced=False) == {"platform"}
    assert index.by_key.keys() == {TWIN, inside, BY_HAND}
    assert index.replace([], "9", namespaced=False) == {"shop"}
    assert index.replace([], "9", namespaced=True) == {"platform"}
    assert index.by_key == {}


def test_a_list_does_not_hide_what_was_written_after_it() -> None:
    index = made(subject(OURS, "Ops", version="9"))
    assert index.replace([subject(OURS, "SRE", version="5")], "8", namespaced=False) == set()
    assert index.by_key[OURS].content.groups == ("Ops",)


def test_a_list_shows_who_was_made_anew() -> None:
    index = made(subject(OURS, "SRE", version="5"))
    anew = subject(OURS, "Ops", uid="anew", version="7")
    assert index.replace([anew], "8", namespaced=False) == {"platform"}
    assert naming(index, "SRE") == []
    assert index.by_key == {OURS: anew}


@pytest.mark.parametrize("where", [OURS, BindingKey("bank", OURS.name)], ids=str)
def test_what_the_watch_still_tells_of_a_binding_that_was_deleted_does_not_bring_it_back(
    where: BindingKey,
) -> None:
    index, inside = BindingIndex(), bool(where.namespace)
    index.watched_until("2", namespaced=inside)
    index.put(subject(where, version="5"))  # the answer to an own write
    index.drop(where, "u1")  # and to an own delete
    for version in ("3", "5"):
        assert index.put(subject(where, version=version)) == set()
        index.watched_until(version, namespaced=inside)
    assert index.replace([subject(where, version="5")], "5", namespaced=inside) == {"platform"}


def test_a_list_from_before_an_own_delete_does_not_bring_it_back() -> None:
    index = made(subject(OURS, version="5"))
    index.drop(OURS, "u1")
    assert index.replace([subject(OURS, version="5")], "6", namespaced=False) == set()
    assert index.by_key == {}


def test_the_answer_to_a_write_that_the_watch_has_passed_does_not_bring_it_back() -> None:
    index = made(subject(OURS, version="5"))
    index.drop(OURS, "u1")
    index.watched_until("9", namespaced=False)
    assert index.put(subject(OURS, version="5")) == set()
    assert index.put(subject(OURS, uid="anew", version="10")) == {"platform"}


def test_a_deleted_binding_that_waits_for_a_finalizer_still_binds() -> None:
    index = made(subject(OURS, version="5"))
    index.drop(OURS, "u1")
    assert index.put(subject(OURS, version="6")) == {"platform"}
    assert naming(index, "SRE") == [OURS]


def known_uids(index: BindingIndex) -> set[str]:
    """Return the uids that the index holds anywhere."""
    return {text for text, _ in texts(index) if text.startswith("u-")}


def test_what_was_deleted_is_remembered_only_until_the_watch_has_passed_it() -> None:
    index = BindingIndex()
    for number in range(100):
        index.put(subject(OURS, uid=f"u-{number}", version=str(number + 1)))
        index.drop(OURS, f"u-{number}")
    index.watched_until("99", namespaced=False)
    assert known_uids(index) == {"u-99"}
    index.watched_until("100", namespaced=False)
    assert not known_uids(index)
    index.put(subject(OURS, uid="u-100", version="101"))
    assert known_uids(index) == {"u-100"}
    index.watched_until("102", namespaced=False)
    index.drop(OURS, "u-100")  # the watch has told all of it but its end
    assert not known_uids(index)
