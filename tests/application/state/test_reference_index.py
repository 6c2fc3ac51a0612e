"""Which objects a role, a directory or a namespace touches."""

from typing import Any

import pytest

from fakes.values import access, mapping
from groupaccess.application.state.reference_index import ReferenceIndex
from groupaccess.application.state.store import Store
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.namespace_scope import Namespace

SELECTS_SHOP = {"selector": {"matchLabels": {"team": "shop"}}}
NOT_SHOP = {"key": "team", "operator": "NotIn", "values": ["shop"]}


def declared(name: str, *scopes: dict[str, Any] | None, role: str = "view") -> Access:
    """Return an object with a mapping for each scope."""
    lines = [
        mapping(f"m{n}", "SRE", role, **({"namespaces": within} if within else {}))
        for n, within in enumerate(scopes or (None,))
    ]
    return access(name, *lines).access


def index(*accesses: Access) -> ReferenceIndex:
    made = ReferenceIndex()
    for declared in accesses:
        made.add(declared)
    return made


def test_a_role_touches_those_that_grant_it() -> None:
    found = index(declared("a", role="edit"), declared("b"), declared("c", role="edit"))
    assert found.of_role("edit") == {"a", "c"}
    assert found.of_role("unused") == set()


def test_a_directory_touches_those_that_refer_to_it() -> None:
    elsewhere = access("b", directoryRef={"name": "other"}).access
    found = index(declared("a"), elsewhere)
    assert found.of_directory("default") == {"a"}
    assert found.of_directory("other") == {"b"}


def test_a_namespace_touches_those_that_name_it_whatever_its_labels() -> None:
    found = index(declared("a", {"names": ["shop"]}), declared("b", None, {"names": ["bank"]}))
    assert found.of_namespace("shop", {}) == {"a"}
    assert found.of_namespace("bank", {"team": "shop"}) == {"b"}
    assert found.of_namespace("other", {}) == set()


def test_a_namespace_touches_those_that_selected_it_and_those_that_do_now() -> None:
    found = index(
        declared("a", SELECTS_SHOP),
        declared("b", {"selector": {"matchLabels": {"team": "bank"}}}),
        declared("c", None, {"names": ["x"], **SELECTS_SHOP}),
    )
    assert found.of_namespace("n", {"team": "shop"}) == {"a", "c"}
    assert found.of_namespace("n", {"team": "shop"}, {"team": "bank"}) == {"a", "b", "c"}
    assert found.of_namespace("n", {"team": "other"}, {}) == set()


def test_an_object_that_is_removed_is_touched_by_nothing() -> None:
    gone = declared("a", {"names": ["shop"], **SELECTS_SHOP}, role="edit")
    found = index(gone, declared("b", {"names": ["shop"]}))
    found.remove(gone)
    assert found.of_role("edit") == set()
    assert found.of_directory("default") == {"b"}
    assert found.of_namespace("shop", {"team": "shop"}) == {"b"}


def test_what_is_answered_stays_as_it_was() -> None:
    one = declared("a", {"names": ["shop"]})
    found = index(one)
    answers = (found.of_role("view"), found.of_directory("default"), found.of_namespace("shop", {}))
    found.remove(one)
    assert answers == ({"a"}, {"a"}, {"a"})


@pytest.fixture
def store() -> Store:
    """Return a store in which `names` names shop, `selects` selects it, `not` all but it."""
    made = Store()
    scopes: dict[str, dict[str, Any]] = {
        "names": {"names": ["shop"]},
        "selects": SELECTS_SHOP,
        "not": {"selector": {"matchExpressions": [NOT_SHOP]}},
    }
    for name, within in scopes.items():
        made.put_access(access(name, mapping(namespaces=within)))
    made.put_access(access("wide"))
    return made


def test_a_namespace_that_comes_touches_who_waits_for_it(store: Store) -> None:
    assert {"names", "selects"} <= store.put_namespace("shop", Namespace({"team": "shop"}))
    assert store.put_namespace("other", Namespace({"team": "bank"})) == {"not"}
    assert store.namespaces.keys() == {"shop", "other"}


def test_a_namespace_that_says_the_same_touches_nobody(store: Store) -> None:
    store.put_namespace("shop", Namespace({"team": "shop"}))
    assert store.put_namespace("shop", Namespace({"team": "shop"})) == set()


def test_other_labels_touch_who_loses_it_and_who_gets_it(store: Store) -> None:
    store.put_namespace("n", Namespace({"team": "shop"}))
    assert store.put_namespace("n", Namespace({"team": "bank"})) == {"selects", "not"}
    assert store.put_namespace("n", Namespace({"team": "bank", "x": "y"})) == {"not"}


def test_a_namespace_that_terminates_and_goes_touches_whom_it_concerns(store: Store) -> None:
    store.put_namespace("shop", Namespace({"team": "shop"}))
    ending = Namespace({"team": "shop"}, terminating=True)
    assert store.put_namespace("shop", ending) == {"names", "selects"}
    assert store.drop_namespace("shop") == {"names", "selects"}
    assert store.namespaces == {}


def test_an_edit_takes_the_scope_before_out_of_the_index(store: Store) -> None:
    store.put_access(access("names", mapping(namespaces={"names": ["bank"]}), version="2"))
    store.put_access(access("selects", version="2"))
    assert store.put_namespace("shop", Namespace({"team": "shop"})) & {"names", "selects"} == set()
    assert "names" in store.put_namespace("bank", Namespace({}))


def test_a_deleted_object_is_touched_by_no_namespace_any_more(store: Store) -> None:
    for name in ("names", "selects", "not"):
        store.drop_access(name)
    assert store.put_namespace("shop", Namespace({"team": "shop"})) == set()
