"""Whom a mapping means when its group is gone, made anew or declared by id: each in words."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.builders import NOW, directory, group, mapping, realm
from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.reading import Reading
from groupaccess.domain.directory.suggestions import Suggestion
from groupaccess.domain.identity.pins import Pin
from groupaccess.domain.identity.resolve import ResolvedGroup, UnresolvedGroup, resolve_group
from groupaccess.domain.reasons import Reason

PIN = Pin(BindingKey("", "a"), "old", "/SRE")
REFUSE, WARN = directory(refuses_replaced=True), directory(refuses_replaced=False)
BOTH = pytest.mark.parametrize("of", [REFUSE, WARN], ids=["Refuse", "Warn"])


def anew(path: str, uid: str = "new") -> Group:
    return replace(group(path), id=uid)


def gone(
    *groups: Group, of: Directory = REFUSE, want: AccessMapping | None = None, now: datetime = NOW
) -> ResolvedGroup | UnresolvedGroup:
    """Look for a pinned group that is confirmed gone."""
    reading = Reading(realm(anew("/any", "any"), *groups), confirmed_absent={"old": NOW})
    return resolve_group(want or mapping(), PIN, reading, of, now)


def lost(found: ResolvedGroup | UnresolvedGroup) -> tuple[Reason, bool, str]:
    assert isinstance(found, UnresolvedGroup)
    return found.failure.reason, found.confirmed, found.failure.message


@BOTH
def test_a_declared_id_that_the_named_group_does_not_have_is_refused(of: Directory) -> None:
    reading = Reading(realm(anew("/SRE")), confirmed_absent={"old": NOW})
    want = mapping(group_id="old")
    reason, proven, message = lost(resolve_group(want, None, reading, of, NOW))
    assert (reason, proven) == (Reason.GROUP_REPLACED, of.refuses_replaced)
    assert message.startswith('group "SRE" has the id new, but the mapping has groupId old.')
    reason, proven, _ = lost(
        resolve_group(want, None, replace(reading, confirmed_absent={}), of, NOW)
    )
    assert (reason, proven) == (Reason.GROUP_REPLACED, False)


@BOTH
def test_a_declared_id_of_a_group_of_another_name_is_refused(of: Directory) -> None:
    reading = Reading(realm(anew("/Dev", "old")))
    reason, proven, message = lost(resolve_group(mapping(group_id="old"), None, reading, of, NOW))
    assert (reason, proven) == (Reason.GROUP_REPLACED, of.refuses_replaced)
    assert 'groupId old is the id of group /Dev, not of "SRE".' in message


def test_a_group_of_the_same_name_and_another_id_replaced_it() -> None:
    reason, proven, message = lost(gone(anew("/SRE")))
    assert (reason, proven) == (Reason.GROUP_REPLACED, True)
    assert message.startswith(
        "group /SRE (id old) no longer exists in Keycloak; group /SRE has the id new."
    )


def test_several_of_its_name_replaced_it_or_leave_it_gone_where_none_can_be_followed() -> None:
    others = (anew("/a/SRE", "a"), anew("/b/SRE", "b"))
    reason, proven, message = lost(gone(*others))
    assert (reason, proven) == (Reason.GROUP_REPLACED, True)
    assert "; these groups have its name now: /a/SRE, /b/SRE." in message
    reason, proven, message = lost(gone(*others, of=WARN))
    assert (reason, proven) == (Reason.GROUP_MISSING, False)
    assert message.endswith("These groups have its name now: /a/SRE, /b/SRE.")
    later = NOW + WARN.grace
    reason, proven, _ = lost(gone(*others, of=WARN, now=later))
    assert (reason, proven) == (Reason.GROUP_MISSING, True)


def test_a_group_at_its_path_replaced_it_although_the_declared_name_is_nobodys() -> None:
    reason, _, message = lost(gone(anew("/SRE"), want=mapping(group="former")))
    assert reason is Reason.GROUP_REPLACED
    assert "; group /SRE has the id new." in message


def test_a_grace_says_since_when_and_until_when_and_then_that_it_is_over() -> None:
    of = directory(grace=timedelta(minutes=10))
    found = gone(of=of)
    assert isinstance(found, UnresolvedGroup)
    assert (found.missing_since, found.grace_ends) == (NOW, NOW + timedelta(minutes=10))
    reason, proven, message = lost(found)
    assert (reason, proven) == (Reason.GROUP_MISSING, False)
    assert f"since {NOW:%Y-%m-%dT%H:%M:%SZ}; the grace period (onMissing.grace), " in message
    assert "is revoked, ends at " in message

    reading = Reading(realm("/any"), confirmed_absent={"old": NOW})
    began = replace(PIN, missing_since=NOW - timedelta(minutes=10))
    over = resolve_group(mapping(), began, reading, of, NOW)
    assert isinstance(over, UnresolvedGroup)
    assert over.grace_ends is None
    reason, proven, message = lost(over)
    assert (reason, proven) == (Reason.GROUP_MISSING, True)
    assert f"is revoked, ended at {NOW:%Y-%m-%dT%H:%M:%SZ}." in message


def test_a_pinned_group_that_no_round_has_confirmed_to_be_gone_is_not_judged() -> None:
    reading = Reading(realm(anew("/SRE")))
    reason, proven, message = lost(resolve_group(mapping(), PIN, reading, REFUSE, NOW))
    assert (reason, proven) == (Reason.KEYCLOAK_UNAVAILABLE, False)
    assert message.startswith("group /SRE (id old) was not found in Keycloak. The operator acts")


@pytest.mark.parametrize(
    ("hint", "words"),
    [
        (None, 'Keycloak has no group "SRE". Correct'),
        (Suggestion(), 'Keycloak has no group "SRE". Correct'),
        (
            Suggestion(("/a/Sre", "/b/sre")),
            'no group "SRE": did you mean /a/Sre or /b/sre? Correct',
        ),
        (
            Suggestion(is_role=True),
            'no group "SRE"; a realm role has that name, but a role is not a group.',
        ),
        (
            Suggestion(("/Sre",), is_role=True),
            "but a role is not a group: did you mean /Sre? Correct",
        ),
    ],
)
def test_a_hint_is_in_the_message_of_a_group_that_is_not_found(
    hint: Suggestion | None, words: str
) -> None:
    found = resolve_group(mapping(), None, Reading(realm("/Dev")), REFUSE, NOW, hint)
    assert words in lost(found)[2]
