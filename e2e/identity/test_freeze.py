"""A directory is frozen by an upheaval in Keycloak, until somebody acknowledges it."""

import re

import pytest

from identity.subjects import SOON, THREE, Declare, await_message, await_whom, restart, whom
from testbed.bound import bound
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.reimport import reimport
from testbed.waiting import eventually

pytestmark = pytest.mark.identity


def test_another_account_in_the_same_realm_is_written_down_and_freezes_nothing(
    three: str, realm: Realm, objects: Objects, declare: Declare, keycloak: Keycloak
) -> None:
    """A realm that is imported with the ids of its groups gives the operator another account."""
    before = {key: each.uid for key, each in bound(objects, three).items()}
    account = objects.get(f"kcd/{three}")["status"]["directoryId"]
    reimport(keycloak, realm, {group: realm.group_id(f"/{group}") for group in THREE.values()})
    declare(onMissing={"grace": "0s"})  # and the new secret

    def written_down() -> bool:
        now = objects.get(f"kcd/{three}")["status"]["directoryId"]
        bodies = objects.bindings(three).values()
        names = {body["metadata"]["annotations"]["groupaccess.io/directory-id"] for body in bodies}
        return now != account and names == {now}

    eventually(written_down, within=2 * SOON, what="the bindings name the new account")
    objects.wait_reason(f"kcd/{three}", "Read")
    assert whom(objects, three) == {key: [group] for key, group in THREE.items()}
    assert {key: each.uid for key, each in bound(objects, three).items()} == before
    assert objects.events(three).count("AccountChanged") == 1


@pytest.mark.parametrize("event", ["imported with new ids", "all groups deleted"])
def test_an_upheaval_revokes_nothing_until_it_is_acknowledged(
    event: str,
    three: str,
    realm: Realm,
    objects: Objects,
    declare: Declare,
    keycloak: Keycloak,
    operator: OperatorProcess,
) -> None:
    ids = {group: realm.group_id(f"/{group}") for group in THREE.values()}
    if event == "all groups deleted":
        for group in ids:
            realm.delete_group(f"/{group}")
    else:
        reimport(keycloak, realm, dict.fromkeys(ids))
        declare(onMissing={"grace": "0s"})
    before = objects.bindings(three)
    objects.read_again(three)
    objects.wait_reason(f"kcd/{three}", "DirectoryFrozen", within=SOON)
    annotate(objects, three, "i-000000000000.g-000000000000")
    restart(operator)
    objects.wait_reason(f"ga/{three}", "DirectoryFrozen", within=SOON)
    frozen = objects.wait_reason(f"kcd/{three}", "DirectoryFrozen")
    assert objects.bindings(three) == before

    annotate(objects, three, acknowledgement(frozen["message"]))
    await_whom(objects, three, {})
    objects.wait_reason(f"kcd/{three}", "Read")


def test_a_freeze_ends_with_the_edit_that_ends_it_not_with_the_next_reading(
    three: str, realm: Realm, objects: Objects, declare: Declare
) -> None:
    other = f"{three}-other"
    declare(onMissing={"grace": "0s"}, syncInterval="1h")
    objects.apply(access(three, three, mapping("sre", "SRE"), mapping("ops", "Ops")))
    objects.apply(access(other, three, mapping("dev", "Dev")))
    objects.wait_reason(f"ga/{other}", "Granted")
    for group in ("SRE", "Dev"):
        realm.delete_group(f"/{group}")
    objects.read_again(three)
    objects.wait_reason(f"ga/{three}", "DirectoryFrozen", within=SOON)
    assert whom(objects, three) == {"sre": ["SRE"], "ops": ["Ops"]}

    objects.delete(f"ga/{other}")
    objects.wait_reason(f"ga/{three}", "GroupMissing", within=SOON)
    assert whom(objects, three) == {"ops": ["Ops"]}


def annotate(objects: Objects, name: str, value: str) -> None:
    objects.cluster.admin.annotate(f"kcd/{name}", "groupaccess.io/acknowledge", value)


def acknowledgement(message: str) -> str:
    """Return what the command in a message acknowledges."""
    found = re.search(r"kubectl annotate keycloakdirectory \S+ --overwrite \S+=(\S+)\. ", message)
    assert found is not None, message
    return found[1]


def test_one_deleted_group_of_three_is_no_upheaval(
    three: str, realm: Realm, objects: Objects, operator: OperatorProcess
) -> None:
    before = bound(objects, three)
    realm.delete_group("/Ops")
    await_whom(objects, three, {"sre": "SRE", "dev": "Dev"})
    objects.wait_reason(f"ga/{three}", "GroupMissing")
    restart(operator)
    realm.create_group("/Ops")
    await_message(objects, three, "no longer exists in Keycloak; group /Ops has the id", "ops")
    await_whom(objects, three, {"sre": "SRE", "dev": "Dev"})
    after = bound(objects, three)
    stays = {key for key in before if ":ops:" not in key[1]}
    assert {key: after[key] for key in stays} == {key: before[key] for key in stays}
