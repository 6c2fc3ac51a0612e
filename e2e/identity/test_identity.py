"""A group is what its id says: renamed, moved, deleted, and one of a name that others have."""

import re

import pytest

from identity.subjects import (
    NAMESPACES,
    SOON,
    Declare,
    await_message,
    await_whom,
    of_mapping,
    restart,
    whom,
)
from testbed.bound import bound
from testbed.cluster import Cluster
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.identity


def verified(objects: Objects, name: str) -> tuple[str, str]:
    """Return status and reason of the condition Verified."""
    condition = objects.conditions(f"ga/{name}")["Verified"]
    return condition["status"], condition["reason"]


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
