"""Verified is Keycloak's word: True, False, or Unknown with what could not be asked."""

from dataclasses import replace

import pytest

from domain.builders import (
    NOW,
    UNAVAILABLE,
    access,
    client,
    directory,
    group,
    leaf,
    make_context,
    mapper,
    mapping,
    realm,
)
from domain.saying import say
from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.condition import StatusCondition
from groupaccess.domain.directory.client import MapperKind
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict.verdict import EvaluationContext

TWO_CLIENTS = directory("headlamp", "grafana")


def verified(declared: Access, context: EvaluationContext) -> StatusCondition:
    said = say(declared, context).conditions[-1]
    assert said.type == "Verified"
    return said


def test_every_group_that_is_there_is_verified() -> None:
    said = verified(access(), make_context(realm()))
    assert said == StatusCondition(
        "Verified", "True", Reason.GRANTED, "Keycloak confirms each mapping that needs its answer."
    )


def test_objection_of_keycloak_is_said_of_the_first_mapping_by_name() -> None:
    said = verified(
        access(mapping("b", "x"), mapping("a", "y"), mapping("0")), make_context(realm())
    )
    assert (said.status, said.reason) == ("False", Reason.GROUP_NOT_FOUND)
    assert said.message.startswith('a: Keycloak has no group "y"')


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        (make_context(realm(), failure=UNAVAILABLE), Reason.KEYCLOAK_UNAVAILABLE),
        (replace(make_context(realm()), unreadable="spec.until is not known"), Reason.UNREADABLE),
    ],
    ids=["not read", "unreadable"],
)
def test_what_was_not_asked_is_unknown(context: EvaluationContext, reason: Reason) -> None:
    said = verified(access(), context)
    assert (said.status, said.reason) == ("Unknown", reason)
    assert said.message.startswith("sre: ")


LEAF = (client("headlamp", leaf()),)
REPLACED = (client("headlamp", mapper("x", MapperKind.REPLACING)),)


@pytest.mark.parametrize(
    ("snapshot", "reason"),
    [
        (realm("/x"), Reason.GROUP_NOT_FOUND),
        (realm("/a/SRE", group("/a/SRE", "a/SRE", "twin")), Reason.GROUP_AMBIGUOUS),
        (realm("/a/SRE", clients=[client("headlamp")]), Reason.NO_GROUPS_CLAIM),
        (realm("/a/SRE", clients=REPLACED), Reason.CLAIM_INDETERMINATE),
        (realm("/a/SRE", "/b/SRE", clients=LEAF), Reason.CLAIM_COLLISION),
        (realm("/a/SRE", clients=[]), Reason.CLIENT_NOT_FOUND),
        (realm(group("/a/SRE", "system:x"), clients=LEAF), Reason.INVALID_SUBJECT),
    ],
    ids=["not found", "ambiguous", "no claim", "indeterminate", "collision", "no client", "name"],
)
def test_each_objection_of_keycloak_is_no(snapshot: Snapshot, reason: Reason) -> None:
    said = verified(access(mapping(group="/a/SRE")), make_context(snapshot))
    assert (said.status, said.reason) == ("False", reason)


def test_objection_counts_more_than_what_was_not_asked() -> None:
    mixed = access(mapping("a", "system:masters"), mapping("b", "nobody"))
    said = verified(mixed, make_context(realm()))
    assert (said.status, said.reason) == ("False", Reason.GROUP_NOT_FOUND)


def test_missing_role_says_nothing_against_the_group() -> None:
    assert verified(access(mapping(role="breakglass")), make_context(realm())).status == "True"


def test_missing_client_is_named_beside_a_grant() -> None:
    said = verified(access(), make_context(realm(), of=TWO_CLIENTS))
    assert (said.status, said.reason) == ("Unknown", Reason.CLIENT_NOT_FOUND)
    assert said.message.startswith('client "grafana" is not in the realm. ')


def test_client_whose_token_carries_no_groups_is_named_with_that_reason() -> None:
    mute = realm(clients=[client("headlamp", mapper()), client("grafana")])
    said = verified(access(), make_context(mute, of=TWO_CLIENTS))
    assert (said.status, said.reason) == ("Unknown", Reason.NO_GROUPS_CLAIM)
    assert 'client "grafana"' in said.message


def test_doubt_counts_less_than_an_objection() -> None:
    mixed = access(mapping("a"), mapping("b", "nobody"))
    assert verified(mixed, make_context(realm(), of=TWO_CLIENTS)).status == "False"


ENDED = mapping("a", "gone", until=NOW)
SILENT = make_context(realm(), failure=UNAVAILABLE)


@pytest.mark.parametrize(
    "revoked",
    [ENDED, mapping("a", role="admin"), mapping("a", "system:masters")],
    ids=["expired", "not allowed", "reserved"],
)
def test_what_kubernetes_alone_revokes_needs_no_word_of_keycloak(revoked: AccessMapping) -> None:
    strict = make_context(realm(), of=directory(allowed=["edit"]))
    said = verified(access(revoked, mapping("b")), strict)
    assert said == StatusCondition(
        "Verified", "True", Reason.GRANTED, "Keycloak confirms each mapping that needs its answer."
    )


def test_beside_a_revoked_mapping_the_others_still_need_it() -> None:
    said = verified(access(ENDED, mapping("b")), SILENT)
    assert (said.status, said.reason) == ("Unknown", Reason.KEYCLOAK_UNAVAILABLE)
    assert said.message.startswith("b: ")


@pytest.mark.parametrize("context", [make_context(realm()), SILENT], ids=["read", "not read"])
def test_where_all_has_ended_nothing_is_left_unverified(context: EvaluationContext) -> None:
    said = verified(access(ENDED), context)
    assert said == StatusCondition(
        "Verified", "True", Reason.EXPIRED, "No mapping needs an answer of Keycloak."
    )
