"""Argo CD's actions do what a person does: suspend, resume, and acknowledge a freeze."""

from pathlib import Path
from typing import Any

import pytest
from lupa.lua51 import LuaError  # type: ignore[import-untyped]

from argocd.layout import CUSTOMIZATIONS, KINDS, load
from argocd.sandbox import run
from groupaccess.api import v1alpha1 as api
from groupaccess.application.state.declared_objects import read_declared_directory
from groupaccess.domain.identity.freeze import read_acknowledgement

TABLES = {kind: load(CUSTOMIZATIONS / kind / "actions" / "action_test.yaml") for kind in KINDS}
DISCOVERY = [(kind, case) for kind in KINDS for case in TABLES[kind]["discoveryTests"]]
ACTIONS = [(kind, case) for kind in KINDS for case in TABLES[kind]["actionTests"]]


def actions(kind: str) -> Path:
    return CUSTOMIZATIONS / kind / "actions"


def act(kind: str, action: str, body: dict[str, Any]) -> Any:
    return run((actions(kind) / action / "action.lua").read_text(), body)


def name(value: object) -> str:
    return str(value if isinstance(value, str) else dict(value)["inputPath"])  # type: ignore[call-overload]


@pytest.mark.parametrize(("kind", "case"), DISCOVERY, ids=name)
def test_an_action_is_offered_where_it_does_something(kind: str, case: dict[str, Any]) -> None:
    offered = run(
        (actions(kind) / "discovery.lua").read_text(), load(actions(kind) / case["inputPath"])
    )
    assert offered == {each["name"]: {"disabled": each["disabled"]} for each in case["result"]}
    there = {path.parent.name for path in actions(kind).glob("*/action.lua")}
    assert offered.keys() == there


@pytest.mark.parametrize(("kind", "case"), ACTIONS, ids=name)
def test_an_action_changes_what_a_person_would_change(kind: str, case: dict[str, Any]) -> None:
    body = load(actions(kind) / case["inputPath"])
    wanted = load(actions(kind) / case["expectedOutputPath"])
    assert act(kind, case["action"], body) == wanted
    assert wanted != body


def test_a_resumed_object_says_so_since_a_lost_suspend_is_refused() -> None:
    body = load(actions("GroupAccess") / "testdata" / "suspended.yaml")
    assert act("GroupAccess", "resume", body)["spec"]["suspend"] is False


def test_an_acknowledgement_is_the_one_that_the_operator_waits_for() -> None:
    body = load(actions("KeycloakDirectory") / "testdata" / "frozen.yaml")
    after = api.KeycloakDirectory.read(act("KeycloakDirectory", "acknowledge", body))
    tokens = read_declared_directory(after).directory.acknowledged
    assert tokens == read_acknowledgement(body["status"]["acknowledgement"])
    (ready, *_) = body["status"]["conditions"]
    assert f"groupaccess.io/acknowledge={body['status']['acknowledgement']}." in ready["message"]


def test_an_acknowledgement_leaves_other_annotations_alone() -> None:
    body = load(actions("KeycloakDirectory") / "testdata" / "frozen.yaml")
    body["metadata"]["annotations"] = {"team": "platform"}
    after = act("KeycloakDirectory", "acknowledge", body)["metadata"]["annotations"]
    assert after["team"] == "platform"
    assert len(after) == 2


def test_there_is_nothing_to_acknowledge_in_a_directory_that_is_not_frozen() -> None:
    body = load(actions("KeycloakDirectory") / "testdata" / "running.yaml")
    with pytest.raises(LuaError, match="is not frozen"):
        act("KeycloakDirectory", "acknowledge", body)
