"""What a mapping gets when nothing is in the way, and what each objection says."""

from dataclasses import replace

import pytest

from domain.builders import (
    NOW,
    UNAVAILABLE,
    client,
    directory,
    group,
    leaf,
    make_context,
    mapper,
    mapping,
    realm,
)
from groupaccess.domain.directory.client import Client, MapperKind
from groupaccess.domain.directory.suggestions import Suggestion
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import REASONS, Reason
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome, Verdict

LEAF = (client("headlamp", leaf()),)


def test_group_that_is_there_is_granted_with_the_strings_of_its_token() -> None:
    assert evaluate(mapping(), make_context(realm("/platform/SRE"))) == Verdict(
        mapping(),
        Outcome.GRANT,
        Reason.GRANTED,
        "members of /platform/SRE appear in Kubernetes as group /platform/SRE.",
        group("/platform/SRE"),
        ("/platform/SRE",),
    )


def test_all_strings_are_named_in_the_message() -> None:
    both = realm("/SRE", clients=[client("headlamp", mapper(), leaf())])
    assert (
        evaluate(mapping(), make_context(both)).message
        == "members of /SRE appear in Kubernetes as group /SRE and SRE."
    )


def test_doubts_about_a_client_are_kept_beside_a_grant() -> None:
    said = evaluate(mapping(), make_context(realm(), of=directory("headlamp", "grafana")))
    assert said.outcome is Outcome.GRANT
    assert [doubt.reason for doubt in said.doubts] == [Reason.CLIENT_NOT_FOUND]


@pytest.mark.parametrize(
    ("prefix", "name", "reason"),
    [
        ("", "system:masters", Reason.INVALID_SUBJECT),
        ("system:", "masters", Reason.INVALID_SUBJECT),
        ("sys", "tem:masters", Reason.INVALID_SUBJECT),
        ("oidc:", "system:masters", Reason.GROUP_NOT_FOUND),
        ("", "the-system:masters", Reason.GROUP_NOT_FOUND),
        ("", "System:masters", Reason.GROUP_NOT_FOUND),
    ],
)
def test_what_kube_apiserver_would_see_must_not_be_reserved(
    prefix: str, name: str, reason: Reason
) -> None:
    said = evaluate(mapping(group=name), make_context(realm(), of=directory(prefix=prefix)))
    assert said.reason is reason


def test_reserved_name_is_refused_without_any_directory() -> None:
    said = evaluate(mapping(group="system:masters"), replace(make_context(realm()), directory=None))
    assert (said.outcome, said.reason) == (Outcome.REVOKE, Reason.INVALID_SUBJECT)
    assert said.message == (
        'kube-apiserver would see the group "system:masters". '
        + REASONS[Reason.INVALID_SUBJECT].advice
    )


def test_reserved_name_is_refused_when_only_the_token_shows_it() -> None:
    hidden = realm("/x/system:masters", clients=LEAF)
    said = evaluate(mapping(group="/x/system:masters"), make_context(hidden))
    assert (said.outcome, said.reason) == (Outcome.REVOKE, Reason.INVALID_SUBJECT)
    assert '"system:masters"' in said.message


def test_role_outside_the_list_is_revoked_and_the_list_is_told() -> None:
    said = evaluate(mapping(), make_context(realm(), of=directory(allowed=["view", "admin"])))
    assert (said.outcome, said.reason) == (Outcome.REVOKE, Reason.CLUSTER_ROLE_NOT_ALLOWED)
    assert said.message.startswith(
        'ClusterRole "edit" is not in spec.allowedClusterRoles of KeycloakDirectory "default": '
        "admin, view. "
    )


def test_a_star_in_the_list_allows_any_role_and_an_empty_list_none() -> None:
    any_role = make_context(realm(), of=directory(allowed=["view", "*"]))
    assert evaluate(mapping(), any_role).outcome is Outcome.GRANT
    none = evaluate(mapping(), make_context(realm(), of=directory(allowed=[])))
    assert (none.outcome, none.reason) == (Outcome.REVOKE, Reason.CLUSTER_ROLE_NOT_ALLOWED)


def test_role_in_the_list_is_granted() -> None:
    said = evaluate(mapping(), make_context(realm(), of=directory(allowed=["edit", "view"])))
    assert said.outcome is Outcome.GRANT


@pytest.mark.parametrize("failure", [None, UNAVAILABLE])
def test_a_revoke_says_whom_the_mapping_would_bind(failure: Failure | None) -> None:
    known = make_context(realm(), of=directory(prefix="oidc:"), failure=failure)
    assert evaluate(mapping(until=NOW), known).potential_subjects == ("oidc:/SRE",)
    assert evaluate(mapping(role="gone", until=NOW), known).potential_subjects == ("oidc:/SRE",)
    assert evaluate(mapping(), known).potential_subjects == ()


@pytest.mark.parametrize(
    "context",
    [
        make_context(),
        replace(make_context(realm()), directory=None),
        make_context(realm("/x")),
        make_context(realm(clients=[client("headlamp")])),
    ],
    ids=["never read", "no directory", "no group", "no claim"],
)
def test_a_revoke_of_what_is_not_known_says_nobody(context: EvaluationContext) -> None:
    assert evaluate(mapping(until=NOW), context).potential_subjects == ()


def test_missing_group_names_the_near_ones() -> None:
    hints = {"sre": Suggestion(("/SRE", "/a/Sre"))}
    said = evaluate(
        mapping(group="sre"), replace(make_context(realm("/SRE", "/a/Sre")), suggestions=hints)
    )
    assert (said.outcome, said.reason) == (Outcome.HOLD, Reason.GROUP_NOT_FOUND)
    assert said.message == (
        'Keycloak has no group "sre": did you mean /SRE or /a/Sre? '
        + REASONS[Reason.GROUP_NOT_FOUND].advice
    )


def test_missing_group_without_near_ones_just_says_so() -> None:
    said = evaluate(mapping(group="nobody"), make_context(realm()))
    assert (
        said.message == f'Keycloak has no group "nobody". {REASONS[Reason.GROUP_NOT_FOUND].advice}'
    )


def test_ambiguous_group_names_the_paths() -> None:
    said = evaluate(mapping(), make_context(realm("/b/SRE", "/a/SRE")))
    assert (said.outcome, said.reason) == (Outcome.HOLD, Reason.GROUP_AMBIGUOUS)
    assert said.message.startswith('several groups match "SRE": /a/SRE, /b/SRE. Write')


@pytest.mark.parametrize(
    ("clients", "reason"),
    [
        ((), Reason.CLIENT_NOT_FOUND),
        ((client("headlamp"),), Reason.NO_GROUPS_CLAIM),
        ((client("headlamp", mapper("x", MapperKind.REPLACING)),), Reason.CLAIM_INDETERMINATE),
    ],
)
def test_objection_to_the_claim_holds(clients: tuple[Client, ...], reason: Reason) -> None:
    said = evaluate(mapping(), make_context(replace(realm(), clients=clients)))
    assert (said.outcome, said.reason) == (Outcome.HOLD, reason)
    assert said.message.endswith(REASONS[reason].advice)


def test_collision_holds() -> None:
    said = evaluate(mapping(group="/a/SRE"), make_context(realm("/a/SRE", "/b/SRE", clients=LEAF)))
    assert (said.outcome, said.reason) == (Outcome.HOLD, Reason.CLAIM_COLLISION)


def test_missing_role_holds() -> None:
    said = evaluate(mapping(role="breakglass"), make_context(realm()))
    assert (said.outcome, said.reason) == (Outcome.HOLD, Reason.CLUSTER_ROLE_NOT_FOUND)
    assert said.message.startswith('there is no ClusterRole "breakglass". Correct')


def test_objection_binds_nobody() -> None:
    said = evaluate(mapping(role="breakglass"), make_context(realm()))
    assert (said.group, said.subjects) == (None, ())
