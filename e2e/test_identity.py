"""A group is what its id says: renamed, moved, deleted, made anew, and a realm that is another."""

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from testbed.bound import bound
from testbed.cluster import Cluster
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as directory_objects
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.reimport import reimport
from testbed.waiting import eventually

pytestmark = pytest.mark.identity

NAMESPACES = "/api/v1/namespaces"
INTERVAL = 10.0  # seconds between two readings, the least that there is
SOON = 2 * INTERVAL
THREE = {"sre": "SRE", "dev": "Dev", "ops": "Ops"}

Declare = Callable[..., None]


@pytest.fixture
def declare(realm: Realm, keycloak: Keycloak, objects: Objects, name: str) -> Declare:
    """Give a function that applies the directory, and its Secret, with these fields."""

    def apply(**spec: Any) -> None:  # noqa: ANN401 -- JSON
        objects.apply(*directory_objects(name, realm, keycloak.ca_file.read_text(), **spec))

    return apply


@pytest.fixture
def three(
    operator: OperatorProcess, realm: Realm, objects: Objects, declare: Declare, name: str
) -> str:
    """Grant view to three groups; a group that is gone has no grace."""
    assert operator.alive
    for group in THREE.values():
        realm.create_group(f"/{group}")
    declare(onMissing={"grace": "0s"})
    objects.apply(access(name, name, *(mapping(key, group) for key, group in THREE.items())))
    objects.wait_reason(f"ga/{name}", "Granted")
    return name


def whom(objects: Objects, name: str) -> dict[str, list[str]]:
    """Return whom each mapping binds, without former subjects and those that bind nobody."""
    found = {key.split(":")[2]: current(body) for key, body in objects.bindings(name).items()}
    return {key: groups for key, groups in found.items() if groups}


def current(body: dict[str, Any]) -> list[str]:
    """Return the subjects of a binding that are not kept for tokens from before a rename."""
    annotations = body["metadata"]["annotations"]
    former = json.loads(annotations.get("groupaccess.io/former-subjects", "{}"))
    names = (subject["name"] for subject in body.get("subjects") or ())
    return [name for name in names if name not in former]


def await_whom(
    objects: Objects, name: str, wanted: Mapping[str, str], within: float = SOON
) -> None:
    """Wait until each mapping binds this group, and nothing else is bound."""
    objects.read_again(name)
    expected = {key: [group] for key, group in wanted.items()}

    def check() -> bool:
        found = whom(objects, name)
        assert found == expected
        return True

    eventually(check, within=within, what=f"{name} binds {wanted}")


def of_mapping(objects: Objects, name: str, key: str = "sre") -> dict[str, Any]:
    """Return what the status says of a mapping."""
    listed = objects.get(f"ga/{name}")["status"]["mappings"]
    found: dict[str, Any] = next(each for each in listed if each["name"] == key)
    return found


def await_message(objects: Objects, name: str, words: str, key: str = "sre") -> None:
    """Wait until the status of a mapping has these words."""
    objects.read_again(name)

    def check() -> bool:
        message = of_mapping(objects, name, key)["message"]
        assert words in message, message
        return True

    eventually(check, within=SOON, what=f"{name} says {words}")


def verified(objects: Objects, name: str) -> tuple[str, str]:
    """Return status and reason of the condition Verified."""
    condition = objects.conditions(f"ga/{name}")["Verified"]
    return condition["status"], condition["reason"]


def restart(operator: OperatorProcess) -> None:
    """End the operator and start it anew."""
    operator.stop()
    operator.start()


def test_a_renamed_and_then_moved_group_is_followed(
    granted: str, realm: Realm, objects: Objects, operator: OperatorProcess, installed: Cluster
) -> None:
    realm.create_user("alice", "/SRE")
    pinned = realm.group_id("/SRE")
    ((key, before),) = bound(objects, granted).items()
    realm.rename_group("/SRE", "SRE2")
    await_whom(objects, granted, {"sre": "SRE2"})
    assert bound(objects, granted)[key].uid == before.uid
    eventually(
        lambda: "declared as SRE, now /SRE2" in of_mapping(objects, granted)["message"], within=5
    )
    eventually(lambda: installed.get(NAMESPACES, realm.id_token("alice")).status == 200, within=5)

    restart(operator)
    realm.move_group("/SRE2", "/platform")
    await_message(objects, granted, "declared as SRE, now /platform/SRE2")
    assert of_mapping(objects, granted)["groupId"] == pinned


def test_a_deleted_group_has_a_grace_that_a_restart_does_not_lengthen(
    granted: str, realm: Realm, objects: Objects, declare: Declare, operator: OperatorProcess
) -> None:
    declare(onMissing={"grace": "30s"})
    realm.delete_group("/SRE")
    objects.read_again(granted)
    missing = objects.wait_reason(f"ga/{granted}", "GroupMissing", within=SOON)
    since, end = re.findall(r"\d{4}-\d\d-\d\dT\S+Z", missing["message"])
    assert since < end
    before = bound(objects, granted)
    assert whom(objects, granted) == {"sre": ["SRE"]}
    restart(operator)
    assert bound(objects, granted) == before
    await_whom(objects, granted, {}, within=45)
    eventually(lambda: of_mapping(objects, granted)["state"] == "Revoked", within=5)
    message = of_mapping(objects, granted)["message"]
    assert f"since {since}; the grace period" in message
    assert f"is revoked, ended at {end}." in message


def test_a_group_made_anew_lets_nobody_in_until_its_id_is_accepted(
    granted: str, realm: Realm, objects: Objects, operator: OperatorProcess, installed: Cluster
) -> None:
    realm.delete_group("/SRE")
    realm.create_user("mallory", "/SRE")
    began = time.monotonic()
    token = realm.id_token("mallory")
    assert installed.get(NAMESPACES, token).status == 200, "the old name still binds"
    eventually(lambda: installed.get(NAMESPACES, token).status == 403, within=SOON, every=0.05)
    window = time.monotonic() - began
    print(f"a member of the new group got in for {window:.1f} s, readings every {INTERVAL:g} s")
    assert window < INTERVAL + 2

    objects.wait_reason(f"ga/{granted}", "GroupReplaced")
    restart(operator)
    eventually(
        lambda: objects.conditions(f"ga/{granted}")["Verified"]["status"] == "False", within=20
    )
    assert whom(objects, granted) == {}

    accepted = mapping("sre", "SRE", groupId=realm.group_id("/SRE"))
    objects.apply(access(granted, granted, accepted))
    objects.wait_reason(f"ga/{granted}", "Granted")
    eventually(lambda: installed.get(NAMESPACES, token).status == 200, within=5)


def test_a_group_renamed_to_a_reserved_name_leaves_its_access_to_no_other(
    granted: str, realm: Realm, objects: Objects, operator: OperatorProcess, installed: Cluster
) -> None:
    pinned = realm.group_id("/SRE")
    realm.rename_group("/SRE", "system:sre")
    realm.create_user("mallory", "/SRE")
    await_whom(objects, granted, {})
    objects.wait_reason(f"ga/{granted}", "InvalidSubject")
    assert verified(objects, granted) == ("False", "InvalidSubject")
    emptied = bound(objects, granted)
    assert len(emptied) == 1
    restart(operator)
    objects.read_again(granted)
    objects.wait_reason(f"ga/{granted}", "InvalidSubject")
    assert bound(objects, granted) == emptied
    assert installed.get(NAMESPACES, realm.id_token("mallory")).status == 403
    realm.delete_group("/SRE")
    realm.admin.update_group(pinned, {"name": "SRE"})
    await_whom(objects, granted, {"sre": "SRE"})


def test_a_group_made_anew_is_followed_under_warn_and_that_is_told(
    granted: str, realm: Realm, objects: Objects, declare: Declare
) -> None:
    declare(onReplaced="Warn")
    before = bound(objects, granted)
    former = realm.group_id("/SRE")
    realm.delete_group("/SRE")
    now = realm.create_group("/SRE")
    await_message(objects, granted, f"its id was {former}, now {now}")
    assert whom(objects, granted) == {"sre": ["SRE"]}
    assert bound(objects, granted) == before


def test_many_groups_made_anew_are_followed_under_warn(
    three: str, realm: Realm, objects: Objects, declare: Declare, operator: OperatorProcess
) -> None:
    declare(onReplaced="Warn", onMissing={"grace": "0s"})
    former = {group: realm.group_id(f"/{group}") for group in THREE.values()}
    operator.stop()
    try:
        for group in former:
            realm.delete_group(f"/{group}")
        now = {group: realm.create_group(f"/{group}") for group in former}
    finally:
        operator.start()
    for key, group in THREE.items():
        await_message(objects, three, f"its id was {former[group]}, now {now[group]}", key)
    await_whom(objects, three, THREE)
    objects.wait_reason(f"kcd/{three}", "Read")


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


def test_a_collision_is_told_and_the_directory_decides(
    granted: str, realm: Realm, objects: Objects, declare: Declare
) -> None:
    before = bound(objects, granted)
    realm.create_group("/other/SRE")
    objects.read_again(granted)
    collided = objects.wait_reason(f"ga/{granted}", "ClaimCollision", within=SOON)
    assert "/other/SRE" in collided["message"]
    assert verified(objects, granted) == ("False", "ClaimCollision")
    assert whom(objects, granted) == {"sre": ["SRE"]}
    assert bound(objects, granted) == before
    declare(onCollision="Revoke")
    await_whom(objects, granted, {})
    realm.delete_group("/other/SRE")
    await_whom(objects, granted, {"sre": "SRE"})


def test_a_new_mapping_of_an_ambiguous_name_names_the_candidates(
    granted: str, realm: Realm, objects: Objects
) -> None:
    realm.create_group("/other/Ops")
    realm.create_group("/Ops")
    objects.apply(access(granted, granted, mapping("ops", "Ops"), mapping("sre", "SRE")))
    eventually(
        lambda: of_mapping(objects, granted, "ops")["reason"] == "GroupAmbiguous", within=SOON
    )
    assert "/Ops, /other/Ops" in of_mapping(objects, granted, "ops")["message"]
