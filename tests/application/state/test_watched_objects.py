"""What counts as told, and what as gone, by a list and what was seen."""

import pytest

from groupaccess.application.ports.cluster import ObjectList
from groupaccess.application.state.watched_objects import WatchedObjects
from simulation.memory import texts

Objects = dict[str, tuple[str, str]]


def seen(objects: Objects) -> WatchedObjects:
    made = WatchedObjects()
    for name, (uid, version) in objects.items():
        made.put(name, uid, version)
    return made


@pytest.mark.parametrize(
    ("listed", "told", "gone", "untold"),
    [
        ({}, {}, set(), set()),
        ({"a": ("u", "5")}, {"a": ("u", "5")}, set(), set()),
        ({"a": ("u", "9")}, {"a": ("u", "10")}, set(), set()),
        ({"a": ("u", "10")}, {"a": ("u", "9")}, set(), {"a"}),
        ({"a": ("u", "5")}, {}, set(), {"a"}),
        ({}, {"a": ("u", "20")}, {"a"}, set()),
        ({}, {"a": ("u", "21")}, set(), set()),
        ({"a": ("new", "9")}, {"a": ("old", "7")}, {"a"}, {"a"}),
        ({"a": ("old", "9")}, {"a": ("new", "21")}, set(), set()),
    ],
    ids=[
        "nothing",
        "the same",
        "seen later",
        "seen earlier",
        "not seen",
        "gone",
        "created after the list",
        "made anew before the list",
        "made anew after the list",
    ],
)
def test_a_list_at_a_version_against_what_was_seen(
    listed: Objects, told: Objects, gone: set[str], untold: set[str]
) -> None:
    listing = ObjectList("20", listed)
    assert seen(told).ended_before(listing).keys() == gone
    assert seen(told).not_watched(listing) == untold


def test_what_ended_counts_as_told_and_does_not_come_back_until_a_list_has_passed_it() -> None:
    made = seen({"a": ("uid", "5")})
    assert made.drop("a", "uid", "7")
    listing = ObjectList("6", {"a": ("uid", "5")})
    assert made.not_watched(listing) == set()
    assert not made.put("a", "uid", "6")
    made.forget_ends_before(listing)
    assert not made.put("a", "uid", "6")
    assert "uid" in {text for text, _ in texts(made)}
    made.forget_ends_before(ObjectList("7", {}))
    assert not list(texts(made))


def test_late_news_of_a_namesake_change_nothing() -> None:
    made = seen({"a": ("new", "9")})
    assert not made.put("a", "old", "8")
    assert not made.drop("a", "old", "8")
    assert made.objects == {"a": ("new", "9")}


def test_the_end_that_a_namesake_shows_is_remembered() -> None:
    made = seen({"a": ("old", "5")})
    assert made.put("a", "new", "9")
    assert not made.put("a", "old", "9")
    assert made.objects == {"a": ("new", "9")}
