"""Two groups whose members tokens do not tell apart."""

import pytest

from domain.builders import client, directory, group, leaf, mapper, realm
from groupaccess.domain.directory.client import ClaimMapper
from groupaccess.domain.directory.group import Group
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason
from groupaccess.domain.tokens.collisions import find_collision
from groupaccess.domain.tokens.group_claims import GroupClaim, group_claim

SRE = group("/platform/SRE")
TWIN = group("/platform/SRE", "platform/SRE", "a slash in its name")
FULL, LEAF, BOTH = (mapper(),), (leaf(),), (mapper(), leaf())


def collided(*others: Group, mappers: tuple[ClaimMapper, ...], prefix: str = "") -> Failure | None:
    of = directory(prefix=prefix)
    snapshot = realm(SRE, *others, clients=[client("headlamp", *mappers)])
    claimed = group_claim(SRE, of, snapshot)
    assert isinstance(claimed, GroupClaim)
    return find_collision(SRE, claimed, of, snapshot)


@pytest.mark.parametrize("prefix", ["", "oidc:"])
def test_groups_of_the_same_leaf_name_collide_where_tokens_carry_it(prefix: str) -> None:
    found = collided(group("/b/SRE"), group("/a/SRE"), mappers=LEAF, prefix=prefix)
    assert found is not None
    assert found.reason is Reason.CLAIM_COLLISION
    assert found.message.startswith(
        'tokens contain "SRE" for members of /platform/SRE and also of /a/SRE, /b/SRE. Turn on'
    )


def test_full_path_tells_groups_of_the_same_leaf_name_apart() -> None:
    assert collided(group("/a/SRE"), mappers=FULL) is None


@pytest.mark.parametrize("mappers", [FULL, LEAF, BOTH], ids=["full", "leaf", "both"])
def test_group_of_another_name_does_not_collide(mappers: tuple[ClaimMapper, ...]) -> None:
    assert collided(group("/platform/ops"), group("/platform"), mappers=mappers) is None


def test_group_whose_name_holds_a_slash_collides_by_its_path() -> None:
    found = collided(TWIN, mappers=FULL)
    assert found is not None
    assert '"/platform/SRE" for members of /platform/SRE and also of /platform/SRE' in found.message


@pytest.mark.parametrize(
    ("other", "string"),
    [(group("/a/SRE"), '"SRE"'), (TWIN, '"/platform/SRE"')],
    ids=["leaf name", "path"],
)
def test_one_colliding_string_is_enough(other: Group, string: str) -> None:
    found = collided(other, mappers=BOTH)
    assert found is not None
    assert found.message.startswith(
        f"tokens contain {string} for members of /platform/SRE and also of {other.path}"
    )
