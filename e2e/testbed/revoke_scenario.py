"""A grant that is taken back, and after how many seconds its bindings are gone."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from testbed import status_audit
from testbed.bound import Key
from testbed.guards_users import User
from testbed.objects import Objects, access, directory, mapping
from testbed.realm import Realm
from testbed.waiting import eventually
from testbed.watch import Watch
from testbed.webhook import Webhook

ROLES = ("view", "edit", "admin", "cluster-admin")
GRANTED_WITHIN = 30.0
PATIENCE = 10.0  # seconds: what takes longer is not measured any more
LIFE = 9.0  # seconds from the declaration to the expiry

Gone = Mapping[str, float | None]  # after how many seconds a binding went, None for too late


@dataclass
class RevokeScenario:
    """One GroupAccess with a grant to take back, `adm`, and another of the same group, `v`."""

    name: str
    realm: Realm
    ca: str
    objects: Objects
    editor: User
    watch: Watch
    webhook: Webhook
    good: str
    bad: str
    crowd: str  # the label of the other object's namespaces
    mark: int  # of the audit log, at its beginning
    end: float | None = None  # when the grant expires
    began: float = 0.0  # when it was taken back
    generation: int = 1  # of the object that was changed last

    @property
    def target(self) -> Key:
        """Return the binding that must go."""
        return "", f"groupaccess:{self.name}:adm:admin"

    @property
    def stays(self) -> dict[str, Any]:
        """Return the mapping that stays declared."""
        return mapping("v", "SRE", "view", namespaces={"names": [self.good, self.bad]})

    @property
    def big(self) -> str:
        """Return the name of another object, which has 2,016 bindings."""
        return f"{self.name}-big"

    def create(self, body: dict[str, Any]) -> None:
        """Create an object as fast as it goes, and remember to delete it."""
        self.objects.remember(body)
        answer = self.editor.create(body)
        assert answer.status == 201, answer.message

    def declare(self, *mappings: dict[str, Any]) -> dict[str, Any]:
        """Declare mappings of the GroupAccess; return when something of the first is bound."""
        body = access(self.name, self.name, *mappings)
        allowed = list(ROLES)
        self.objects.apply(*directory(self.name, self.realm, self.ca, allowedClusterRoles=allowed))
        self.create(body)
        prefix = f"groupaccess:{self.name}:{mappings[0]['name']}:"
        eventually(
            lambda: any(key[1].startswith(prefix) for key in self.watch.present(self.name)),
            within=GRANTED_WITHIN,
            every=0.02,
            what=f"{prefix} bound",
        )
        return body

    def grant(self, *, ends: bool) -> None:
        """Declare what is to be taken back, with an end or without, and what stays."""
        more: dict[str, str] = {}
        if ends:
            self.end = float(int(time.time() + LIFE))
            more["expiresAt"] = f"{datetime.fromtimestamp(self.end, UTC):%Y-%m-%dT%H:%M:%SZ}"
        self.declare(mapping("adm", "SRE", "admin", **more), self.stays)
        wanted = {self.target, (self.good, f"groupaccess:{self.name}:v:view")}
        eventually(
            lambda: wanted <= self.watch.present(self.name),
            within=GRANTED_WITHIN,
            every=0.02,
            what="all bindings that no webhook is about",
        )

    def change(self, body: dict[str, Any], spec: dict[str, Any]) -> float:
        """Change fields of a spec; return when that was sent."""
        sent = time.time()
        answer = self.editor.merge(body, {"spec": spec})
        assert answer.status == 200, answer.message
        self.generation = answer.body["metadata"]["generation"]
        return sent

    def delete(self, body: dict[str, Any]) -> float:
        """Delete an object; return when that was sent."""
        sent = time.time()
        answer = self.editor.delete(body)
        assert answer.status == 200, answer.message
        return sent

    def until_gone(self, keys: Sequence[Key], began: float) -> Gone:
        """Return after how many seconds each of these bindings went, None for too late."""
        left = PATIENCE - (time.time() - began)
        with suppress(TimeoutError):
            eventually(
                lambda: all(self.watch.gone(self.name, key) for key in keys),
                within=left,
                every=0.05,
            )
        gone = {key: self.watch.gone(self.name, key) for key in keys}
        return {"/".join(key): at and at - began for key, at in gone.items()}

    def lies(self, *names: str) -> list[str]:
        """Return what the statuses of these GroupAccesses said and was not so."""
        audit = self.objects.cluster.audit
        assert audit is not None
        statuses = [seen for name in names for seen in self.watch.statuses(name)]
        return status_audit.lies(statuses, self.editor, audit, self.mark)
