"""What is computed is what real tokens carry, and kube-apiserver grants exactly then."""

import asyncio
import base64
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pytest

from claims_cases import DIMENSIONS, Case, build, cases, contents, pairs
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.directory.client import ProofResult
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.tokens.claim_strings import claim_strings
from groupaccess.domain.tokens.collisions import find_collision
from groupaccess.domain.tokens.group_claims import GroupClaim, group_claim
from testbed.cluster import Cluster
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as directory_objects
from testbed.operator import OperatorProcess
from testbed.reading import reached, read_once
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = pytest.mark.claims

LONG = bool(os.environ.get("CLAIMS_LONG"))
FEW = 28  # of 48 cases: each value, and nine of ten pairs of values
CASES = cases() if LONG else cases()[:FEW]
AT_ONCE = 3  # realms that are made, and looked at
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


@pytest.fixture(scope="module")
def realms(own_keycloak: Keycloak, installed: Cluster) -> Iterator[list[Realm]]:
    """Give a realm for each case, all of which kube-apiserver begins to trust in one reload."""

    def make(case: Case) -> Realm:
        realm = own_keycloak.create_realm(f"claims-{case.number}")
        realm.add(contents(case))
        build(case, realm)
        return realm

    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = list(pool.map(make, CASES))
    prefixes = {realm.name: case.groups_prefix for realm, case in zip(made, CASES, strict=True)}
    try:
        installed.trust(*(realm.issuer(groups_prefix=prefixes[realm.name]) for realm in made))
        yield made
    finally:
        installed.distrust(*(realm.issuer_url for realm in made))  # the realms end with the server


@pytest.fixture(scope="module")
def seen(
    realms: list[Realm],
    own_keycloak: Keycloak,
    installed: Cluster,
    operator_process: OperatorProcess,
    progress: Callable[[], AbstractContextManager[None]],
) -> Iterator[list[Seen]]:
    """Give what is seen of all cases, after the operator has granted what it grants."""
    operator_process.start()
    bodies: list[dict[str, Any]] = []
    for case, realm in zip(CASES, realms, strict=True):
        name, ca = realm.name, own_keycloak.ca_file.read_text()
        bodies += directory_objects(name, realm, ca, tokens=_tokens(case), syncInterval="1h")
        bodies.append(access(name, name, mapping("sre", case.path)))

    def see(case: Case, realm: Realm) -> Seen:
        return _see(objects, case, realm, _read(own_keycloak, case, realm))

    with closing(Objects(installed)) as objects:
        objects.apply(*bodies)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(see, CASES, realms))
        with progress():
            print("\n" + "\n".join(each.row() for each in found))
        yield found


def _tokens(case: Case) -> dict[str, Any]:
    token = "ID" if case.id_token else "Access"
    client = {"clientId": "headlamp", "token": token, "scopes": list(case.scopes)}
    return {"groupsPrefix": case.groups_prefix, "clients": [client]}


def _read(keycloak: Keycloak, case: Case, realm: Realm) -> Snapshot:
    """Read a realm with the real adapter: as the operator, until Keycloak answers."""

    def read() -> Snapshot:
        reached_at = reached(keycloak, realm)
        return asyncio.run(read_once(_directory(case, realm), reached_at, case.path))

    return eventually(read, within=60, what=f"an answer about {realm.name}")


def _directory(case: Case, realm: Realm) -> Directory:
    client = LoginClient("headlamp", case.id_token, case.scopes)
    return Directory(realm.name, realm.issuer_url, "groups", case.groups_prefix, (client,))


def _see(objects: Objects, case: Case, realm: Realm, snapshot: Snapshot) -> Seen:
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


def test_every_value_is_in_a_case() -> None:
    have = {value for case in CASES for value in _values(case).items()}
    assert have == {(name, value) for name, values in DIMENSIONS.items() for value in values}


@pytest.mark.skipif(not LONG, reason="CLAIMS_LONG")
def test_every_pair_of_values_is_in_a_case() -> None:
    have = set().union(*(pairs(_values(case)) for case in CASES))
    wanted = {tuple(sorted(pair)) for pair in _every_pair()}
    assert wanted <= have


@pytest.mark.parametrize("number", range(len(CASES)))
def test_computed_strings_are_those_of_a_real_token(seen: list[Seen], number: int) -> None:
    one = seen[number]
    carried = one.carried(one.alice)
    match one.reason:
        case "Granted":
            assert set(one.subjects) == carried
            assert not set(one.subjects) & one.carried(one.bob)
        case "ClaimCollision":
            assert carried & one.carried(one.bob)
        case "NoGroupsClaim" | "ClaimIndeterminate":
            assert not carried
        case other:
            pytest.fail(other)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_status_says_what_is_computed(seen: list[Seen], number: int) -> None:
    one = seen[number]
    assert one.mapping["reason"] == one.reason
    assert tuple(one.mapping.get("subjects", ())) == one.subjects


@pytest.mark.parametrize("number", range(len(CASES)))
def test_kube_apiserver_grants_exactly_when_we_say_so(seen: list[Seen], number: int) -> None:
    one = seen[number]
    alice, bob = one.statuses
    assert (alice == GRANTED) is bool(one.subjects)
    assert bob != GRANTED
    if one.case.kind != "nested":  # there kube-apiserver refuses the token itself
        assert {alice, bob} <= {GRANTED, FORBIDDEN}


def test_members_tokens_prove_what_is_computed(seen: list[Seen]) -> None:
    for one in seen:
        (client,) = one.snapshot.clients
        if one.reason == "Granted":
            assert client.proof is not None
            assert client.proof.result is ProofResult.PROVEN, client.proof.fact
            # Keycloak writes the two times of a token one after the other: a second may pass.
            lifetime = one.alice["exp"] - one.alice["iat"]
            assert abs(lifetime - (client.proof.lifetime or 0)) <= 1


def test_there_are_enough_of_both(seen: list[Seen]) -> None:
    answers = Counter(one.statuses[0] for one in seen)
    assert answers[FORBIDDEN] >= len(CASES) // 4
    assert answers[GRANTED] >= len(CASES) // 4


def _values(case: Case) -> dict[str, str]:
    return {name: getattr(case, name) for name in DIMENSIONS}


def _every_pair() -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    for (one, values), (other, others) in combinations(DIMENSIONS.items(), 2):
        yield from (((one, value), (other, also)) for value in values for also in others)
