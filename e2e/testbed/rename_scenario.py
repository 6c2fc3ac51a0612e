"""A realm whose groups are renamed while people use their tokens."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as directory_objects
from testbed.operator import OperatorProcess
from testbed.probe import TokenProbe
from testbed.realm import Realm
from testbed.waiting import eventually

NAMESPACE = "/api/v1/namespaces/default"  # which the role view may read
LIFETIME = 20  # seconds that a token lives
SOON = 40.0  # seconds: a round of questions, also while Keycloak is slow
LATE = 3.0  # seconds after its end in which a former subject goes


@dataclass(frozen=True)
class RenameScenario:
    """A realm with alice in the group SRE, whose members may view, and what a test does to it."""

    objects: Objects
    realm: Realm
    keycloak: Keycloak
    operator: OperatorProcess
    name: str

    def prepare(self) -> Self:
        """Let tokens live for LIFETIME, provable by an example, and declare the directory."""
        assert self.operator.alive
        self.realm.clients.grant("view-users")
        self.realm.update(accessTokenLifespan=LIFETIME)
        self.realm.create_user("alice", "/SRE")
        self.direct()
        return self

    def grant(self, *more: dict[str, Any]) -> Self:
        """Grant view to SRE, and wait until an example token has shown how long it lives."""
        self.declare(mapping("sre", "SRE"), *more)
        self.objects.wait_reason(f"ga/{self.name}", "Granted", within=40)

        def check() -> bool:
            (client,) = self.objects.get(f"kcd/{self.name}")["status"]["clients"]
            return client["tokenLifetimeSeconds"] in {LIFETIME, LIFETIME - 1}  # a second may pass

        eventually(check, within=40, what="the lifetime of tokens is known")
        return self

    def direct(self, **spec: Any) -> None:  # noqa: ANN401 -- JSON
        """Declare the directory with these fields."""
        ca = self.keycloak.ca_file.read_text()
        self.objects.apply(*directory_objects(self.name, self.realm, ca, **spec))

    def declare(self, *mappings: dict[str, Any]) -> None:
        """Declare these mappings."""
        self.objects.apply(access(self.name, self.name, *mappings))

    def binding(self, key: str = "sre") -> dict[str, Any]:
        """Return the binding of a mapping."""
        found = self.objects.bindings(self.name).items()
        return next(body for name, body in found if name.split(":")[2] == key)

    def bound(self, key: str = "sre") -> set[str]:
        """Return whom a mapping binds."""
        return {subject["name"] for subject in self.binding(key).get("subjects") or ()}

    def ends(self, key: str = "sre") -> dict[str, datetime]:
        """Return the former subjects of a mapping, with their ends."""
        annotations = self.binding(key)["metadata"]["annotations"]
        listed = json.loads(annotations.get("groupaccess.io/former-subjects", "{}"))
        return {text: datetime.fromisoformat(one["until"]) for text, one in listed.items()}

    def ask(self) -> None:
        """Have Keycloak asked now; it may be slow, and is asked less often then."""
        self.objects.read_again(self.name)

    def await_bound(self, *subjects: str, key: str = "sre") -> None:
        """Have Keycloak asked, and wait until a mapping binds just these."""
        self.ask()

        def check() -> bool:
            found = self.bound(key)
            assert found == set(subjects)
            return True

        eventually(check, within=SOON, what=f"{key} binds {subjects}")

    def await_end(self, subject: str, key: str = "sre", end: datetime | None = None) -> None:
        """Wait until a former subject goes: at its end, a moment later at most."""
        end = end or self.ends(key)[subject]
        left = (end - datetime.now(UTC)).total_seconds()
        assert left <= LIFETIME + 1
        time.sleep(max(0.0, left - 1))
        if left > 1:
            assert subject in self.bound(key)
        eventually(
            lambda: subject not in self.bound(key), within=1 + LATE, what=f"{subject} is gone"
        )

    def token(self) -> str:
        """Log alice in."""
        return self.realm.id_token("alice")

    def probe(self, token: str) -> TokenProbe:
        """Return a probe with a token."""
        return TokenProbe(self.objects.cluster, token, NAMESPACE)

    def message(self, key: str = "sre") -> str:
        """Return what the status says of a mapping."""
        listed = self.objects.get(f"ga/{self.name}")["status"]["mappings"]
        return str(next(each["message"] for each in listed if each["name"] == key))
