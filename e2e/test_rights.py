"""The operator's rights are those that it uses: a tour through all it does, and its audit log."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from testbed import rights
from testbed.cluster import Cluster
from testbed.guards import CAGE
from testbed.installation import (
    ACCOUNT,
    KINDS_OF_RIGHTS,
    NAMESPACE,
    WITH_CLUSTER_ADMIN,
    install_rights,
    rendered,
)
from testbed.keycloak import Keycloak
from testbed.objects import Objects
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.rights_tour import Tour

pytestmark = pytest.mark.rights


@dataclass(frozen=True)
class Toured:
    """What the chart gives, and what the tour asked for and needed."""

    events: list[dict[str, Any]]
    given: list[rights.Grant]
    binds: set[rights.Right]

    @property
    def needed(self) -> set[rights.Right]:
        """Return all that was needed."""
        return rights.needs(self.events) | self.binds


@pytest.fixture(scope="module")
def realm_here(keycloak: Keycloak) -> Iterator[Realm]:
    """Give a realm that only the operator reads."""
    made = keycloak.create_realm("rights")
    made.clients.create_headlamp()
    made.clients.create_operator()
    yield made
    keycloak.set_aside(made)


@pytest.fixture(scope="module")
def tour(without_operator: Cluster, realm_here: Realm, keycloak: Keycloak) -> Iterator[Tour]:
    """Give a tour that was made, with the chart's rights and no others."""
    cluster, ca = without_operator, keycloak.ca_file.read_text()
    install_rights(cluster, WITH_CLUSTER_ADMIN)
    one, other = (OperatorProcess(cluster, name=f"rights-{each}") for each in ("one", "other"))
    made = Tour(Objects(cluster), realm_here, ca, one, other)
    try:
        try:
            made.run()
        except Exception as error:  # what was waited for never came; why, is in the log
            for each in dict.fromkeys(rights.refused(made.events())):
                error.add_note(f"refused: {each}")
            raise
        yield made
    finally:
        made.objects.close()
        for process in (one, other):
            process.stop()


@pytest.fixture(scope="module")
def toured(tour: Tour) -> Toured:
    """Give what the audit log has of the tour, beside what the chart renders."""
    account = {"name": ACCOUNT, "namespace": NAMESPACE}
    given = rights.grants(list(rendered(KINDS_OF_RIGHTS, WITH_CLUSTER_ADMIN)), account)
    found = tour.objects.cluster.kubectl("get", "clusterroles", "-ojson").stdout
    roles = {body["metadata"]["name"]: body["rules"] or () for body in json.loads(found)["items"]}
    events = tour.events()
    return Toured(events, given, rights.binds(events, given, roles))


def none(found: list[str]) -> None:
    """Fail with a line for each that was found."""
    assert not found, "\n".join(found)


def test_no_request_is_refused(toured: Toured) -> None:
    assert toured.events
    none(rights.refused(toured.events))


def test_each_request_is_allowed_by_a_rule_of_the_chart(toured: Toured) -> None:
    none(rights.missing(toured.given, toured.needed))


def test_each_right_of_the_chart_is_used(toured: Toured) -> None:
    # The cage is read only while something is refused, which nothing is here: see test_bindable.
    found = rights.superfluous(toured.given, toured.needed)
    none([each for each in found if f'"{CAGE}"' not in each])


def test_no_right_is_wider_than_its_use(toured: Toured) -> None:
    none(rights.too_wide(toured.given, toured.needed))


def test_each_role_in_the_list_was_bound_by_the_verb_bind_alone_and_no_other(
    toured: Toured,
) -> None:
    assert {right.name for right in toured.binds} == set(WITH_CLUSTER_ADMIN)


def test_no_rule_leads_to_all_others() -> None:
    none(rights.never(rendered(KINDS_OF_RIGHTS, WITH_CLUSTER_ADMIN)))
