"""Groups that nobody is in, on a real Keycloak: warned about where members may be seen."""

import pytest

from testbed.objects import Objects, access, mapping
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = [pytest.mark.claims, pytest.mark.usefixtures("operator")]

NOBODY = "/empty has no members: nobody gets access by it."
IN_CHILDREN = (
    "No one is a direct member of /platform; members of /platform/sre do not carry platform: add a "
    "mapping for each, or put people into the group itself."
)


def said(objects: Objects, name: str) -> dict[str, tuple[str, str]]:
    """Return state and message of each mapping, once it was judged."""
    mappings = objects.get(f"ga/{name}").get("status", {}).get("mappings", ())
    return {each["name"]: (each["state"], each["message"]) for each in mappings}


@pytest.fixture
def _sees_members(realm: Realm) -> None:
    """Give the operator's account the classic role, before it logs in."""
    realm.clients.grant("view-users")


@pytest.fixture
def declared(realm: Realm, objects: Objects, directory: str, name: str) -> str:
    """Declare three groups, of which /platform/sre alone has a member; give the object's name."""
    realm.create_group("/empty")
    realm.create_user("alice", "/platform/sre")
    groups = {"empty": "/empty", "parent": "/platform", "child": "/platform/sre"}
    mappings = [mapping(each, group) for each, group in groups.items()]
    objects.apply(access(name, directory, *mappings))
    return name


@pytest.mark.usefixtures("_sees_members")
def test_groups_that_nobody_is_in_are_granted_and_warned_about(
    objects: Objects, declared: str
) -> None:
    wanted = {
        "child": ("Granted", "members of /platform/sre carry sre."),
        "empty": ("Granted", f"members of /empty carry empty. {NOBODY}"),
        "parent": ("Granted", f"members of /platform carry platform. {IN_CHILDREN}"),
    }

    def check() -> bool:
        assert said(objects, declared) == wanted
        return True

    eventually(check, within=40, what="the warnings")
    conditions = objects.conditions(f"ga/{declared}")
    assert {kind: conditions[kind]["status"] for kind in ("Ready", "Verified")} == {
        "Ready": "True",
        "Verified": "True",
    }
    assert len(objects.bindings(declared)) == len(wanted)


def test_where_members_may_not_be_seen_nothing_is_said_of_them(
    objects: Objects, declared: str
) -> None:
    def unproven() -> bool:  # so a reading has asked for members
        verified = objects.conditions(f"ga/{declared}")["Verified"]
        assert "view-members" in verified["message"]
        return True

    eventually(unproven, within=40, what="the missing right")
    assert said(objects, declared) == {
        "child": ("Granted", "members of /platform/sre carry sre."),
        "empty": ("Granted", "members of /empty carry empty."),
        "parent": ("Granted", "members of /platform carry platform."),
    }
