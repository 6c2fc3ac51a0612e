"""What the doctor says of a realm with a login to Keycloak: clients, members and bound groups."""

from dataclasses import replace
from typing import Any

import pytest

from application.diagnosis.installations import (
    INSTALLED,
    REALM,
    access,
    causes,
    directory,
    examine,
    unchecked,
)
from application.diagnosis.test_why_person import ALICE, HEADLAMP, SRE, people
from domain.builders import client, group, mapper
from domain.diagnosis.logins import DIRECTORY
from domain.handmade import found
from fakes.diagnosis import FakeDiagnosisCluster
from fakes.people import FakePeople
from groupaccess.api import v1alpha1 as api
from groupaccess.application.ports.people import RealmClient
from groupaccess.domain.diagnosis.check_name import CheckName
from groupaccess.domain.diagnosis.finding import Cause, Check, Finding, PassedCheck, SkippedCheck
from groupaccess.domain.diagnosis.login_facts import TYPED
from groupaccess.domain.diagnosis.program_rules import Program

CALLBACK = "https://headlamp.example.com/oidc-callback"
SOUND = replace(HEADLAMP, redirect_uris=(CALLBACK,))
BOUND = found("by-hand", "SRE").binding


def granted() -> api.GroupAccess:
    body = access()
    mapping = body.status.mappings[0].model_copy(update={"group_path": SRE.path})
    status = body.status.model_copy(update={"mappings": (mapping,)})
    return body.model_copy(update={"status": status})


def examined(realm: FakePeople | None, **options: Any) -> list[Check]:
    changes = {"accesses": [granted()], "bindings": [BOUND]} | options.pop("cluster", {})
    known = FakeDiagnosisCluster(**(INSTALLED | changes))
    return examine(known, REALM, people=realm, **options)


def realm_of(read: RealmClient = SOUND, **changes: Any) -> FakePeople:
    return people(clients=[read], **changes)


def test_a_sound_realm_passes_every_check() -> None:
    checks = examined(realm_of())
    assert [check for check in checks if not isinstance(check, PassedCheck)] == []


@pytest.mark.parametrize(
    ("read", "cause"),
    [
        (replace(SOUND, client=replace(SOUND.client, enabled=False)), Cause.CLIENT_NOT_FOUND),
        (replace(SOUND, client=client("headlamp")), Cause.NO_GROUPS_CLAIM),
        (
            replace(SOUND, client=client("headlamp", mapper("groups", claim="other"))),
            Cause.GROUPS_IN_OTHER_CLAIM,
        ),
        (replace(SOUND, redirect_uris=()), Cause.REDIRECT_URI_MISSING),
        (replace(SOUND, algorithm="ES384"), Cause.ALGORITHM_NOT_ACCEPTED),
    ],
)
def test_what_is_wrong_with_a_client_is_found(read: RealmClient, cause: Cause) -> None:
    found_causes = causes(examined(realm_of(read), chosen=frozenset({CheckName.LOGIN})))
    assert found_causes == [cause]


def test_a_client_that_does_not_exist_is_found() -> None:
    checks = examined(people(clients=[]), chosen=frozenset({CheckName.LOGIN}))
    assert causes(checks) == [Cause.CLIENT_NOT_FOUND]


@pytest.mark.parametrize(
    ("program", "uri", "fits"),
    [
        (Program.HEADLAMP, CALLBACK, True),
        (Program.HEADLAMP, "https://headlamp.example.com/*", True),
        (Program.HEADLAMP, "/*", True),
        (Program.HEADLAMP, "*", True),
        (Program.HEADLAMP, "https://headlamp.example.com", False),
        (Program.HEADLAMP, "https://headlamp.example.com/auth/callback", False),
        (Program.KUBECTL, CALLBACK, False),
        (Program.KUBECTL, "http://localhost:8000", True),
        (Program.KUBECTL, "http://127.0.0.1:18000/*", True),
        (Program.ARGOCD, "https://argocd.example.com/auth/callback", True),
        (Program.ARGOCD, CALLBACK, False),
        (None, "https://anything.example.com", True),
    ],
)
def test_a_client_must_send_people_back_to_the_program(
    program: Program | None, uri: str, *, fits: bool
) -> None:
    read = replace(SOUND, redirect_uris=(uri,))
    checks = examined(realm_of(read), program=program, chosen=frozenset({CheckName.LOGIN}))
    assert causes(checks) == ([] if fits else [Cause.REDIRECT_URI_MISSING])


def test_a_client_without_a_browser_needs_no_redirect_uri() -> None:
    read = replace(SOUND, redirect_uris=None)
    assert causes(examined(realm_of(read), program=Program.KUBECTL)) == []


@pytest.mark.parametrize("users", [[], [replace(ALICE, enabled=False)]])
def test_a_granted_group_that_nobody_can_use_is_found(users: list[Any]) -> None:
    assert causes(examined(realm_of(users=users))) == [Cause.NO_MEMBERS]


@pytest.mark.parametrize(
    ("bound", "dangles"),
    [("SRE", False), ("sre", True), ("/platform/SRE", True), ("ops-2019", True)],
)
def test_a_binding_for_a_group_that_does_not_exist_is_found(bound: str, *, dangles: bool) -> None:
    changes = {"bindings": [found("by-hand", bound).binding]}
    wanted = [Cause.DANGLING_SUBJECT] if dangles else []
    assert causes(examined(realm_of(), cluster=changes)) == wanted


@pytest.mark.parametrize("subject", ["system:masters", "kubeadm:cluster-admins"])
def test_groups_of_kubernetes_itself_are_nobodys_question(subject: str) -> None:
    changes = {"bindings": [found("by-hand", subject).binding]}
    assert causes(examined(realm_of(), cluster=changes)) == []


def test_the_operators_own_bindings_are_judged_by_its_own_status() -> None:
    changes = {"bindings": [found("groupaccess:apps:sre:view", "gone").binding]}
    assert causes(examined(realm_of(), cluster=changes)) == []


def test_where_it_is_not_known_what_tokens_carry_nothing_is_called_dangling() -> None:
    unknown = replace(SOUND, client=client("headlamp"))
    changes = {"bindings": [BOUND]}
    only = frozenset({CheckName.SUBJECTS})
    assert causes(examined(realm_of(unknown), cluster=changes, chosen=only)) == []


@pytest.mark.parametrize("call", ["read_client", "has_member", "find_groups"])
def test_a_role_that_is_missing_is_named(call: str) -> None:
    checks = examined(realm_of(missing=frozenset({call})))
    assert causes(checks) == []
    assert len(unchecked(checks)) == 1


def test_without_a_login_what_needs_one_is_left_out_and_not_missing() -> None:
    checks = examined(None)
    assert unchecked(checks) == []
    assert causes(checks) == []
    assert len([check for check in checks if isinstance(check, SkippedCheck)]) == 2


def test_before_an_installation_the_client_is_left_out_without_a_login() -> None:
    typed = replace(DIRECTORY, name=TYPED)
    bare: dict[str, Any] = {"directories": [], "accesses": []}
    (skipped,) = [
        each
        for each in examined(None, cluster=bare, directory=typed)
        if isinstance(each, SkippedCheck)
    ]
    assert skipped.what == 'client "headlamp" in Keycloak'
    broken = realm_of(replace(SOUND, client=client("headlamp")))
    assert causes(examined(broken, cluster=bare, directory=typed)) == [Cause.NO_GROUPS_CLAIM]


def test_of_two_directories_each_is_asked_about_its_own_groups() -> None:
    one = directory()
    metadata = one.metadata.model_copy(update={"name": "other"})
    two = [one, one.model_copy(update={"metadata": metadata})]
    checks = examined(realm_of(users=[]), cluster={"directories": two})
    empty = [each for each in checks if isinstance(each, Finding)]
    assert [each.cause for each in empty] == [Cause.NO_MEMBERS]
    assert group(SRE.path).path in empty[0].fact


def test_members_that_could_not_all_be_looked_at_are_not_said_to_be_there() -> None:
    only = frozenset({CheckName.MEMBERS})
    checks = examined(realm_of(missing=frozenset({"has_member"})), chosen=only)
    assert [check for check in checks if isinstance(check, PassedCheck)] == []
    hidden = {"forbidden": frozenset({"list_accesses"})}
    assert unchecked(examined(realm_of(), cluster=hidden, chosen=only)) == ["GroupAccesses"]


def test_without_any_client_nothing_is_called_dangling() -> None:
    changes = {"bindings": [found("by-hand", "ops-2019").binding]}
    only = frozenset({CheckName.SUBJECTS})
    assert causes(examined(people(clients=[]), cluster=changes, chosen=only)) == []
