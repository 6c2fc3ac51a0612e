"""The store tells whom a change touches, and takes nothing old for new."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fakes.values import access, binding, directory, failure, key, mapping, snapshot
from groupaccess.application.store import Store
from groupaccess.domain.bindings import BindingKey
from groupaccess.domain.directory import Reading
from groupaccess.domain.in_use import InUse
from groupaccess.domain.reasons import Reason

LOST = failure(Reason.KEYCLOAK_UNAVAILABLE)


@pytest.fixture
def store() -> Store:
    """Return a store with one directory, and an object for the group SRE and one for Dev."""
    made = Store()
    made.put_directory(directory())
    made.put_access(access("platform", mapping(group="SRE", role="view")))
    made.put_access(access("shop", mapping(group="/apps/Dev", role="edit")))
    return made


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
    assert store.realms.directories["default"].observed.ref.uid == "anew"


def test_what_was_proven_ends_with_the_object(store: Store) -> None:
    store.memory("platform").applied[key()] = binding(key()).content
    store.put_access(access("platform", version="2"))
    assert store.memory("platform").applied
    store.put_access(access("platform", uid="anew", version="3"))
    assert not store.memory("platform").applied


def test_a_written_status_is_known_before_the_watch_tells(store: Store) -> None:
    before = store.accesses["platform"].observed
    store.note_status(replace(before, version="5", written="new"))
    assert store.put_access(access("platform", version="4")) == set()
    assert store.accesses["platform"].observed.written == "new"


def test_the_echo_of_an_own_status_write_touches_nobody(store: Store) -> None:
    before = store.accesses["platform"].observed
    store.note_status(replace(before, version="5", written="new"))
    assert store.put_access(access("platform", version="5")) == set()
    assert store.accesses["platform"].observed.written == "new"


def test_an_edit_that_the_watch_merges_into_the_echo_touches_the_object(store: Store) -> None:
    before = store.accesses["platform"].observed
    store.note_status(replace(before, version="5", written="new"))
    assert store.put_access(access("platform", mapping(group="Ops"), version="6")) == {"platform"}
    assert store.accesses["platform"].access.mappings[0].group == "Ops"


def test_an_object_that_begins_to_end_is_no_echo(store: Store) -> None:
    known = store.accesses["platform"]
    ending = replace(known, observed=replace(known.observed, deleting=True))
    for _ in range(2):
        assert store.put_access(ending) == {"platform"}


def test_a_written_status_does_not_hide_what_is_newer(store: Store) -> None:
    before = store.accesses["platform"].observed
    store.put_access(access("platform", mapping(group="Ops"), version="7"))
    store.note_status(replace(before, version="5", written="new"))
    assert store.accesses["platform"].observed.version == "7"


def test_a_written_status_is_not_kept_for_a_namesake(store: Store) -> None:
    before = store.accesses["platform"].observed
    store.put_access(access("platform", uid="anew", version="6"))
    store.note_status(replace(before, version="5", written="new"))
    assert store.accesses["platform"].observed.ref.uid == "anew"


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
    assert store.realms.directories["default"].observed.version == "2"


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"syncInterval": "10s"}, True),
        ({"allowedClusterRoles": ["view"]}, True),
        ({"tokens": {"clients": [{"clientId": "headlamp"}], "groupsPrefix": "oidc:"}}, True),
        ({"issuer": "https://keycloak.example.com/auth/realms/OTHER"}, False),
        ({"adminURL": "https://other.example.com"}, False),
        ({"tokens": {"groupsPrefix": "", "clients": [{"clientId": "grafana"}]}}, False),
    ],
)
def test_what_was_read_is_void_when_it_was_read_elsewhere(
    store: Store, change: dict[str, Any], *, kept: bool
) -> None:
    store.put_reading("default", Reading(snapshot("/SRE")))
    changed = directory(version="2", **change)
    assert store.realms.directories["default"].reads_the_same(changed) is kept
    assert store.put_directory(changed) == {"platform", "shop"}
    assert (store.realms.readings["default"].snapshot is not None) is kept


def test_the_first_reading_touches_everybody(store: Store) -> None:
    assert store.put_reading("default", Reading(snapshot("/SRE"))) == {"platform", "shop"}


def test_the_same_reading_touches_nobody(store: Store) -> None:
    store.put_reading("default", Reading(snapshot("/SRE", "/apps/Dev")))
    assert store.put_reading("default", Reading(snapshot("/SRE", "/apps/Dev"))) == set()


def test_a_failure_keeps_the_last_snapshot_and_touches_everybody_once(store: Store) -> None:
    store.put_reading("default", Reading(snapshot("/SRE")))
    assert store.put_reading("default", Reading(failure=LOST)) == {"platform", "shop"}
    assert store.realms.readings["default"] == Reading(snapshot("/SRE"), LOST)
    assert store.put_reading("default", Reading(failure=LOST)) == set()
    assert store.put_reading("default", Reading(snapshot("/SRE"))) == {"platform", "shop"}


@pytest.mark.parametrize(
    ("before", "after", "touched"),
    [
        (("/SRE", "/apps/Dev"), ("/SRE", "/apps/Dev", "/Ops"), set[str]()),
        (("/SRE", "/apps/Dev"), ("/apps/Dev",), {"platform"}),
        (("/SRE", "/apps/Dev"), ("/SRE", "/apps/Dev", "/x/SRE"), {"platform"}),
        (("/apps/Dev",), ("/apps/Dev", "/sre"), {"platform"}),
        (("/SRE", "/apps/Dev"), ("/SRE", "/Dev"), {"shop"}),
        (("/SRE", "/apps/Dev"), ("/SRE", "/apps/Dev", "/x/Dev"), {"shop"}),
    ],
    ids=[
        "a group that nobody declares",
        "a declared group that is gone",
        "a second group of a declared name",
        "a name that may be nearer to one that is missing",
        "a path that moved",
        "a namesake of a declared path, which may collide in tokens",
    ],
)
def test_a_reading_touches_those_whose_groups_changed(
    store: Store, before: tuple[str, ...], after: tuple[str, ...], touched: set[str]
) -> None:
    store.put_reading("default", Reading(snapshot(*before)))
    assert store.put_reading("default", Reading(snapshot(*after))) == touched


def test_until_its_groups_are_looked_up_the_directory_counts_as_not_read(store: Store) -> None:
    for used, known in (("Dev", False), ("SRE", True)):
        found = replace(snapshot("/SRE"), looked_up=InUse(frozenset({used})), counted=9000)
        store.put_reading("default", Reading(found))
        given = store.circumstances(store.accesses["platform"], datetime.now(UTC))
        assert given.unread_yet is not known
    store.put_reading("default", Reading(failure=LOST))
    given = store.circumstances(store.accesses["shop"], datetime.now(UTC))
    assert given.reading == Reading(failure=LOST)


def test_a_lookup_touches_those_whose_groups_it_came_to_know(store: Store) -> None:
    def looked_up(*references: str) -> Reading:
        return Reading(replace(snapshot("/SRE"), looked_up=InUse(frozenset(references))))

    store.put_reading("default", looked_up("SRE"))
    assert store.put_reading("default", looked_up("SRE", "/apps/Dev")) == {"shop"}
    assert store.put_reading("default", looked_up("SRE", "/apps/Dev")) == set()
    assert store.put_reading("default", looked_up("/apps/Dev")) == {"platform", "shop"}


def unasked(*paths: str) -> Reading:
    """Return a reading that looked for no proof, since no group was in use."""
    found = snapshot(*paths)
    return Reading(replace(found, clients=tuple(replace(c, unasked=True) for c in found.clients)))


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        ({"group": "SRE"}, True),
        ({"group": "/a/Dev"}, True),
        ({"group": "typo"}, False),
        ({"group": "Dev"}, False),
        ({"group": "Dev", "groupId": "id-/a/Dev"}, True),
        ({"group": "typo", "groupId": "another"}, False),
    ],
    ids=str,
)
def test_a_group_that_is_the_first_in_use_waits_for_the_reading_that_proves_it(
    asked: dict[str, str], *, waits: bool
) -> None:
    store = Store()
    store.put_directory(directory())
    store.put_access(access("platform", mapping(**asked)))
    store.put_reading("default", unasked("/SRE", "/a/Dev", "/b/Dev"))

    def unread() -> bool:
        given = store.circumstances(store.accesses["platform"], datetime.now(UTC))
        return given.unread_yet

    assert unread() is waits
    assert store.put_reading("default", Reading(snapshot("/SRE", "/a/Dev"))) == {"platform"}
    assert not unread()


def test_another_identity_or_mapper_touches_everybody(store: Store) -> None:
    store.put_reading("default", Reading(snapshot("/SRE")))
    anew = snapshot("/SRE", identity="other")
    assert store.put_reading("default", Reading(anew)) == {"platform", "shop"}
    paths = snapshot("/SRE", identity="other", full_path=True)
    assert store.put_reading("default", Reading(paths)) == {"platform", "shop"}


def test_a_binding_touches_the_object_in_its_name_whatever_its_owner(store: Store) -> None:
    assert store.put_binding(binding(key("platform"))) == {"platform"}
    assert set(store.standing("platform")) == {key("platform")}
    assert store.drop_binding(key("platform"), "u1") == {"platform"}
    assert store.standing("platform") == {}


def test_a_foreign_binding_is_kept_and_touches_nobody(store: Store) -> None:
    foreign = BindingKey("", "sre-by-hand")
    assert store.put_binding(binding(foreign)) == set()
    assert foreign in store.bindings.all
    assert store.drop_binding(foreign, "u1") == set()


def test_a_binding_that_says_the_same_touches_nobody(store: Store) -> None:
    store.put_binding(binding(key(), version="1"))
    assert store.put_binding(binding(key(), version="2")) == set()
    assert store.bindings.all[key()].version == "2"


def test_an_older_version_of_a_binding_is_not_taken(store: Store) -> None:
    store.put_binding(binding(key(), version="10"))
    older = replace(binding(key(), version="9"), content=binding(key(), managed="x").content)
    assert store.put_binding(older) == set()
    assert store.bindings.all[key()].version == "10"


def test_news_of_the_binding_before_do_not_hide_the_one_made_anew(store: Store) -> None:
    store.put_binding(binding(key(), uid="anew", version="10"))
    assert store.put_binding(binding(key(), uid="before", version="9")) == set()
    assert store.drop_binding(key(), "before") == set()
    assert store.bindings.all[key()].uid == "anew"


def test_a_cluster_role_touches_those_that_grant_it_once(store: Store) -> None:
    assert store.put_cluster_role("edit") == {"shop"}
    assert store.put_cluster_role("edit") == set()
    assert store.put_cluster_role("unused") == set()
    assert store.drop_cluster_role("edit") == {"shop"}


def test_bindings_that_must_not_be_there_any_more_are_overdue_by_names_and_times_alone() -> None:
    """What these name goes first after a start."""
    made, now = Store(), datetime(2026, 1, 1, tzinfo=UTC)
    ended, later = "2025-12-31T00:00:00Z", "2026-12-31T00:00:00Z"
    declared = {
        "fine": mapping("sre", "SRE", "view", expiresAt=later),
        "ended": mapping("sre", "SRE", "view", expiresAt=ended),
        "removed": mapping("other", "SRE", "view"),
        "changed": mapping("sre", "SRE", "edit"),
    }
    for number, (name, line) in enumerate(declared.items()):
        made.put_access(access(name, line))
        made.put_binding(binding(key(name), uid=name, version=str(number + 1)))
    made.put_binding(binding(key("deleted"), uid="deleted", version="9"))
    made.put_access(access("not-bound-yet", mapping("sre", "SRE", "view", expiresAt=ended)))
    assert made.overdue(now) == {"ended", "removed", "changed", "deleted"}
