"""Two directories of different realms: one prefix is one realm's, and a move loses nobody."""

from collections.abc import Callable
from typing import Any

import pytest

from testbed.bound import Grants, grants
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as directory_objects
from testbed.operator import OperatorProcess
from testbed.probe import Probe, probe_token
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.identity

SOON = 20.0  # two of the shortest intervals between readings
MAY = {"resource": "namespaces", "verb": "list"}

Declare = Callable[..., None]


@pytest.fixture
def other(make_realm: Callable[[], Realm]) -> Realm:
    """Give another realm, which has the same group."""
    made = make_realm()
    made.create_group("/SRE")
    return made


@pytest.fixture
def declare(objects: Objects, keycloak: Keycloak) -> Declare:
    """Give a function that applies a directory of a realm, with this prefix and these partners."""

    def apply(name: str, realm: Realm, prefix: str = "", *partners: str) -> None:
        tokens: dict[str, Any] = {
            "groupsPrefix": prefix,
            "clients": [{"clientId": "headlamp"}],
            "sharesPrefixWith": list(partners),
        }
        objects.apply(*directory_objects(name, realm, keycloak.ca_file.read_text(), tokens=tokens))

    return apply


def subjects(objects: Objects, name: str) -> set[str]:
    """Return whom the bindings of a GroupAccess name."""
    return {subject for each in grants(objects, name).values() for subject in each.subjects}


def test_the_second_directory_with_a_prefix_grants_nothing_until_it_has_another(
    granted: str, objects: Objects, declare: Declare, other: Realm
) -> None:
    beside = f"{granted}-b"
    declare(beside, other)
    said = objects.wait_reason(f"kcd/{beside}", "PrefixShared", within=SOON)
    assert f'as KeycloakDirectory "{granted}" of another realm' in said["message"]
    objects.apply(access(beside, beside, mapping("sre", "SRE")))
    objects.wait_reason(f"ga/{beside}", "PrefixShared")
    assert subjects(objects, beside) == set()
    assert objects.conditions(f"ga/{granted}")["Ready"]["status"] == "True"

    declare(beside, other, "other:")
    objects.wait_reason(f"ga/{beside}", "Granted", within=SOON)
    assert subjects(objects, beside) == {"other:SRE"}
    objects.wait_reason(f"kcd/{beside}", "Read")


def test_a_directory_that_is_gone_leaves_its_prefix_to_the_next(
    granted: str, objects: Objects, declare: Declare, other: Realm
) -> None:
    beside = f"{granted}-b"
    declare(beside, other)
    objects.apply(access(beside, beside, mapping("sre", "SRE")))
    objects.wait_reason(f"ga/{beside}", "PrefixShared", within=SOON)
    objects.delete(f"kcd/{granted}")
    objects.wait_reason(f"ga/{beside}", "Granted", within=SOON)


def test_a_group_that_begins_with_another_realms_prefix_is_not_granted(
    granted: str, realm: Realm, objects: Objects, declare: Declare, other: Realm
) -> None:
    beside = f"{granted}-b"
    declare(beside, other, "other:")
    realm.create_group("/other:SRE")
    objects.apply(access(f"{granted}-new", granted, mapping("sre", "other:SRE")))
    said = objects.wait_reason(f"ga/{granted}-new", "ClaimCollision", within=SOON)
    assert f'the groupsPrefix of KeycloakDirectory "{beside}"' in said["message"]
    assert subjects(objects, f"{granted}-new") == set()


@pytest.mark.parametrize("restarts", [False, True])
def test_a_move_between_two_keycloaks_has_no_moment_without_access(
    granted: str,
    realm: Realm,
    objects: Objects,
    declare: Declare,
    make_realm: Callable[[], Realm],
    operator: OperatorProcess,
    *,
    restarts: bool,
) -> None:
    fresh, new = make_realm(), f"{granted}-b"
    token = probe_token(objects.cluster)
    where = ("", f"groupaccess:{granted}:sre:view")
    with Probe(objects.cluster, token, "SRE", MAY, every=0.005) as probe:
        declare(granted, realm, "", new)
        objects.apply(access(granted, new, mapping("sre", "SRE")))
        objects.wait_reason(f"ga/{granted}", "DirectoryNotFound")
        declare(new, fresh, "", granted)
        objects.wait_reason(f"ga/{granted}", "GroupNotFound", within=SOON)
        if restarts:
            operator.stop()
            operator.start()
        fresh.create_group("/SRE")
        objects.wait_reason(f"ga/{granted}", "Granted", within=2 * SOON)
        objects.delete(f"kcd/{granted}")
        eventually(
            lambda: grants(objects, granted) == {where: Grants("view", ("SRE",))}, within=SOON
        )
    assert probe.asked > 30, "too few questions to see a gap"
    assert probe.denied == []
