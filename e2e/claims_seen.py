"""What is known of one case: computed by us, carried by real tokens, said and granted."""

import asyncio
import base64
import json
from dataclasses import dataclass
from typing import Any

from claims_cases import Case
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.tokens.claim_strings import claim_strings
from groupaccess.domain.tokens.collisions import find_collision
from groupaccess.domain.tokens.group_claims import GroupClaim, group_claim
from testbed.keycloak import Keycloak
from testbed.objects import Objects
from testbed.reading import reached, read_once
from testbed.realm import Realm
from testbed.waiting import eventually

NAMESPACES = "/api/v1/namespaces"
GRANTED, FORBIDDEN = 200, 403


@dataclass(frozen=True)
class Seen:
    """What is known of one case: computed, carried by real tokens, said and granted."""

    case: Case
    snapshot: Snapshot
    computed: GroupClaim | Failure
    collided: Failure | None
    alice: dict[str, Any]  # payloads of real tokens
    bob: dict[str, Any]
    mapping: dict[str, Any]  # as the operator's status has it
    statuses: tuple[int, int]  # what kube-apiserver answers to alice and to bob

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return the subjects that we say are to be granted."""
        known = isinstance(self.computed, GroupClaim) and self.collided is None
        return self.computed.subjects if known and isinstance(self.computed, GroupClaim) else ()

    @property
    def reason(self) -> str:
        """Return why not."""
        failure = self.computed if isinstance(self.computed, Failure) else self.collided
        return "Granted" if failure is None else failure.reason.value

    def carried(self, token: dict[str, Any]) -> set[str]:
        """Return the group's strings that a real token carries, as kube-apiserver sees them."""
        found = claim_strings(token.get("groups")) or frozenset()
        return {self.case.groups_prefix + text for text in found & {self.case.path, self.case.leaf}}

    def row(self) -> str:
        """Return a line of the table."""
        case = self.case
        shown = " ".join(self.subjects) or self.reason
        return (
            f"{case.number:2}  {case.kind:10} {case.full_path or '-':5}  {case.token:11} "
            f"{case.scope:9}  {case.prefix or '-':5}  {case.shape:5}  "
            f"{self.statuses[0]} {self.statuses[1]}  {shown}"
        )


def read(keycloak: Keycloak, case: Case, realm: Realm) -> Snapshot:
    """Read a realm with the real adapter: as the operator, until Keycloak answers."""

    def read() -> Snapshot:
        reached_at = reached(keycloak, realm)
        return asyncio.run(read_once(_directory(case, realm), reached_at, case.path))

    return eventually(read, within=60, what=f"an answer about {realm.name}")


def _directory(case: Case, realm: Realm) -> Directory:
    client = LoginClient("headlamp", case.id_token, case.scopes)
    return Directory(realm.name, realm.issuer_url, "groups", case.groups_prefix, (client,))


def see(objects: Objects, case: Case, realm: Realm, snapshot: Snapshot) -> Seen:
    directory = _directory(case, realm)
    group = next(
        each for each in snapshot.groups if each.name == case.leaf and each.path == case.path
    )
    computed = group_claim(group, directory, snapshot)
    collided = None
    if isinstance(computed, GroupClaim):
        collided = find_collision(group, computed, directory, snapshot)
    granted = isinstance(computed, GroupClaim) and collided is None
    kind = "id_token" if case.id_token else "access_token"
    alice, bob = (str(realm.token(user, scopes=case.scopes)[kind]) for user in ("alice", "bob"))
    said = eventually(lambda: _said(objects, realm.name), within=60, what=f"a word on {realm.name}")

    def asked(token: str) -> int:
        return objects.cluster.get(NAMESPACES, token).status

    if granted:  # kube-apiserver's authorizer follows a new binding within a moment
        eventually(lambda: asked(alice) == GRANTED, within=5, what=f"{case} is granted")
    statuses = (asked(alice), asked(bob))
    return Seen(case, snapshot, computed, collided, _payload(alice), _payload(bob), said, statuses)


def _said(objects: Objects, name: str) -> dict[str, Any] | None:
    status = objects.get(f"ga/{name}").get("status", {})
    found = next(iter(status.get("mappings", ())), None)
    waits = found is None or found["reason"] in {"KeycloakUnavailable", "DirectoryNotFound"}
    return None if waits else found


def _payload(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    payload: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return payload
