"""A grant ends when it is said to end, whatever else is going on; and a pause is a pause."""

from datetime import UTC, datetime, timedelta

import pytest

from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.time


@pytest.fixture(autouse=True)
def _ready(operator: OperatorProcess, realm: Realm) -> None:
    """Let the operator run, and a group be there."""
    assert operator.alive
    realm.create_group("/SRE")


def soon(seconds: float) -> tuple[datetime, str]:
    end = (datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0)
    return end, end.isoformat().replace("+00:00", "Z")


def test_a_grant_ends_within_a_second_of_its_time(
    objects: Objects, directory: str, name: str
) -> None:
    end, text = soon(6)
    objects.apply(access(name, directory, mapping("m", "SRE", expiresAt=text)))
    objects.wait_reason(f"ga/{name}", "Granted")
    columns = objects.cluster.kubectl("get", "ga", name, "--no-headers").stdout.split()
    assert columns[4] == text
    eventually(lambda: not objects.bindings(name), within=10, every=0.05)
    assert timedelta(0) <= datetime.now(UTC) - end < timedelta(seconds=2)
    ready = objects.wait_reason(f"ga/{name}", "Expired")
    assert ready["status"] == "True"  # an expired one is as declared


def test_a_time_in_the_past_grants_nothing_and_says_why(
    objects: Objects, directory: str, name: str
) -> None:
    past = mapping("m", "SRE", expiresAt="2020-01-01T00:00:00Z")
    objects.apply(access(name, directory, past))
    objects.wait_reason(f"ga/{name}", "Expired")
    assert not objects.bindings(name)
    (said,) = objects.get(f"ga/{name}")["status"]["mappings"]
    assert "2020-01-01T00:00:00Z" in said["message"]


def test_a_grant_ends_in_time_also_after_a_restart_and_without_keycloak(
    operator: OperatorProcess, keycloak: Keycloak, objects: Objects, directory: str, name: str
) -> None:
    end, text = soon(12)
    objects.apply(access(name, directory, mapping("m", "SRE", expiresAt=text)))
    objects.wait_reason(f"ga/{name}", "Granted")
    keycloak.server.pause()
    try:
        operator.restart()
        eventually(lambda: not objects.bindings(name), within=20, every=0.05)
        assert timedelta(0) <= datetime.now(UTC) - end < timedelta(seconds=2)
    finally:
        keycloak.server.resume()


def test_an_event_tells_an_hour_before_the_end_and_only_once(
    operator: OperatorProcess, objects: Objects, directory: str, name: str
) -> None:
    _, text = soon(1800)
    objects.apply(access(name, directory, mapping("m", "SRE", expiresAt=text)))
    objects.wait_reason(f"ga/{name}", "Granted")

    def told() -> int:
        fields = f"involvedObject.name={name},reason=Expiring"
        found = objects.cluster.kubectl("get", "events", f"--field-selector={fields}", "-oname")
        return len(found.stdout.split())

    eventually(lambda: told() == 1, within=5)
    operator.restart()
    objects.wait_reason(f"ga/{name}", "Granted")
    assert told() == 1


def test_a_suspended_object_keeps_what_stands_and_repairs_nothing(
    objects: Objects, directory: str, name: str
) -> None:
    both = [mapping("m", "SRE"), mapping("n", "SRE", "edit")]
    objects.apply(access(name, directory, *both))
    objects.wait_reason(f"ga/{name}", "Granted")

    paused = access(name, directory, *both)
    paused["spec"]["suspend"] = True
    objects.apply(paused)
    ready = objects.wait_reason(f"ga/{name}", "Suspended")
    assert ready["status"] == "True"
    binding = f"groupaccess:{name}:m:view"
    objects.cluster.kubectl("delete", "clusterrolebinding", binding)

    def named() -> bool:
        ready = objects.conditions(f"ga/{name}")["Ready"]
        return ready["status"] == "False" and binding in ready["message"]

    eventually(named, within=5, what="the drift named")
    assert binding not in objects.bindings(name)

    paused["spec"]["mappings"] = [both[0]]  # a removal still acts
    objects.apply(paused)
    eventually(lambda: not objects.bindings(name), within=5)

    paused["spec"]["suspend"] = False
    objects.apply(paused)
    objects.wait_reason(f"ga/{name}", "Granted")
    assert set(objects.bindings(name)) == {binding}
