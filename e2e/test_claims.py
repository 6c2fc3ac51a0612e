"""What is computed is what real tokens carry, and kube-apiserver grants exactly then."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from itertools import combinations
from typing import Any

import pytest

from claims_cases import DIMENSIONS, Case, build, cases, contents, pairs
from claims_seen import FORBIDDEN, GRANTED, Seen, read, see
from groupaccess.domain.directory.client import ProofResult
from suite import LONG, long_form
from testbed.cluster import Cluster
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as directory_objects
from testbed.operator import OperatorProcess
from testbed.realm import Realm

pytestmark = pytest.mark.claims

FEW = 12  # of 48 cases: each value, and half of all pairs of values
CASES = cases() if LONG else cases()[:FEW]
AT_ONCE = 3  # realms that are made, and looked at


@pytest.fixture(scope="module")
def realms(keycloak: Keycloak, installed: Cluster) -> Iterator[list[Realm]]:
    """Give a realm for each case, all of which kube-apiserver begins to trust in one reload."""

    def make(case: Case) -> Realm:
        realm = keycloak.create_realm(f"claims-{case.number}")
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
    keycloak: Keycloak,
    installed: Cluster,
    operator_process: OperatorProcess,
    progress: Callable[[], AbstractContextManager[None]],
) -> Iterator[list[Seen]]:
    """Give what is seen of all cases, after the operator has granted what it grants."""
    operator_process.start()
    bodies: list[dict[str, Any]] = []
    for case, realm in zip(CASES, realms, strict=True):
        name, ca = realm.name, keycloak.ca_file.read_text()
        bodies += directory_objects(name, realm, ca, tokens=_tokens(case), syncInterval="1h")
        bodies.append(access(name, name, mapping("sre", case.path)))

    def look(case: Case, realm: Realm) -> Seen:
        return see(objects, case, realm, read(keycloak, case, realm))

    with closing(Objects(installed)) as objects:
        objects.apply(*bodies)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(look, CASES, realms))
        with progress():
            print("\n" + "\n".join(each.row() for each in found))
        yield found


def _tokens(case: Case) -> dict[str, Any]:
    token = "ID" if case.id_token else "Access"
    client = {"clientId": "headlamp", "token": token, "scopes": list(case.scopes)}
    return {"groupsPrefix": case.groups_prefix, "clients": [client]}


def test_every_value_is_in_a_case() -> None:
    have = {value for case in CASES for value in _values(case).items()}
    assert have == {(name, value) for name, values in DIMENSIONS.items() for value in values}


@long_form
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
