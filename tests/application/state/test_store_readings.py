"""Whom an answer of Keycloak touches."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from application.state.readings import LOST, NOW, read
from fakes.answers import context_of
from fakes.values import access, directory, mapping, snapshot
from groupaccess.application.state.evaluation import open_questions
from groupaccess.application.state.store import Store
from groupaccess.domain.directory.questions import Answer, Search
from groupaccess.domain.directory.reading import MissingAnswer, Reading
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.directory.suggestions import Suggestion


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


def test_all_are_touched_by_a_failed_round_unless_each_knows_of_that_failure(
    store: Store,
) -> None:
    question_failed = replace(LOST, message="no complete answer")
    assert store.put_failure("default", LOST) == {"platform", "shop"}
    assert store.put_failure_of_new("default", {"shop"}, question_failed) == {"shop"}
    assert store.put_failure("default", LOST) == {"platform", "shop"}


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
