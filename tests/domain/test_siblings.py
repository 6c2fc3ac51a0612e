"""Two directories whose tokens kube-apiserver does not tell apart."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from domain.builders import (
    NOW,
    UNAVAILABLE,
    client,
    directory,
    given,
    group,
    key,
    leaf,
    mapper,
    mapping,
    proof,
    realm,
)
from groupaccess.domain.clients import Client, MapperKind
from groupaccess.domain.directory import Group, Reading, Snapshot
from groupaccess.domain.in_use import InUse
from groupaccess.domain.ladder import verdict
from groupaccess.domain.pins import Pin
from groupaccess.domain.proof import Result
from groupaccess.domain.reasons import Reason
from groupaccess.domain.siblings import Sibling
from groupaccess.domain.verdict import Circumstances, Outcome, Verdict

LEAF = (client("headlamp", leaf()),)
OTHER_REALM = "https://auth.example.com/realms/OTHER"


def other(
    *groups: Group | str,
    prefix: str = "",
    clients: Iterable[Client] = LEAF,
    issuer: str = OTHER_REALM,
    name: str = "b",
    stale: bool = False,
) -> Sibling:
    """Return another directory, whose tokens carry leaf names."""
    of = replace(directory(prefix=prefix), name=name, issuer=issuer)
    return Sibling(of, realm(*groups, clients=clients), stale)


def judge(
    *siblings: Sibling, prefix: str = "", revokes: bool = False, snapshot: Snapshot | None = None
) -> Verdict:
    """Judge a mapping for SRE, whose members carry "SRE"."""
    of = directory(prefix=prefix, revokes_collided=revokes)
    own = given(snapshot or realm("/SRE", clients=LEAF), of=of)
    return verdict(mapping(), replace(own, siblings=siblings))


def test_a_string_that_tokens_of_another_directory_carry_is_held() -> None:
    said = judge(other("/x/SRE"))
    assert (said.outcome, said.reason) == (Outcome.HOLD, Reason.CLAIM_COLLISION)
    assert said.message.startswith('tokens of directory "b" carry "SRE" for /x/SRE, too. Turn on')


def test_it_is_revoked_where_the_mappings_own_directory_says_so() -> None:
    assert judge(other("/x/SRE"), revokes=True).outcome is Outcome.REVOKE
    indifferent = other("/x/SRE")
    other_revokes = replace(
        indifferent, directory=replace(indifferent.directory, revokes_collided=True)
    )
    assert judge(other_revokes).outcome is Outcome.HOLD


def test_all_groups_of_the_other_directory_are_named() -> None:
    assert 'carry "SRE" for /SRE, /x/SRE, too' in judge(other("/x/SRE", "/SRE")).message


@pytest.mark.parametrize(
    "sibling",
    [
        other("/sre", "/SRE/x"),
        other("/x/SRE", clients=[client("headlamp", mapper())]),
        other("/SRE", prefix="kc:"),
        other("/SRE", clients=[]),
        other("/SRE", clients=[client("headlamp")]),
        other("/SRE", clients=[client("headlamp", leaf(), enabled=False)]),
        other("/SRE", clients=[client("grafana", leaf())]),
        other("/SRE", clients=[client("headlamp", replace(leaf(), claim="roles"))]),
        other("/SRE", clients=[client("headlamp", leaf(), proof=proof(Result.REFUTED))]),
    ],
    ids=[
        "other names",
        "the whole path",
        "a prefix",
        "no client",
        "no mapper",
        "the client is disabled",
        "another client",
        "another claim",
        "refuted",
    ],
)
def test_what_tokens_of_the_other_directory_do_not_carry_is_no_collision(sibling: Sibling) -> None:
    assert judge(sibling).outcome is Outcome.GRANT


@pytest.mark.parametrize(
    ("own", "prefix", "name"),
    [
        ("oidc:", "oidc:", "SRE"),
        ("oidc:", "", "oidc:SRE"),
        ("", "S", "RE"),
    ],
)
def test_what_counts_is_the_string_with_its_prefix(own: str, prefix: str, name: str) -> None:
    said = judge(other(f"/x/{name}", prefix=prefix), prefix=own)
    assert said.reason is Reason.CLAIM_COLLISION
    assert f'carry "{name}" for /x/{name}, too' in said.message
    assert judge(other(f"/x/{name}", prefix=f"{prefix}-"), prefix=own).outcome is Outcome.GRANT


def test_a_path_collides_with_the_same_path() -> None:
    by_path = [client("headlamp", mapper())]
    said = judge(other("/SRE", clients=by_path), snapshot=realm("/SRE", clients=by_path))
    assert 'carry "/SRE" for /SRE, too' in said.message


def test_the_same_group_of_a_realm_that_is_declared_twice_is_no_collision() -> None:
    own = directory().issuer
    assert judge(other(group("/SRE"), issuer=own)).outcome is Outcome.GRANT
    assert judge(other(group("/x/SRE"), issuer=own)).reason is Reason.CLAIM_COLLISION
    assert judge(other(group("/SRE"))).reason is Reason.CLAIM_COLLISION


ROLES = mapper("roles", MapperKind.MERGING, adds=["SRE"])


@pytest.mark.parametrize(
    ("clients", "words"),
    [
        (client("headlamp", ROLES), 'mapper "roles" of client "headlamp" puts "SRE" into tokens'),
        (client("headlamp", optional=[replace(ROLES, scope="jwt")]), "when a login asks for that"),
    ],
)
def test_roles_of_the_other_directory_collide_too(clients: Client, words: str) -> None:
    said = judge(other("/x", clients=[clients]))
    assert said.reason is Reason.CLAIM_COLLISION
    assert said.message.startswith('directory "b": ')
    assert words in said.message


def test_groups_that_a_login_of_the_other_directory_can_ask_for_collide() -> None:
    asked = client("headlamp", optional=[replace(leaf(), scope="teams")])
    assert judge(other("/x/SRE", clients=[asked])).reason is Reason.CLAIM_COLLISION


def test_a_stale_reading_counts_as_well() -> None:
    assert judge(other("/x/SRE", stale=True)).reason is Reason.CLAIM_COLLISION


def test_nothing_is_revoked_while_its_own_directory_cannot_be_read() -> None:
    of = directory(revokes_collided=True)
    silent = given(realm("/SRE", clients=LEAF), of=of)
    failing = replace(silent.reading, failure=UNAVAILABLE)
    said = verdict(mapping(), replace(silent, reading=failing, siblings=(other("/x/SRE"),)))
    assert said.outcome is Outcome.HOLD
    assert said.last is not None
    assert (said.last.outcome, said.last.reason) == (Outcome.HOLD, Reason.CLAIM_COLLISION)


def missing(*siblings: Sibling, revokes: bool) -> Circumstances:
    """Return that the group is gone, in its grace."""
    of = directory(revokes_collided=revokes)
    reading = Reading(realm("/Dev", clients=LEAF), gone={"id of /SRE": NOW})
    pin = Pin(key(), "id of /SRE", "/SRE", "realm-1")
    return replace(given(of=of), reading=reading, pins={"SRE": pin}, siblings=siblings)


def test_the_grace_of_a_group_ends_when_others_carry_its_string_and_that_revokes() -> None:
    said = verdict(mapping(), missing(other("/x/SRE"), revokes=True))
    assert (said.outcome, said.reason) == (Outcome.REVOKE, Reason.CLAIM_COLLISION)
    assert said.pin is not None
    assert said.pin.missing_since == NOW
    kept = verdict(mapping(), missing(other("/x/SRE"), revokes=False))
    assert (kept.outcome, kept.reason) == (Outcome.HOLD, Reason.GROUP_MISSING)


@pytest.mark.parametrize(
    ("used", "stale", "answers"),
    [
        (None, False, True),
        (InUse(), False, False),
        (InUse(frozenset({"/x/SRE"})), False, True),
        (InUse(others=frozenset({"SRE"})), False, True),
        (InUse(others=frozenset({"Dev"})), False, False),
        (InUse(), True, True),
    ],
)
def test_a_directory_answers_when_the_names_were_looked_up_or_cannot_be(
    used: InUse | None, *, stale: bool, answers: bool
) -> None:
    sibling = other(stale=stale)
    asked = replace(sibling, snapshot=replace(sibling.snapshot, looked_up=used))
    assert asked.answers({"SRE"}) is answers


def test_what_changes_is_what_its_tokens_carry_with_the_prefix() -> None:
    before, after = other("/SRE", prefix="kc:"), other("/SRE", "/x/Dev", prefix="kc:")
    assert after.changed(before) == {"kc:Dev", "kc:/x/Dev"}
    assert after.changed(after) == frozenset()
    assert after.changed(None) == {"kc:SRE", "kc:/SRE", "kc:Dev", "kc:/x/Dev"}


@pytest.mark.parametrize(
    "after",
    [
        other("/SRE", clients=[client("headlamp", ROLES)]),
        other("/SRE", prefix="kc:"),
        other("/SRE", issuer="https://auth.example.com/realms/THIRD"),
    ],
)
def test_when_it_is_read_otherwise_all_its_strings_change(after: Sibling) -> None:
    before = other("/SRE")
    assert after.changed(before) == before.strings | after.strings


def test_strings_of_roles_are_among_those_of_a_directory() -> None:
    hidden = client("headlamp", optional=[mapper(adds=["Ops"])])
    assert other("/x", clients=[hidden], prefix="kc:").strings == {"kc:/x", "kc:x", "kc:Ops"}
