"""Several directories: whose strings are whose, and which list each other."""

from dataclasses import replace

import pytest

from domain.builders import NOW, client, directory, key, leaf, make_context, mapping, realm
from domain.several import compare, made
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.identity.pins import Pin
from groupaccess.domain.reasons import Reason
from groupaccess.domain.tokens.prefixes import PeerPrefixes
from groupaccess.domain.verdict.rules import evaluate
from groupaccess.domain.verdict.verdict import Outcome, Verdict


@pytest.mark.parametrize(
    ("own", "other", "subject", "collides"),
    [
        ("", "kc:", "kc:SRE", True),
        ("", "kc:", "SRE", False),
        ("", "kc:", "/kc:SRE", False),
        ("kc:", "", "kc:SRE", False),
        ("oidc:", "oidc:a", "oidc:admins", True),
        ("oidc:", "oidc:a", "oidc:SRE", False),
        ("oidc:a-", "oidc:", "oidc:a-SRE", True),
        ("oidc:", "oidc:", "oidc:SRE", False),
        ("x:", "y:", "x:y:SRE", False),
    ],
)
def test_a_string_that_begins_with_the_prefix_of_another_realm_collides(
    own: str, other: str, subject: str, *, collides: bool
) -> None:
    said = compare("a", made("a", own), made("b", other)).find_prefix_collision([subject])
    assert (said is not None) is collides
    assert (
        compare("a", made("a", own), made("b", other, realm_name="a")).find_prefix_collision(
            [subject]
        )
        is None
    )


def test_directories_that_list_each_other_do_not_share_longer_prefixes() -> None:
    both = (made("a", shares="b"), made("b", "kc:", shares="a"))
    assert compare("a", *both).find_prefix_collision(["kc:SRE"]) is not None


@pytest.mark.parametrize(
    ("directories", "partners"),
    [
        ((made("a", shares="b"), made("b", shares="a")), {"b"}),
        ((made("a", shares="b"), made("b")), set[str]()),
        ((made("a"), made("b", shares="a")), set[str]()),
        ((made("a", shares="b"),), {"b"}),
        ((made("b", shares="a"),), {"b"}),
        ((made("b", shares="c"),), set[str]()),
        ((made("a", shares="ab"), made("c", shares="a")), {"b"}),
    ],
    ids=[
        "each lists the other",
        "one alone",
        "the other alone",
        "the old one is gone",
        "the new one is not there yet",
        "nobody lists it",
        "itself",
    ],
)
def test_partners_list_each_other_so_far_as_they_exist(
    directories: tuple[Directory, ...], partners: set[str]
) -> None:
    assert compare("a", *directories).partners == partners


LEAF = (client("headlamp", leaf()),)
COLLIDES = PeerPrefixes(nested=(("b", "S"),))


def said_of(beside: PeerPrefixes, *, revokes: bool = False) -> Verdict:
    """Judge a mapping for SRE, whose members carry "SRE"."""
    own = make_context(realm("/SRE", clients=LEAF), of=directory(revokes_collided=revokes))
    return evaluate(mapping(), replace(own, prefixes=beside))


def test_a_collision_with_a_prefix_holds_or_revokes_as_any_other() -> None:
    said = said_of(COLLIDES)
    assert (said.outcome, said.reason) == (Outcome.HOLD, Reason.CLAIM_COLLISION)
    assert said.message == (
        '"SRE" begins with "S", the groupsPrefix of KeycloakDirectory "b". To kube-apiserver it is '
        'the same as group "RE" of that directory. Give one of the two directories another '
        "spec.tokens.groupsPrefix."
    )
    assert said_of(COLLIDES, revokes=True).outcome is Outcome.REVOKE
    assert said_of(PeerPrefixes(nested=(("b", "SRE-"),))).outcome is Outcome.GRANT


@pytest.mark.parametrize("revokes", [True, False])
def test_the_grace_of_a_group_ends_when_its_string_collides_and_that_revokes(
    *, revokes: bool
) -> None:
    reading = Reading(realm("/Dev", clients=LEAF), confirmed_absent={"id of /SRE": NOW})
    pin = Pin(key(), "id of /SRE", "/SRE", "realm-1")
    missing = replace(make_context(of=directory(revokes_collided=revokes)), reading=reading)
    said = evaluate(mapping(), replace(missing, pins={"SRE": pin}, prefixes=COLLIDES))
    assert said.pin is not None
    assert said.pin.missing_since == NOW
    expected = (
        (Outcome.REVOKE, Reason.CLAIM_COLLISION)
        if revokes
        else (Outcome.HOLD, Reason.GROUP_MISSING)
    )
    assert (said.outcome, said.reason) == expected
