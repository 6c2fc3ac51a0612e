"""A tour through all that the operator ever asks the API server for, by two operators."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from testbed.audit import credential
from testbed.installation import NAMESPACE, USERNAME, WITH_CLUSTER_ADMIN
from testbed.objects import Objects, access, directory, mapping
from testbed.operator import OperatorProcess, leads
from testbed.realm import Realm
from testbed.rights import RBAC, Right, needs
from testbed.waiting import eventually

GROUP = "groupaccess.io"
NAME = "rights"
FIRST, SECOND, THIRD = (f"{NAME}-{each}" for each in "abc")  # directories and GroupAccesses
AUTHORITIES = {FIRST: "configMapRef", SECOND: "configMapRef", THIRD: "secretRef"}
HOLDERS = {"configMapRef": ("ConfigMap", "data"), "secretRef": ("Secret", "stringData")}
GHOST = f"{NAME}-ghost"  # a GroupAccess that never was
PLACES = (f"{NAME}-named", f"{NAME}-selected")  # namespaces
SELECTED = {"rights": "yes"}
SCOPE = {"names": [PLACES[0]], "selector": {"matchLabels": SELECTED}}
WITHIN = 20.0  # seconds
Mapping = dict[str, Any]


@dataclass(frozen=True)
class Tour:
    """Two operators, each with a token of its own; what they ask for is in the audit log.

    What can be named is there twice, so that a right for any name or place is seen to need that.
    """

    objects: Objects
    realm: Realm
    ca: str
    one: OperatorProcess
    other: OperatorProcess

    def run(self) -> None:
        """Go all the way."""
        self._start()
        self._directories()
        self._grants()
        self._drift()
        self._changes()
        self._ends()
        self._orphan()
        self._takeover()
        self._audit()

    def events(self, since: int = 0) -> list[dict[str, Any]]:
        """Return all requests of both operators since a mark, reads and kopf's own among them."""
        audit = self.objects.cluster.audit
        assert audit is not None
        tokens = {self.one.credential, self.other.credential}
        everything = audit.events(since, USERNAME, reads=True)
        return [event for event in everything if credential(event) in tokens]

    def _start(self) -> None:
        """Start one that makes the Lease, and one that stands by."""
        self.objects.cluster.kubectl(
            "delete", "lease", "groupaccess", f"--namespace={NAMESPACE}", "--ignore-not-found"
        )
        self.one.start()
        eventually(lambda: leads(self.one), within=WITHIN, what="one leads")
        self.other.start()

    def _directories(self) -> None:
        """Declare directories whose authority is in ConfigMaps and in a Secret."""
        self.realm.create_group("/SRE")
        for name, reference in AUTHORITIES.items():
            kind, field = HOLDERS[reference]
            metadata = {"name": f"{name}-ca", "namespace": NAMESPACE}
            holder = {"apiVersion": "v1", "kind": kind, "metadata": metadata}
            bundle = {reference: {"name": metadata["name"]}}
            # Prefixes, or the three would put the same strings into tokens.
            tokens = {"groupsPrefix": f"{name}:", "clients": [{"clientId": "headlamp"}]}
            declared = directory(name, self.realm, self.ca, caBundle=bundle, tokens=tokens)
            self.objects.apply({**holder, field: {"ca.crt": self.ca}}, *declared)

    def _grants(self) -> None:
        """Grant each role that may be bound, everywhere; one also in namespaces; one for a time."""
        for place, labels in zip(PLACES, ({}, SELECTED), strict=True):
            metadata = {"name": place, "labels": labels}
            self.objects.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        self._declare(FIRST, *(mapping(role, "SRE", role) for role in WITH_CLUSTER_ADMIN))
        end = datetime.now(UTC) + timedelta(seconds=6)
        self._declare(
            SECOND,
            mapping("stays", "SRE"),
            mapping("soon", "SRE", expiresAt=f"{end:%Y-%m-%dT%H:%M:%SZ}"),
        )
        roles = ("view", "edit", "admin")
        scoped = (mapping(role, "SRE", role, namespaces=SCOPE) for role in roles)
        self._declare(THIRD, *scoped)
        for name in (FIRST, SECOND, THIRD):
            self.objects.wait_reason(f"ga/{name}", "Granted")
        self._stand(SECOND, ("", "stays", "view"))

    def _drift(self) -> None:
        """Delete bindings of both kinds, which come back."""
        self._repaired("clusterrolebinding", f"groupaccess:{SECOND}:stays:view")
        self._repaired("rolebinding", f"groupaccess:{THIRD}:edit:edit", PLACES[0])

    def _changes(self) -> None:
        """Give a mapping another role, and remove others."""
        self._declare(FIRST, mapping("view", "SRE", "edit"), mapping("admin", "SRE", "admin"))
        self._stand(FIRST, ("", "view", "edit"), ("", "admin", "admin"))
        self._declare(THIRD, mapping("view", "SRE", "view", namespaces=SCOPE))
        self._stand(THIRD, *((place, "view", "view") for place in PLACES))

    def _ends(self) -> None:
        """Delete GroupAccesses, with bindings of both kinds."""
        for name in (FIRST, THIRD):
            self.objects.delete(f"ga/{name}")
            self._stand(name)

    def _orphan(self) -> None:
        """Let a binding be there whose GroupAccess is not: the operator asks for that by name."""
        role = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "view"}
        metadata = {"name": f"groupaccess:{GHOST}:m:view"}
        kind = {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRoleBinding"}
        self.objects.apply({**kind, "metadata": metadata, "roleRef": role})
        self._asks(Right("", GROUP, "groupaccesses", GHOST, "get"))

    def _takeover(self) -> None:
        """End the one that leads, let the other write, and start the first one anew."""
        self.one.stop(grace=20)
        eventually(lambda: leads(self.other), within=WITHIN, what="the other leads")
        self._repaired("clusterrolebinding", f"groupaccess:{SECOND}:stays:view")
        self.one.start()

    def _audit(self) -> None:
        """Wait until the one that is ready lists our kinds once more, to compare."""
        audit = self.objects.cluster.audit
        assert audit is not None
        mark = audit.mark()
        self._asks(Right("", GROUP, "keycloakdirectories", "", "list"), mark)

    def _asks(self, what: Right, since: int = 0) -> None:
        eventually(
            lambda: what in needs(self.events(since)), within=WITHIN, what=f"the request to {what}"
        )

    def _declare(self, name: str, *mappings: Mapping) -> None:
        self.objects.apply(access(name, name, *mappings))

    def _repaired(self, kind: str, name: str, namespace: str = "default") -> None:
        where = f"--namespace={namespace}"
        kubectl = self.objects.cluster.kubectl
        kubectl("delete", kind, name, where)
        eventually(lambda: kubectl("get", kind, name, where), within=WITHIN, what=f"{name} again")

    def _stand(self, owner: str, *bindings: tuple[str, str, str]) -> None:
        """Wait until exactly these stand: namespace, mapping and role."""
        wanted = {(place, f"groupaccess:{owner}:{name}:{role}") for place, name, role in bindings}
        eventually(lambda: self.objects.all_bindings(owner) == wanted, within=WITHIN, what=owner)
