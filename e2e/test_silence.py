"""Keycloak is silent, partial or wrong: what stands stays, new grants wait, and all heals.

Each way has a realm and a directory of its own, behind a proxy where Keycloak itself cannot be made
to do so, and all are silent at the same time.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from silences import BY_ROLES, SHORT, SILENCES, OutageScenario
from suite import long_form
from testbed.bound import Bound, Key, bound
from testbed.cluster import Cluster
from testbed.faulty_proxy import FaultyProxy
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, directory, mapping
from testbed.operator import OperatorProcess, leads
from testbed.realm import Realm
from testbed.realm_setup import OPERATOR_ROLES
from testbed.waiting import eventually

pytestmark = [pytest.mark.silence, pytest.mark.usefixtures("_local_only")]

EACH = pytest.mark.parametrize("case", SILENCES)
# Seconds: an interval, a token's life, and what hangs. Many directories ask one Keycloak again and
# again: where four workers share two slow cores, a round takes ten times what it takes alone.
DETECTED = 120.0
HEALED = 120.0
Scenes = dict[str, OutageScenario]
Kept = dict[str, dict[Key, Bound]]


def standing(name: str) -> str:
    return f"silence-{name}"


def waiting(name: str) -> str:
    return f"silence-{name}-new"


def behind(proxy: FaultyProxy, realm: Realm, objects: Objects) -> OutageScenario:
    """Declare a directory for a realm behind a proxy, and grant three things in it."""
    name = realm.name
    for group in ("/SRE", "/Developer"):
        realm.create_group(group)
    ca = {"inline": proxy.ca}
    # All have the same groups: without a prefix each would collide with those of the others.
    tokens = {"clients": [{"clientId": "headlamp"}], "groupsPrefix": f"{name}:"}
    # Many directories ask one Keycloak: at the default interval of tests it is busy with them.
    spec = {"caBundle": ca, "tokens": tokens, "syncInterval": "30s"}
    objects.apply(*directory(name, realm, proxy.ca, adminURL=proxy.url, **spec))
    sre, dev = mapping("sre", "SRE"), mapping("dev", "Developer", "edit")
    objects.apply(access(name, name, sre, dev, mapping("end", "SRE", "admin")))
    return OutageScenario(name, realm, proxy, objects)


@pytest.fixture(scope="module")
def objects_here(installed: Cluster) -> Iterator[Objects]:
    """Give a maker of objects for the module."""
    with closing(Objects(installed)) as made:
        yield made


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, keycloak: Keycloak) -> Iterator[FaultyProxy]:
    """Give the proxy that all but one are behind."""
    with FaultyProxy(tmp_path_factory.mktemp("proxy"), keycloak) as made:
        yield made


@pytest.fixture(scope="module")
def distrusted(
    tmp_path_factory: pytest.TempPathFactory, keycloak: Keycloak
) -> Iterator[FaultyProxy]:
    """Give the proxy for the silence that is about its certificate."""
    with FaultyProxy(tmp_path_factory.mktemp("distrusted"), keycloak) as made:
        yield made


@pytest.fixture(scope="module")
def scenes(
    operator_process: OperatorProcess,
    objects_here: Objects,
    keycloak: Keycloak,
    proxy: FaultyProxy,
    distrusted: FaultyProxy,
) -> Scenes:
    """Give a scene for each silence, and one that is never silent; all is granted."""
    operator_process.start()
    eventually(lambda: leads(operator_process), within=40, what="the operator leads")
    made: Scenes = {}
    for case in (*SILENCES, "none"):
        realm = keycloak.create_realm(standing(case), accessTokenLifespan=SHORT)
        realm.clients.create_headlamp()
        realm.clients.create_operator(roles=OPERATOR_ROLES if case in BY_ROLES else None)
        made[case] = behind(distrusted if case == "tls" else proxy, realm, objects_here)
    for scene in made.values():
        objects_here.wait_reason(f"ga/{scene.name}", "Granted", within=60)
    return made  # the realms end with the server: it takes seconds to remove one


@pytest.fixture(scope="module")
def kept(scenes: Scenes, objects_here: Objects) -> Kept:
    """Give the one binding of each scene that is to stay, as it was before all silence."""
    return {
        case: {
            key: each for key, each in bound(objects_here, scene.name).items() if "sre" in key[1]
        }
        for case, scene in scenes.items()
    }


@pytest.fixture(scope="module")
def silent(scenes: Scenes, kept: Kept, objects_here: Objects) -> Scenes:
    """Make all silent; then declare what is new, what is no longer wanted, and what ends."""
    assert all(len(each) == 1 for each in kept.values())
    for case, silence in SILENCES.items():
        silence.begin(scenes[case])
    for case, silence in SILENCES.items():
        said = _detected(objects_here, scenes[case].name, silence.reason)
        assert silence.word in said["message"]
    soon = f"{datetime.now(UTC) + timedelta(seconds=3):%Y-%m-%dT%H:%M:%SZ}"
    ends = mapping("end", "SRE", "admin", expiresAt=soon)
    for scene in scenes.values():
        name = scene.name
        # The new one first: what Keycloak said of a group is forgotten when nobody names it.
        objects_here.apply(
            access(f"{name}-new", name, mapping("dev", "Developer", "edit")),
            access(name, name, mapping("sre", "SRE"), ends),
        )
    return scenes


def _detected(objects: Objects, directory: str, reason: str) -> dict[str, Any]:
    """Wait until a directory says so; it is read again meanwhile: load stretches its interval."""

    def check() -> dict[str, Any]:
        ready = objects.conditions(f"kcd/{directory}")["Ready"]
        if ready["reason"] != reason:
            objects.read_again(directory)
            raise LookupError(ready)
        return ready

    return eventually(check, within=DETECTED, every=3, what=f"{directory} Ready for {reason}")


@pytest.fixture(scope="module")
def healed(silent: Scenes) -> Scenes:
    """End all silences."""
    for case, silence in SILENCES.items():
        silence.end(silent[case])
    return silent


@EACH
def test_what_stands_stays_and_what_kubernetes_knows_acts(
    silent: Scenes, kept: Kept, objects_here: Objects, case: str
) -> None:
    name = silent[case].name
    eventually(lambda: bound(objects_here, name) == kept[case], within=15)


@EACH
def test_a_new_grant_waits_and_says_for_what(
    silent: Scenes, objects_here: Objects, case: str
) -> None:
    new = waiting(case)
    ready = objects_here.wait_reason(f"ga/{new}", SILENCES[case].reason)
    assert ready["status"] == "False"
    assert SILENCES[case].word in ready["message"]
    assert not objects_here.bindings(new)
    assert silent[case].name in new


@EACH
def test_the_directory_says_since_when_and_how_old_its_groups_are(
    silent: Scenes, objects_here: Objects, case: str
) -> None:
    body = objects_here.get(f"kcd/{silent[case].name}")
    since = objects_here.conditions(f"kcd/{silent[case].name}")["Ready"]["lastTransitionTime"]
    assert body["status"]["groupsAsOf"] <= since
    assert body["status"]["groups"] == 2


def test_a_directory_beside_silent_ones_is_not_slowed(
    silent: Scenes, objects_here: Objects
) -> None:
    body = objects_here.get(f"kcd/{silent['none'].name}")
    assert "groupsAsOf" not in body["status"]
    objects_here.wait_reason(f"ga/{waiting('none')}", "Granted", within=5)
    new = f"{waiting('none')}er"
    silent["none"].realm.create_group("/Newer")
    objects_here.apply(access(new, silent["none"].name, mapping("new", "Newer")))
    objects_here.wait_reason(f"ga/{new}", "Granted", within=5)


@EACH
def test_it_heals_by_itself(
    healed: Scenes,
    kept: Kept,
    objects_here: Objects,
    operator_process: OperatorProcess,
    case: str,
) -> None:
    name = healed[case].name
    objects_here.wait_reason(f"kcd/{name}", "Read", within=HEALED)
    objects_here.wait_reason(f"ga/{waiting(case)}", "Granted", within=HEALED)
    assert "groupsAsOf" not in objects_here.get(f"kcd/{name}")["status"]
    assert bound(objects_here, name) == kept[case]
    assert operator_process.alive


@long_form
def test_a_server_that_was_stopped_is_found_again(
    granted: str, objects: Objects, directory: str, keycloak: Keycloak
) -> None:
    before = bound(objects, granted)
    keycloak.server.stop()
    said = _detected(objects, directory, "KeycloakUnavailable")
    assert "could not be reached" in said["message"]
    objects.apply(access(f"{granted}-new", directory, mapping("sre", "SRE")))
    objects.wait_reason(f"ga/{granted}-new", "KeycloakUnavailable")
    assert bound(objects, granted) == before
    keycloak.server.start()
    objects.wait_reason(f"ga/{granted}-new", "Granted", within=HEALED)
    objects.wait_reason(f"kcd/{directory}", "Read", within=HEALED)
    assert bound(objects, granted) == before
