"""Which strings tokens carry for a group, and when that cannot be known."""

from collections.abc import Iterable

import pytest

from domain.builders import client, directory, group, leaf, mapper, realm
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.client import ClaimMapper, Client, MapperKind
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.tokens.group_claims import GroupClaim, group_claim

SRE = group("/platform/SRE")
DIRECTORY = directory()
BOTH_CLIENTS = directory("headlamp", "grafana")


def claimed(
    *mappers: ClaimMapper, of: Directory = DIRECTORY, others: Iterable[str] = ()
) -> GroupClaim | Failure:
    return group_claim(SRE, of, realm(SRE, *others, clients=[client("headlamp", *mappers)]))


def claimed_by(*clients: Client) -> GroupClaim | Failure:
    return group_claim(SRE, BOTH_CLIENTS, realm(SRE, clients=clients))


def subjects(found: GroupClaim | Failure) -> tuple[str, ...]:
    assert isinstance(found, GroupClaim)
    return found.subjects


def refused(found: GroupClaim | Failure) -> tuple[Reason, str]:
    assert isinstance(found, Failure)
    return found.reason, found.message


def test_full_path_mapper_carries_the_path() -> None:
    assert claimed(mapper()) == GroupClaim(("/platform/SRE",))


def test_mapper_without_full_path_carries_the_leaf_name() -> None:
    assert claimed(leaf()) == GroupClaim(("SRE",))


def test_both_mappers_carry_both_sorted() -> None:
    assert claimed(leaf(), mapper()) == GroupClaim(("/platform/SRE", "SRE"))


def test_each_string_begins_with_the_prefix() -> None:
    found = claimed(leaf(), mapper(), of=directory(prefix="oidc:"))
    assert subjects(found) == ("oidc:/platform/SRE", "oidc:SRE")


@pytest.mark.parametrize(("token", "carried"), [("ID", "SRE"), ("Access", "/platform/SRE")])
def test_only_the_token_that_people_bring_counts(token: str, carried: str) -> None:
    each_its_own = (mapper(tokens="Access"), mapper("leaf", full_path=False, tokens="ID"))
    assert subjects(claimed(*each_its_own, of=directory(token=token))) == (carried,)


@pytest.mark.parametrize(("token", "said"), [("ID", "ID token"), ("Access", "access token")])
def test_token_without_groups_is_named(token: str, said: str) -> None:
    reason, message = refused(claimed(mapper(tokens=""), of=directory(token=token)))
    assert reason is Reason.NO_GROUPS_CLAIM
    assert message.startswith(
        f'the {said} of client "headlamp" has no groups in claim "groups": '
        f'"Add to {said}" is off in mapper "groups" of client "headlamp". In Keycloak,'
    )


def test_only_the_claim_that_kube_apiserver_reads_counts() -> None:
    roles = mapper("other", claim="roles", full_path=False)
    assert subjects(claimed(mapper(), roles)) == ("/platform/SRE",)
    assert subjects(claimed(mapper(), roles, of=directory(claim="roles"))) == ("SRE",)
    reason, message = refused(claimed(mapper(), of=directory(claim="roles")))
    assert reason is Reason.NO_GROUPS_CLAIM
    assert 'claim "roles"' in message


def test_merging_mapper_adds_nothing_of_the_group_and_hurts_nothing() -> None:
    assert subjects(claimed(mapper("roles", MapperKind.APPENDING), leaf())) == ("SRE",)
    reason, _ = refused(claimed(mapper("roles", MapperKind.APPENDING)))
    assert reason is Reason.NO_GROUPS_CLAIM


def test_replacing_mapper_makes_the_claim_indeterminate() -> None:
    reason, message = refused(claimed(mapper(), mapper("hard-coded", MapperKind.REPLACING)))
    assert reason is Reason.CLAIM_INDETERMINATE
    assert message.startswith(
        'mapper "hard-coded" of client "headlamp" may replace the value of claim "groups". Remove'
    )


def test_replacing_mapper_of_another_claim_or_token_hurts_nothing() -> None:
    elsewhere = (
        mapper("a", MapperKind.REPLACING, claim="roles"),
        mapper("b", MapperKind.REPLACING, tokens="Access"),
    )
    assert subjects(claimed(*elsewhere, mapper())) == ("/platform/SRE",)


def test_first_of_several_replacing_mappers_is_named_in_any_order() -> None:
    one, two = (mapper(name, MapperKind.REPLACING) for name in ("a", "b"))
    assert claimed(one, two) == claimed(two, one)
    assert 'mapper "a"' in refused(claimed(two, one))[1]


def test_client_that_is_not_in_the_realm_is_named() -> None:
    reason, message = refused(group_claim(SRE, DIRECTORY, realm(SRE, clients=[])))
    assert reason is Reason.CLIENT_NOT_FOUND
    assert message.startswith('client "headlamp" is not in the realm. Correct')


def test_disabled_client_is_named() -> None:
    off = client("headlamp", mapper(), enabled=False)
    reason, message = refused(group_claim(SRE, DIRECTORY, realm(SRE, clients=[off])))
    assert reason is Reason.CLIENT_NOT_FOUND
    assert message.startswith('client "headlamp" is disabled. Correct')


def test_strings_of_all_clients_are_bound() -> None:
    found = claimed_by(client("headlamp", mapper()), client("grafana", leaf()))
    assert subjects(found) == ("/platform/SRE", "SRE")


def test_which_client_sends_which_is_said_where_they_differ() -> None:
    found = claimed_by(client("headlamp", mapper()), client("grafana", leaf()))
    assert isinstance(found, GroupClaim)
    assert found.describe(SRE) == (
        "members of /platform/SRE appear in Kubernetes as group /platform/SRE with client "
        "headlamp; SRE with client grafana."
    )
    two = claimed_by(client("headlamp", mapper(), leaf()), client("grafana", leaf()))
    assert isinstance(two, GroupClaim)
    assert two.describe(SRE) == (
        "members of /platform/SRE appear in Kubernetes as group /platform/SRE and SRE with client "
        "headlamp; SRE with client grafana."
    )
    same = claimed_by(client("headlamp", mapper(), leaf()), client("grafana", leaf(), mapper()))
    assert isinstance(same, GroupClaim)
    assert (
        same.describe(SRE)
        == "members of /platform/SRE appear in Kubernetes as group /platform/SRE and SRE."
    )


def test_client_that_is_silent_is_no_sender() -> None:
    found = claimed_by(client("headlamp", mapper()), client("grafana"))
    assert isinstance(found, GroupClaim)
    assert found.subjects_by_client == ()


def test_client_that_was_not_declared_is_not_asked() -> None:
    assert group_claim(
        SRE,
        DIRECTORY,
        realm(SRE, clients=[client("headlamp", leaf()), client("grafana", mapper())]),
    ) == GroupClaim(("SRE",))


@pytest.mark.parametrize(
    ("grafana", "reason"),
    [
        (client("grafana", leaf(), enabled=False), Reason.CLIENT_NOT_FOUND),
        (client("grafana"), Reason.NO_GROUPS_CLAIM),
        (client("grafana", mapper("x", MapperKind.REPLACING)), Reason.CLAIM_INDETERMINATE),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_client_that_is_not_known_leaves_a_doubt_and_the_others_are_bound(
    grafana: Client, reason: Reason
) -> None:
    found = claimed_by(client("headlamp", mapper()), grafana)
    assert subjects(found) == ("/platform/SRE",)
    assert isinstance(found, GroupClaim)
    assert [doubt.reason for doubt in found.doubts] == [reason]
    assert 'client "grafana"' in found.doubts[0].message


@pytest.mark.parametrize(
    ("grafana", "partial"),
    [
        ([client("grafana", leaf(), enabled=False)], True),
        ([client("grafana", mapper("x", MapperKind.REPLACING))], True),
        ([client("grafana")], False),
        ([client("grafana", leaf())], False),
        ([], False),
    ],
    ids=["disabled", "replaced", "no groups", "known", "deleted"],
)
def test_claim_is_partial_while_a_client_may_send_what_is_not_known(
    grafana: list[Client], *, partial: bool
) -> None:
    found = claimed_by(client("headlamp", mapper()), *grafana)
    assert isinstance(found, GroupClaim)
    assert found.incomplete is partial


def test_first_declared_client_is_named_when_none_is_known() -> None:
    assert 'client "headlamp"' in refused(claimed_by(client("grafana", enabled=False)))[1]
