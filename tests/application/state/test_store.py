"""The store tells whom a change touches, and takes nothing old for new."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fakes.answers import context_of, take_in
from fakes.values import access, binding, directory, failure, key, mapping, snapshot
from groupaccess.application.state.evaluation import open_questions
from groupaccess.application.state.store import Store
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.directory.questions import Answer, Search
from groupaccess.domain.directory.reading import MissingAnswer, Reading
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.directory.suggestions import Suggestion
from groupaccess.domain.reasons import Reason

LOST = failure(Reason.KEYCLOAK_UNAVAILABLE)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read(store: Store, found: Snapshot) -> frozenset[str]:
    """Let a realm with the groups of a snapshot be asked once."""
    return take_in(store, found, NOW)


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
    read(store, snapshot("/SRE"))
    changed = directory(version="2", **change)
    assert store.directories.declared["default"].reads_same_realm(changed) is kept
    assert store.put_directory(changed) == {"platform", "shop"}
    assert (store.directories.reading("default").snapshot is not None) is kept


def test_the_first_reading_touches_everybody(store: Store) -> None:
    assert read(store, snapshot("/SRE")) == {"platform", "shop"}


def test_the_same_reading_touches_nobody(store: Store) -> None:
    read(store, snapshot("/SRE", "/apps/Dev"))
    assert read(store, snapshot("/SRE", "/apps/Dev")) == set()


def test_a_failure_keeps_the_last_snapshot_and_touches_everybody_once(store: Store) -> None:
    read(store, snapshot("/SRE"))
    assert store.put_failure("default", LOST) == {"platform", "shop"}
    assert store.directories.reading("default") == Reading(snapshot("/SRE"), LOST)
    assert store.put_failure("default", LOST) == set()
    assert read(store, snapshot("/SRE")) == {"platform", "shop"}


@pytest.mark.parametrize(
    ("before", "after", "touched"),
    [
        (("/SRE", "/apps/Dev"), ("/SRE", "/apps/Dev", "/Ops"), set[str]()),
        (("/SRE", "/apps/Dev"), ("/apps/Dev",), {"platform"}),
        (("/SRE", "/apps/Dev"), ("/SRE", "/apps/Dev", "/x/SRE"), {"platform"}),
        (("/SRE", "/apps/Dev"), ("/SRE", "/Dev"), {"shop"}),
        (("/SRE", "/apps/Dev"), ("/SRE", "/apps/Dev", "/x/Dev"), {"shop"}),
    ],
    ids=[
        "a group that nobody declares",
        "a declared group that is gone",
        "a second group of a declared name",
        "a path that moved",
        "a namesake of a declared path, which may collide in tokens",
    ],
)
def test_a_reading_touches_those_whose_groups_changed(
    store: Store, before: tuple[str, ...], after: tuple[str, ...], touched: set[str]
) -> None:
    read(store, snapshot(*before))
    assert read(store, snapshot(*after)) == touched


def test_until_its_questions_are_answered_a_mapping_counts_as_not_read(store: Store) -> None:
    read(store, snapshot("/SRE"))
    store.put_access(access("platform", mapping(), mapping("ops", "Ops"), version="2"))
    context = context_of(store, "platform", NOW)
    assert context.missing_answers == {"ops": MissingAnswer()}
    assert context.awaits_first_reading
    assert open_questions(store, "default", ["platform"]) == {Search("Ops")}
    assert open_questions(store, "other", ["platform"]) == set()
    assert store.put_results("default", {Search("Ops"): Answer()}, NOW) == {"platform"}
    assert open_questions(store, "default", ["platform"]) == set()
    assert not context_of(store, "platform", NOW).awaits_first_reading


def test_a_failure_of_a_question_touches_those_that_need_its_answer(store: Store) -> None:
    read(store, snapshot("/SRE"))
    assert store.put_results("default", {Search("SRE"): LOST}, NOW) == {"platform"}
    assert store.put_results("default", {Search("SRE"): LOST}, NOW) == set()
    context = context_of(store, "platform", NOW)
    assert context.missing_answers == {"sre": MissingAnswer(LOST, answered=True)}
    assert not context.awaits_first_reading
    known = store.directories.memory("default").answers[Search("SRE")]
    assert store.put_results("default", {Search("SRE"): known}, NOW) == {"platform"}
    assert context_of(store, "platform", NOW).missing_answers == {}


def test_a_hint_touches_those_that_name_what_is_missing(store: Store) -> None:
    read(store, snapshot("/Sre"))
    ref, hint = store.directories.declared["default"].state.ref, Suggestion(("/Sre",))
    assert store.put_suggestion(ref, "SRE", Suggestion(), 1.0) == set()
    assert store.put_suggestion(ref, "SRE", hint, 2.0) == {"platform"}
    assert store.put_suggestion(ref, "SRE", hint, 3.0) == set()
    assert context_of(store, "platform", NOW).suggestions == {"SRE": hint}
    assert context_of(store, "shop", NOW).suggestions == {}
    assert store.put_suggestion(replace(ref, uid="former"), "SRE", Suggestion(), 4.0) == set()
    assert context_of(store, "platform", NOW).suggestions == {"SRE": hint}


def test_an_object_that_ended_is_touched_by_no_answer(store: Store) -> None:
    read(store, snapshot("/SRE"))
    store.drop_access("platform")
    assert store.put_results("default", {Search("SRE"): Answer()}, NOW) == set()


def unasked(*paths: str) -> Snapshot:
    """Return what is known while no proof was looked for, since no group was in use."""
    found = snapshot(*paths)
    return replace(found, clients=tuple(replace(c, proof_pending=True) for c in found.clients))


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
    read(store, unasked("/SRE", "/a/Dev", "/b/Dev"))

    def unread() -> bool:
        context = context_of(store, "platform", datetime.now(UTC))
        return context.awaits_first_reading

    assert unread() is waits
    assert read(store, snapshot("/SRE", "/a/Dev")) == {"platform"}
    assert not unread()


def test_another_identity_or_mapper_touches_everybody(store: Store) -> None:
    read(store, snapshot("/SRE"))
    anew = snapshot("/SRE", identity="other")
    assert read(store, anew) == {"platform", "shop"}
    paths = snapshot("/SRE", identity="other", full_path=True)
    assert read(store, paths) == {"platform", "shop"}


def test_a_binding_touches_the_object_in_its_name_whatever_its_owner(store: Store) -> None:
    assert store.put_binding(binding(key("platform"))) == {"platform"}
    assert set(store.bindings_of("platform")) == {key("platform")}
    assert store.drop_binding(key("platform"), "u1") == {"platform"}
    assert store.bindings_of("platform") == {}


def test_a_foreign_binding_is_kept_and_touches_nobody(store: Store) -> None:
    foreign = BindingKey("", "sre-by-hand")
    assert store.put_binding(binding(foreign)) == set()
    assert foreign in store.bindings.by_key
    assert store.drop_binding(foreign, "u1") == set()


def test_a_binding_that_says_the_same_touches_nobody(store: Store) -> None:
    store.put_binding(binding(key(), version="1"))
    assert store.put_binding(binding(key(), version="2")) == set()
    assert store.bindings.by_key[key()].resource_version == "2"


def test_an_older_version_of_a_binding_is_not_taken(store: Store) -> None:
    store.put_binding(binding(key(), version="10"))
    older = replace(
        binding(key(), version="9"), content=binding(key(), has_managed_by_label="x").content
    )
    assert store.put_binding(older) == set()
    assert store.bindings.by_key[key()].resource_version == "10"


def test_news_of_the_binding_before_do_not_hide_the_one_made_anew(store: Store) -> None:
    store.put_binding(binding(key(), uid="anew", version="10"))
    assert store.put_binding(binding(key(), uid="before", version="9")) == set()
    assert store.drop_binding(key(), "before") == set()
    assert store.bindings.by_key[key()].uid == "anew"


def test_a_cluster_role_touches_those_that_grant_it_once(store: Store) -> None:
    assert store.put_cluster_role("edit") == {"shop"}
    assert store.put_cluster_role("edit") == set()
    assert store.put_cluster_role("unused") == set()
    assert store.drop_cluster_role("edit") == {"shop"}


def test_bindings_that_must_not_be_there_any_more_are_found_by_names_and_times_alone() -> None:
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
    assert made.accesses_with_revocations(now) == {"ended", "removed", "changed", "deleted"}
