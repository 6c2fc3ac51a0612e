"""A suspended directory: the button for an incident, and a first installation that only reports."""

from collections.abc import Callable
from typing import Any

import pytest

from testbed.bound import bound, grants
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as directory_objects
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.suspend

INTERVAL = 10.0  # seconds between two readings, the least that there is
SOON = 2 * INTERVAL
AT_ONCE = 2.0  # seconds

Declare = Callable[..., None]


@pytest.fixture
def declare(realm: Realm, keycloak: Keycloak, objects: Objects, name: str) -> Declare:
    """Give a function that applies the directory, and its Secret, with these fields."""

    def apply(**spec: Any) -> None:  # noqa: ANN401 -- JSON
        objects.apply(*directory_objects(name, realm, keycloak.ca_file.read_text(), **spec))

    return apply


def suspend(objects: Objects, name: str, value: str) -> str:
    """Write the field as a person would; return what the API server says."""
    patch = f'{{"spec":{{"suspend":{value}}}}}'
    done = objects.cluster.kubectl(
        "patch", "keycloakdirectory", name, "--type=merge", f"-p={patch}", check=False
    )
    return done.stdout + done.stderr


def message(objects: Objects, name: str, key: str = "sre") -> str:
    """Return what the status says of a mapping."""
    listed = objects.get(f"ga/{name}")["status"]["mappings"]
    return next(str(each["message"]) for each in listed if each["name"] == key)


def test_a_first_installation_writes_nothing_and_says_what_would_be_bound(
    operator: OperatorProcess, realm: Realm, objects: Objects, declare: Declare, name: str
) -> None:
    assert operator.alive
    realm.create_group("/SRE")
    declare(suspend=True)
    objects.apply(access(name, name, mapping("sre", "SRE"), mapping("dev", "sre")))
    objects.wait_reason(f"ga/{name}", "Suspended", within=SOON)
    words = f'suspended by KeycloakDirectory "{name}": would bind'
    assert message(objects, name).startswith(
        f'{words} Group "SRE" to ClusterRole "view" in the whole cluster.'
    )
    assert f'{words} nothing new: Keycloak has no group "sre"' in message(objects, name, "dev")
    ready = objects.wait_reason(f"kcd/{name}", "Suspended")
    assert (ready["status"], "spec.suspend" in ready["message"]) == ("True", True)
    assert bound(objects, name) == {}

    suspend(objects, name, "false")
    eventually(lambda: len(bound(objects, name)) == 1, within=AT_ONCE, what="SRE is bound")
    objects.wait_reason(f"kcd/{name}", "Read")


def test_in_an_incident_keycloaks_word_changes_nothing_and_is_told(
    granted: str, realm: Realm, objects: Objects
) -> None:
    suspend(objects, granted, "true")
    objects.wait_reason(f"ga/{granted}", "Suspended")
    before = bound(objects, granted)
    realm.delete_group("/SRE")
    realm.create_group("/SRE")
    eventually(lambda: "would bind nobody" in message(objects, granted), within=SOON)
    assert bound(objects, granted) == before
    suspend(objects, granted, "false")
    objects.wait_reason(f"ga/{granted}", "GroupReplaced")
    assert {each.subjects for each in grants(objects, granted).values()} == {()}


def test_a_suspended_directory_repairs_nothing_and_names_what_it_leaves(
    granted: str, realm: Realm, objects: Objects
) -> None:
    suspend(objects, granted, "true")
    objects.wait_reason(f"ga/{granted}", "Suspended")
    realm.create_group("/Dev")
    (binding,) = objects.bindings(granted)
    objects.cluster.kubectl("delete", "clusterrolebinding", binding)
    objects.apply(access(granted, granted, mapping("sre", "SRE"), mapping("dev", "Dev")))
    left = f"ClusterRoleBinding {binding} does not exist, and is not created while it is suspended."
    eventually(lambda: left in message(objects, granted), within=SOON)
    would = 'would bind Group "Dev" to ClusterRole "view"'
    eventually(lambda: would in message(objects, granted, "dev"), within=SOON)
    assert bound(objects, granted) == {}
    suspend(objects, granted, "false")
    eventually(lambda: len(bound(objects, granted)) == 2, within=AT_ONCE, what="both are bound")


def test_a_removed_mapping_ends_at_once_while_the_directory_is_suspended(
    granted: str, objects: Objects
) -> None:
    suspend(objects, granted, "true")
    objects.wait_reason(f"ga/{granted}", "Suspended")
    objects.apply(access(granted, granted, mapping("dev", "Dev")))
    eventually(lambda: grants(objects, granted) == {}, within=AT_ONCE)


def test_suspend_must_be_written_out_to_end(granted: str, objects: Objects) -> None:
    suspend(objects, granted, "true")
    assert "suspend must not be lost while it is true" in suspend(objects, granted, "null")
    assert objects.get(f"kcd/{granted}")["spec"]["suspend"] is True
    suspend(objects, granted, "false")
    objects.wait_reason(f"kcd/{granted}", "Read")
