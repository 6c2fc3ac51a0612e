"""The operator's token in wrong hands, with the rights that the chart gives it."""

from collections.abc import Iterator

from attacks.actors import TOKEN
from attacks.model import Attack, Guard
from attacks.stage import HONEST, VICTIM
from attacks.tricks_cage import ANY_RULE, OURS, VIEW, Attempt, Place, forged, role, row
from testbed.installation import ACCOUNT, NAMESPACE
from testbed.objects import access, mapping

CORE = "/api/v1"
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "x", "namespace": NAMESPACE},
    "spec": {"containers": [{"name": "x", "image": "x"}]},
}
ASKS = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
GRANT = access(VICTIM, HONEST, mapping("m", "g", "edit"))
OF_ADMISSION = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"
POLICY = f"{OF_ADMISSION}/groupaccess-cage"
ACCOUNTS = f"{CORE}/namespaces/kube-system/serviceaccounts"
DIRECTORY = f"/apis/groupaccess.io/v1alpha1/keycloakdirectories/{HONEST}"
FORBIDDEN: dict[Place, Attempt] = {
    ("get", "secrets", "of another namespace"): (
        lambda u, _: u.send("GET", f"{CORE}/namespaces/kube-system/secrets/x")
    ),
    ("list", "secrets", "of its own namespace"): (
        lambda u, _: u.send("GET", f"{CORE}/namespaces/{NAMESPACE}/secrets")
    ),
    ("list", "secrets", "of the cluster"): lambda u, _: u.send("GET", f"{CORE}/secrets"),
    ("impersonate", "user", "admin"): (
        lambda u, _: u.posing_as("admin").send("GET", f"{CORE}/namespaces")
    ),
    ("impersonate", "group", "system:masters"): (
        lambda u, _: u.posing_as(
            f"system:serviceaccount:{NAMESPACE}:{ACCOUNT}", "system:masters"
        ).send("GET", f"{CORE}/namespaces")
    ),
    ("create", "pods", "in its own namespace"): lambda u, _: u.create(POD),
    ("create", "serviceaccounts/token", "of a controller"): (
        lambda u, _: u.send("POST", f"{ACCOUNTS}/generic-garbage-collector/token", ASKS)
    ),
    ("create", "groupaccesses", "a grant"): (
        lambda u, _: u.create(access("attacks-y", HONEST, mapping("m", "g")))
    ),
    ("update", "groupaccesses", "another role"): lambda u, _: u.update(u.read(GRANT) | GRANT),
    ("delete", "groupaccesses", "a victim's"): lambda u, _: u.delete(GRANT),
    ("patch", "keycloakdirectories", "an attacker's server"): (
        lambda u, _: u.send(
            "PATCH",
            DIRECTORY,
            {"spec": {"issuer": "https://x/realms/x"}},
            content="application/merge-patch+json",
        )
    ),
    ("create", "clusterroles", "all rights"): lambda u, _: u.create(role(name="x")),
    ("patch", "clusterroles", "view gets all rights"): lambda u, _: u.patch(VIEW, ANY_RULE),
    ("delete", "validatingadmissionpolicybindings", "the cage"): (
        lambda u, _: u.send("DELETE", POLICY)
    ),
}
UNBOUND = forged(OURS, name="cluster-admin")
UNHELD = "attempting to grant RBAC permissions not currently held"


def _rows() -> Iterator[Attack]:
    for place, attempt in FORBIDDEN.items():
        how, what, _ = place
        word = f"cannot {how}" if how == "impersonate" else f'cannot {how} resource "{what}"'
        yield row(TOKEN, place, Guard.RBAC, word, attempt)
    place = ("create", UNBOUND["kind"], "cluster-admin")
    yield row(TOKEN, place, Guard.RBAC, UNHELD, lambda u, _: u.create(UNBOUND))


ROWS = tuple(_rows())
