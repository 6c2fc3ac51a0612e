"""Roles and fixed texts that a mapper writes beside the groups, and that look like a group."""

import pytest

from domain.builders import client, directory, group, leaf, mapper, proof, realm
from groupaccess.domain.directory.client import ClaimMapper, Client, MapperKind
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.tokens.collisions import find_collision
from groupaccess.domain.tokens.group_claims import GroupClaim, group_claim

SRE = group("/platform/SRE")
ROLES = MapperKind.APPENDING
REPLACING = MapperKind.REPLACING


def claimed(one: Client) -> GroupClaim:
    found = group_claim(SRE, directory(), realm(SRE, clients=[one]))
    assert isinstance(found, GroupClaim)
    return found


def collided(one: Client) -> Failure | None:
    return find_collision(SRE, claimed(one), directory(), realm(SRE, clients=[one]))


def test_role_of_the_same_name_in_the_same_claim_collides() -> None:
    found = collided(client("headlamp", leaf(), mapper("r", ROLES, scope="jwt", adds=["SRE"])))
    assert found is not None
    assert found.reason is Reason.CLAIM_COLLISION
    assert found.message.startswith(
        'mapper "r" of client scope "jwt" also writes "SRE" for other people. Turn on'
    )


@pytest.mark.parametrize(
    "one",
    [
        client("headlamp", mapper(), mapper("r", ROLES, adds=["SRE"])),
        client("headlamp", leaf(), mapper("r", ROLES, adds=["ops"])),
        client("headlamp", leaf(), mapper("r", ROLES, adds=["SRE"], claim="roles")),
        client("headlamp", leaf(), mapper("r", ROLES, adds=["SRE"], tokens="Access")),
        client("headlamp", leaf(), mapper("r", ROLES, adds=None)),
    ],
    ids=["a path", "another name", "another claim", "another token", "not known"],
)
def test_role_that_lands_elsewhere_does_not_collide(one: Client) -> None:
    assert collided(one) is None


@pytest.mark.parametrize("first", [None, client("headlamp", enabled=False)])
def test_client_that_sends_nothing_hides_no_collision_of_another(first: Client | None) -> None:
    role = client("grafana", leaf(), optional=[mapper("r", ROLES, adds=["SRE"])])
    clients = [role] if first is None else [first, role]
    two, known = directory("headlamp", "grafana"), realm(SRE, clients=clients)
    found = group_claim(SRE, two, known)
    assert isinstance(found, GroupClaim)
    collided = find_collision(SRE, found, two, known)
    assert collided is not None
    assert collided.message.startswith('mapper "r" of client "grafana" also writes "SRE" for')


def test_fixed_text_collides_though_tokens_are_proven() -> None:
    everybody = mapper("fixed", REPLACING, adds=["SRE"])
    found = collided(client("headlamp", leaf(), everybody, proof=proof()))
    assert found is not None
    assert 'mapper "fixed" of client "headlamp" also writes "SRE"' in found.message


def test_role_that_a_login_could_bring_by_asking_for_more_collides() -> None:
    trap = mapper("r", ROLES, scope="microprofile-jwt", adds=["SRE"])
    found = collided(client("headlamp", leaf(), optional=[trap]))
    assert found is not None
    assert found.reason is Reason.CLAIM_COLLISION
    assert found.message.startswith(
        'mapper "r" of client scope "microprofile-jwt" also writes "SRE" for other people, if the '
        'login requests that scope: remove the scope from client "headlamp" if nothing needs it. '
        "Turn on"
    )


@pytest.mark.parametrize(
    ("own", "trap"),
    [
        (leaf(), mapper("r", ROLES, scope="jwt", adds=["ops"])),
        (leaf(), mapper("r", ROLES, scope="jwt", adds=None)),
        (leaf(), mapper("r", ROLES, scope="jwt", adds=["SRE"], claim="roles")),
        (leaf(), mapper("r", ROLES, scope="jwt", adds=["SRE"], tokens="Access")),
        (mapper(), mapper("r", ROLES, scope="jwt", adds=["SRE"])),
    ],
    ids=["another name", "not known", "another claim", "another token", "a path"],
)
def test_optional_scope_without_that_role_does_not_collide(
    own: ClaimMapper, trap: ClaimMapper
) -> None:
    one = client("headlamp", own, optional=[trap])
    assert collided(one) is None
    assert claimed(one).doubts == ()
