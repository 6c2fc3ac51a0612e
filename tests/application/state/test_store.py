"""The store tells whom a change touches, and takes nothing old for new."""

from dataclasses import replace

from fakes.values import access, binding, directory, key, mapping
from groupaccess.application.state.store import Store


def test_an_object_touches_itself(store: Store) -> None:
    assert store.put_access(access("new")) == {"new"}
    assert store.drop_access("new") == {"new"}
    assert store.drop_access("never seen") == {"never seen"}


def test_an_older_version_of_an_object_is_not_taken(store: Store) -> None:
    store.put_access(access("platform", mapping(group="Ops"), version="9"))
    assert store.put_access(access("platform", mapping(group="SRE"), version="10")) == {"platform"}
    assert store.put_access(access("platform", mapping(group="Ops"), version="9")) == set()
    assert store.accesses["platform"].access.mappings[0].group == "SRE"


def test_an_object_made_anew_is_taken_and_its_namesakes_late_news_are_not(store: Store) -> None:
    assert store.put_access(access("platform", uid="anew", version="9")) == {"platform"}
    assert store.put_access(access("platform", version="8")) == set()
    assert store.accesses["platform"].access.uid == "anew"


def test_late_news_of_a_directory_do_not_hide_the_one_made_anew(store: Store) -> None:
    store.put_directory(directory(uid="anew", version="9", syncInterval="20s"))
    assert store.put_directory(directory(version="8", syncInterval="30s")) == set()
    assert store.directories.declared["default"].state.ref.uid == "anew"


def test_what_was_proven_ends_with_the_object(store: Store) -> None:
    store.memory("platform").applied[key()] = binding(key()).content
    store.put_access(access("platform", version="2"))
    assert store.memory("platform").applied
    store.put_access(access("platform", uid="anew", version="3"))
    assert not store.memory("platform").applied


def test_a_written_status_is_known_before_the_watch_tells(store: Store) -> None:
    before = store.accesses["platform"].state
    store.put_status(replace(before, resource_version="5", status_fingerprint="new"))
    assert store.put_access(access("platform", version="4")) == set()
    assert store.accesses["platform"].state.status_fingerprint == "new"


def test_the_echo_of_an_own_status_write_touches_nobody(store: Store) -> None:
    before = store.accesses["platform"].state
    store.put_status(replace(before, resource_version="5", status_fingerprint="new"))
    assert store.put_access(access("platform", version="5")) == set()
    assert store.accesses["platform"].state.status_fingerprint == "new"


def test_an_edit_that_the_watch_merges_into_the_echo_touches_the_object(store: Store) -> None:
    before = store.accesses["platform"].state
    store.put_status(replace(before, resource_version="5", status_fingerprint="new"))
    assert store.put_access(access("platform", mapping(group="Ops"), version="6")) == {"platform"}
    assert store.accesses["platform"].access.mappings[0].group == "Ops"


def test_an_object_that_begins_to_end_is_no_echo(store: Store) -> None:
    known = store.accesses["platform"]
    ending = replace(known, state=replace(known.state, deleting=True))
    for _ in range(2):
        assert store.put_access(ending) == {"platform"}


def test_a_written_status_does_not_hide_what_is_newer(store: Store) -> None:
    before = store.accesses["platform"].state
    store.put_access(access("platform", mapping(group="Ops"), version="7"))
    store.put_status(replace(before, resource_version="5", status_fingerprint="new"))
    assert store.accesses["platform"].state.resource_version == "7"


def test_a_written_status_is_not_kept_for_a_namesake(store: Store) -> None:
    before = store.accesses["platform"].state
    store.put_access(access("platform", uid="anew", version="6"))
    store.put_status(replace(before, resource_version="5", status_fingerprint="new"))
    assert store.accesses["platform"].state.ref.uid == "anew"


def test_a_directory_touches_those_that_refer_to_it(store: Store) -> None:
    store.put_access(access("elsewhere", directoryRef={"name": "other"}))
    assert store.put_directory(directory(allowedClusterRoles=["view"])) == {"platform", "shop"}
    assert store.drop_directory("default") == {"platform", "shop"}
    assert store.put_directory(directory("other")) == {"elsewhere"}


def test_an_object_that_turns_to_another_directory_is_no_longer_touched(store: Store) -> None:
    store.put_access(access("platform", version="2", directoryRef={"name": "other"}))
    assert store.users_of("default") == {"shop"}
    assert store.users_of("other") == {"platform"}
    store.drop_access("platform")
    assert store.users_of("other") == set()


def test_a_directory_whose_status_alone_changed_touches_nobody(store: Store) -> None:
    assert store.put_directory(directory(version="2")) == set()
    assert store.directories.declared["default"].state.resource_version == "2"
