"""While Keycloak is silent, Ready and its reason stay; that it is silent is said by Verified."""

import pytest

from domain.builders import (
    UNAVAILABLE,
    access,
    directory,
    group,
    key,
    make_context,
    mapping,
    realm,
    scope,
    there,
)
from domain.saying import say
from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.condition import StatusCondition
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.reasons import Reason
from groupaccess.domain.status.access_status import AccessStatus
from groupaccess.domain.status.mapping_status import MappingState

NAMESPACES = there("shop", "bank")
SHOP = key(namespace="shop")


def both(
    declared: Access, snapshot: Snapshot, *existing: BindingKey
) -> tuple[AccessStatus, AccessStatus]:
    """Say it as it was read, and then with the same reading and a Keycloak that is silent."""
    read = make_context(snapshot, namespaces=NAMESPACES)
    silent = make_context(snapshot, namespaces=NAMESPACES, failure=UNAVAILABLE)
    return say(declared, read, existing=existing), say(declared, silent, existing=existing)


def verified(said: AccessStatus) -> StatusCondition:
    return said.conditions[-1]


@pytest.mark.parametrize(
    ("one", "snapshot", "existing", "reason"),
    [
        (mapping(within=scope("shop", "nowhere")), realm(), [SHOP], Reason.NAMESPACE_NOT_FOUND),
        (mapping(within=scope("nowhere")), realm(), [], Reason.NAMESPACE_NOT_FOUND),
        (mapping(group="sre"), realm(), [key()], Reason.GROUP_NOT_FOUND),
        (mapping(role="gone"), realm(), [key(role="gone")], Reason.CLUSTER_ROLE_NOT_FOUND),
        (mapping(), realm("/SRE", group("/a/SRE")), [key()], Reason.GROUP_AMBIGUOUS),
    ],
    ids=["a namespace", "the only one", "a group", "a role", "ambiguous"],
)
def test_what_was_wrong_before_is_still_what_is_wrong(
    one: AccessMapping, snapshot: Snapshot, existing: list[BindingKey], reason: Reason
) -> None:
    before, now = both(access(one), snapshot, *existing)
    assert (before.ready.status, before.ready.reason) == ("False", reason)
    assert now.ready == before.ready
    assert now.mappings[0].state == before.mappings[0].state
    assert (verified(now).status, verified(now).reason) == ("Unknown", Reason.KEYCLOAK_UNAVAILABLE)


def test_a_mapping_without_a_binding_waits_for_the_next_reading() -> None:
    _, now = both(access(mapping(group="made just now")), realm())
    assert now.ready.reason is Reason.KEYCLOAK_UNAVAILABLE
    assert now.mappings[0].state is MappingState.PENDING


def test_what_waits_for_keycloak_alone_says_so() -> None:
    _, now = both(access(mapping(within=scope("shop", "bank"))), realm(), SHOP)
    assert now.ready.reason is Reason.KEYCLOAK_UNAVAILABLE
    assert now.mappings[0].state is MappingState.HELD


def test_a_grant_that_waits_for_keycloak_is_said_before_a_namespace_that_is_absent() -> None:
    _, now = both(access(mapping(within=scope("shop", "bank", "nowhere"))), realm(), SHOP)
    assert now.ready.reason is Reason.KEYCLOAK_UNAVAILABLE
    assert [problem.namespace for problem in now.mappings[0].problems] == ["nowhere"]


def test_before_any_reading_an_absent_namespace_is_named_beside_existing_bindings() -> None:
    silent = make_context(failure=UNAVAILABLE, of=directory(), namespaces=NAMESPACES)
    said = say(access(mapping(within=scope("shop", "nowhere"))), silent, existing=[SHOP])
    assert said.mappings[0].state is MappingState.PARTIAL
    assert said.ready.reason is Reason.NAMESPACE_NOT_FOUND
