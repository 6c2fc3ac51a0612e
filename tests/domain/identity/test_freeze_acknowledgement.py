"""A freeze ends when a person acknowledges exactly what happened."""

import pytest

from domain.identity.groups_in_use import WARN, anew, frozen, read, tokens, use
from groupaccess.domain.identity.freeze import detect_anomaly, read_acknowledgement


def test_under_warn_only_what_is_gone_is_to_be_acknowledged() -> None:
    uses = [use(one) for one in "abcd"]
    found = detect_anomaly(uses, anew("a"), WARN)
    assert (found.absent, found.absent_in_use, found.in_use) == (frozenset("bcd"), 3, 4)


def test_the_message_has_the_command_and_names_some_groups() -> None:
    uses = [use(one) for one in "abcde"]
    message = frozen(uses, read())
    assert message.startswith(
        "5 of 5 groups in use no longer exist in Keycloak: /a, /b, /c and 2 more. If this"
    )
    (token,) = tokens(uses, read())
    command = "kubectl annotate keycloakdirectory default --overwrite groupaccess.io/acknowledge="
    assert f"{command}{token}. " in message


def test_an_acknowledgement_speaks_of_its_event_alone() -> None:
    uses = [use(one) for one in "abcd"]
    first = tokens(uses, read("a"))
    assert not frozen(uses, read("a"), *first)
    assert frozen(uses, read(), *first)
    both = tokens(uses, read(identity="realm-2"))
    assert len(both) == 2
    assert not frozen(uses, read(identity="realm-2"), *both)
    for part in both:
        assert frozen(uses, read(identity="realm-2"), part)
    assert frozen(uses, read(identity="realm-3"), *both)


def test_what_was_acknowledged_may_become_less_and_not_more() -> None:
    uses = [use(one) for one in "abc"]
    assert not frozen(uses, read(), seen="abc")
    assert not frozen(uses[:2], read(), seen="abc")
    assert frozen(uses, read(), seen="ab")


def test_the_facts_order_decides_nothing() -> None:
    uses = [use(one) for one in "abc"]
    assert frozen(uses, read()) == frozen(uses[::-1], read())


@pytest.mark.parametrize(
    ("text", "found"),
    [(None, set()), ("", set()), (" i-1.g-2\n", {"i-1", "g-2"}), ("i-1", {"i-1"})],
)
def test_an_annotation_holds_tokens(text: str | None, found: set[str]) -> None:
    assert read_acknowledgement(text) == found
