"""A change touches those GroupAccesses alone whose pins it concerns."""

from datetime import timedelta

import pytest

from fakes.answers import take_in
from fakes.clock import BEGIN as AT
from fakes.values import access, binding, directory, failure, key, mapping, snapshot
from groupaccess.application.state.store import Store
from groupaccess.domain.directory.group import Group
from groupaccess.domain.reasons import Reason


@pytest.fixture
def store() -> Store:
    """Return a store in which `platform` has a pinned group that is now /new/SRE."""
    made = Store()
    made.put_directory(directory())
    made.put_access(access("platform", mapping(group="SRE")))
    about = {"directory": "default", "group": "SRE", "group-id": "id-/new/SRE"}
    made.put_binding(binding(key(), **about))
    take_in(made, snapshot("/new/SRE", "/SRE"), AT)
    return made


def test_a_pinned_group_is_followed_wherever_it_goes(store: Store) -> None:
    moved = snapshot("/SRE").groups[0], Group("/x/Y", "Y", "id-/new/SRE")
    found = snapshot("/SRE")
    assert take_in(store, type(found)("sub", moved, found.clients), AT) == {"platform"}


def test_a_namesake_of_a_pinned_group_touches_it(store: Store) -> None:
    assert take_in(store, snapshot("/new/SRE", "/SRE", "/z/SRE"), AT) == {"platform"}


def test_what_happens_to_others_does_not(store: Store) -> None:
    assert take_in(store, snapshot("/new/SRE", "/SRE", "/z"), AT) == set()


def test_an_absence_touches_whom_it_was_pinned_for(store: Store) -> None:
    assert take_in(store, snapshot("/SRE"), AT) == {"platform"}
    assert take_in(store, snapshot("/SRE"), AT) == set()


def test_a_freeze_that_ends_with_a_binding_is_told_to_all_at_once() -> None:
    told = list[tuple[str, frozenset[str]]]()
    store = Store(on_directory_change=lambda name, users: told.append((name, frozenset(users))))
    store.put_directory(directory())
    for name in ("one", "two", "three"):
        store.put_access(access(name, mapping(group=name)))
        about = {"directory": "default", "group": name, "group-id": f"id-/{name}"}
        store.put_binding(binding(key(owner=name), **about))
    take_in(store, snapshot("/one", "/two", "/three"), AT)
    take_in(store, snapshot("/three"), AT)
    assert store.check_freeze("default") is not None
    told.clear()
    (last,) = store.bindings_of("two").values()
    store.drop_binding(last.key, last.uid)
    assert told == [("default", frozenset({"one", "two", "three"}))]
    assert store.check_freeze("default") is None


def test_the_first_answer_that_a_group_is_absent_is_remembered(store: Store) -> None:
    later, gone = AT + timedelta(minutes=1), {"id-/new/SRE": AT}
    take_in(store, snapshot("/SRE"), AT)
    assert store.directories.reading("default").confirmed_absent == gone
    take_in(store, snapshot("/SRE"), later)
    store.put_failure("default", failure(Reason.KEYCLOAK_UNAVAILABLE, "."))
    assert store.directories.reading("default").confirmed_absent == gone
    take_in(store, snapshot("/SRE", "/Dev"), later)
    assert store.directories.reading("default").confirmed_absent == gone
    take_in(store, snapshot("/new/SRE", "/SRE"), later)
    assert store.directories.reading("default").confirmed_absent == {}
    take_in(store, snapshot("/SRE"), later)
    assert store.directories.reading("default").confirmed_absent == {"id-/new/SRE": later}


def test_pins_of_another_directory_or_object_are_none(store: Store) -> None:
    assert set(store.pins_of("platform")) == {"SRE"}
    other = access("platform", mapping(group="SRE"), version="2", directoryRef={"name": "x"})
    store.put_access(other)
    assert store.pins_of("platform") == {}
    assert store.pins_of("nobody") == {}


def test_what_was_proven_counts_more_than_what_was_made_of_it(store: Store) -> None:
    about = {"directory": "default", "group": "SRE", "group-id": "true"}
    store.memory("platform").applied[key()] = binding(key(), **about).content
    assert store.pins_of("platform")["SRE"].group_id == "true"


def test_an_acknowledgement_is_news(store: Store) -> None:
    assert not directory().has_same_spec(directory(onMissing={"grace": "1m"}))
    assert directory().has_same_spec(directory())
    assert store.check_freeze("default") is None
