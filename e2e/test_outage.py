"""Keycloak is away: what Kubernetes alone knows acts, what stands keeps standing."""

from collections.abc import Iterator

import pytest
from keycloak import KeycloakError

from testbed.bound import Bound, Grants, Key, bound
from testbed.cluster import Cluster
from testbed.guards_users import binding
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.policy import apply_policy
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.outage

PODS = "/api/v1/namespaces/default/pods"


def await_unverified(objects: Objects, name: str, reason: str) -> None:
    """Wait until the status says that nothing can be verified now, for this reason."""

    def check() -> bool:
        said = objects.conditions(f"ga/{name}")["Verified"]
        return (said["status"], said["reason"]) == ("Unknown", reason)

    eventually(check, within=40, what=f"Verified=Unknown for {reason}")


@pytest.fixture
def two_granted(realm: Realm, objects: Objects, directory: str, granted: str) -> str:
    """Grant a second group something in the same GroupAccess, and one of them in another."""
    realm.create_group("/Developer")
    both = mapping("sre", "SRE"), mapping("dev", "Developer", "edit")
    objects.apply(access(granted, directory, *both))
    objects.apply(access(f"{granted}-too", directory, mapping("sre", "SRE")))
    for one in (granted, f"{granted}-too"):
        objects.wait_reason(f"ga/{one}", "Granted", within=30)
    return granted


@pytest.fixture
def before(two_granted: str, objects: Objects) -> dict[Key, Bound]:
    """Give what is bound before Keycloak is away."""
    return bound(objects, two_granted)


@pytest.fixture
def without_keycloak(
    two_granted: str, before: dict[Key, Bound], operator: OperatorProcess, keycloak: Keycloak
) -> Iterator[str]:
    """Start the operator anew while Keycloak is frozen, so that it has nothing read."""
    assert len(before) == 2
    keycloak.server.pause()
    try:
        operator.restart()
        yield two_granted
    finally:
        keycloak.server.resume()


def test_a_token_works_on_and_no_new_one_comes_and_a_restarted_kube_apiserver_knows_none(
    installed: Cluster, realm: Realm, keycloak: Keycloak, objects: Objects, name: str
) -> None:
    component = getattr(installed, "component", None)
    if component is None:
        pytest.skip("only the local control plane lets a test restart kube-apiserver")
    realm.create_user("alice", "/SRE")
    token = realm.id_token("alice")
    body = binding(name, "view", "SRE")
    objects.apply(body)
    eventually(lambda: installed.get(PODS, token).status == 200, within=10)
    keycloak.server.stop()
    try:
        with pytest.raises(KeycloakError):
            realm.id_token("alice")
        assert installed.get(PODS, token).status == 200
        component("kube-apiserver").restart(grace=0.5)
        assert installed.get(PODS, token).status == 401
        assert "system:masters" in installed.kubectl("auth", "whoami").stdout  # a certificate
    finally:
        keycloak.server.start()
    eventually(lambda: installed.get(PODS, token).status == 200, within=60, what="OIDC again")


def test_nothing_is_revoked_and_no_status_turns_unready_when_keycloak_is_away_at_start(
    without_keycloak: str, before: dict[Key, Bound], objects: Objects
) -> None:
    name = without_keycloak

    await_unverified(objects, name, "KeycloakUnavailable")
    assert objects.conditions(f"ga/{name}")["Ready"]["status"] == "True"
    assert bound(objects, name) == before


def test_a_removed_mapping_and_a_deleted_object_act_without_keycloak(
    without_keycloak: str, before: dict[Key, Bound], objects: Objects, directory: str
) -> None:
    name = without_keycloak
    objects.apply(access(name, directory, mapping("dev", "Developer", "edit")))
    objects.delete(f"ga/{name}-too")
    stays = {key: each for key, each in before.items() if ":dev:" in key[1]}
    eventually(lambda: bound(objects, name) == stays, within=5)
    eventually(lambda: not objects.bindings(f"{name}-too"), within=5)


def test_a_new_grant_waits_for_keycloak_and_comes_by_itself(
    without_keycloak: str, objects: Objects, directory: str, keycloak: Keycloak
) -> None:
    new = f"{without_keycloak}-new"
    objects.apply(access(new, directory, mapping("sre", "SRE")))
    objects.wait_reason(f"ga/{new}", "KeycloakUnavailable")
    assert not objects.bindings(new)
    keycloak.server.resume()
    objects.wait_reason(f"ga/{new}", "Granted", within=60)


def test_a_role_moves_without_keycloak_and_no_group_gets_one_that_has_another_id_than_declared(
    without_keycloak: str, objects: Objects, directory: str
) -> None:
    name = without_keycloak

    def states() -> dict[str, tuple[str, str]]:
        mappings = objects.get(f"ga/{name}")["status"]["mappings"]
        return {each["name"]: (each["state"], each["reason"]) for each in mappings}

    other = mapping("other", "SRE", "edit", groupId="0f9503e8-0000-0000-0000-000000000000")
    moved = (mapping("sre", "SRE", "edit"), mapping("dev", "Developer", "edit"))
    objects.apply(access(name, directory, *moved, other))
    moves = {(each["name"], each["clusterRole"]) for each in moved}
    eventually(
        lambda: {tuple(key[1].split(":")[2:]) for key in bound(objects, name)} == moves, within=20
    )
    eventually(lambda: "other" in states(), within=20)
    assert states()["other"] == ("Pending", "KeycloakUnavailable")


def test_a_known_group_is_not_granted_anew_once_keycloak_did_not_answer(
    granted: str, objects: Objects, keycloak: Keycloak, directory: str
) -> None:
    keycloak.server.pause()
    try:
        objects.apply(access(f"{granted}-dev", directory, mapping("dev", "Developer")))
        objects.wait_message(f"ga/{granted}-dev", "no complete answer", within=40)
        objects.apply(access(f"{granted}-late", directory, mapping("sre", "SRE")))
        objects.wait_reason(f"ga/{granted}-late", "KeycloakUnavailable")
        assert not objects.bindings(f"{granted}-late")
    finally:
        keycloak.server.resume()
    objects.wait_reason(f"ga/{granted}-late", "Granted", within=60)


def test_drift_is_repaired_to_what_was_proven_before_keycloak_went_away(
    granted: str, objects: Objects, keycloak: Keycloak
) -> None:
    ((key, before),) = bound(objects, granted).items()
    keycloak.server.pause()
    try:
        objects.cluster.kubectl("delete", "clusterrolebinding", key[1])
        eventually(lambda: key in bound(objects, granted), within=5)
        now = bound(objects, granted)[key]
        assert now.grants == before.grants
        assert now.uid != before.uid
    finally:
        keycloak.server.resume()


@pytest.mark.parametrize("reason", ["KeycloakUnavailable", "DirectoryNotFound"])
def test_what_keycloak_took_away_and_could_not_be_emptied_is_not_given_back(
    reason: str, granted: str, realm: Realm, objects: Objects, keycloak: Keycloak, directory: str
) -> None:
    nobody = "size(object.?subjects.orValue([])) == 0"
    apply_policy(objects, granted, nobody, "a binding binds somebody")
    realm.rename_group("/SRE", "system:sre")
    objects.read_again(directory)
    objects.wait_reason(f"ga/{granted}", "InvalidSubject")
    eventually(lambda: not bound(objects, granted), within=5)
    try:
        if reason == "KeycloakUnavailable":
            keycloak.server.pause()
            objects.read_again(directory)
        else:
            objects.delete(f"kcd/{directory}")
        await_unverified(objects, granted, reason)
        assert not bound(objects, granted)
    finally:
        keycloak.server.resume()


@pytest.mark.parametrize("change", ["another role", "drift"])
def test_a_string_that_was_given_up_while_suspended_is_not_bound_again(
    change: str,
    two_granted: str,
    realm: Realm,
    objects: Objects,
    keycloak: Keycloak,
    directory: str,
) -> None:
    name, role = two_granted, "admin"
    body = access(name, directory, mapping("sre", "SRE"), mapping("dev", "Developer", "edit"))
    body["spec"]["suspend"] = True
    objects.apply(body)
    objects.wait_reason(f"ga/{name}", "Suspended")
    realm.rename_group("/SRE", "OPS")
    realm.create_group("/SRE")  # the string is other people's now
    objects.read_again(directory)

    def messages() -> str:
        return " ".join(each["message"] for each in objects.get(f"ga/{name}")["status"]["mappings"])

    eventually(lambda: "OPS" in messages(), within=30, what="the rename is known")
    keycloak.server.pause()
    try:
        objects.read_again(directory)
        objects.wait_reason(f"kcd/{directory}", "KeycloakUnavailable", within=40)
        if change == "drift":
            (sre,) = (key for key in bound(objects, name) if ":sre:" in key[1])
            objects.cluster.kubectl("delete", "clusterrolebinding", sre[1])
        now = mapping("sre", "SRE", "edit" if change == "another role" else "view")
        body = access(name, directory, now, mapping("dev", "Developer", role))
        body["spec"]["suspend"] = False
        objects.apply(body)
        moved = Grants(role, ("Developer",))
        eventually(
            lambda: moved in who(objects, name), within=20, what="Developer has the new role"
        )
        await_unverified(objects, name, "KeycloakUnavailable")
        assert "SRE" not in {text for each in who(objects, name) for text in each.subjects}
    finally:
        keycloak.server.resume()
    objects.wait_reason(f"ga/{name}", "Granted", within=60)
    assert Grants(now["clusterRole"], ("OPS",)) in who(objects, name)


def who(objects: Objects, name: str) -> list[Grants]:
    """Return what each binding of an object grants."""
    return [each.grants for each in bound(objects, name).values()]
