"""A group that is made anew gets no access, or is followed: as the directory says."""

import time

import pytest

from identity.subjects import (
    INTERVAL,
    NAMESPACES,
    SOON,
    THREE,
    Declare,
    await_message,
    await_whom,
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
