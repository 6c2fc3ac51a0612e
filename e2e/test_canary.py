"""The canary: what kube-apiserver reads from a real token, beside what the directory says."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from suite import long_form
from testbed import canary
from testbed.cluster import Cluster
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as directory_objects
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.realm_pool import RealmPool
from testbed.waiting import eventually

pytestmark = pytest.mark.canary

NAME = "canary"
WITHIN = 40.0  # a reading is due every ten seconds, and a review with it while something differs


@dataclass
class Place:
    """A directory with a canary, and a group of it that may view."""

    objects: Objects
    realm: Realm
    ca: str
    _intervals: Iterator[int] = field(default_factory=lambda: itertools.count(10))

    def declare(self, **spec: Any) -> None:  # noqa: ANN401 -- JSON
        """Declare the directory; each time its spec changes, and it is looked at again."""
        interval = {"syncInterval": f"{next(self._intervals)}s", "canary": {"group": canary.GROUP}}
        self.objects.apply(*directory_objects(NAME, self.realm, self.ca, **{**interval, **spec}))

    def wait(self, status: str, *words: str) -> str:
        """Wait until the directory's condition ApiServer has this status and words."""
        self.objects.read_again(NAME)

        def check() -> str | None:
            found = self.objects.conditions(f"kcd/{NAME}")["ApiServer"]
            said = f"{found['status']} {found['reason']}: {found['message']}"
            if found["status"] != status or not all(each in said for each in words):
                raise AssertionError(said)
            return said

        return eventually(check, within=WITHIN, what=f"ApiServer {status} {words}")

    def verified(self) -> tuple[str, str]:
        """Return status and reason of the GroupAccess's condition Verified."""
        found = self.objects.conditions(f"ga/{NAME}")["Verified"]
        return found["status"], found["reason"]


@pytest.fixture(scope="module")
def place(
    installed: Cluster, operator_process: OperatorProcess, realm_pool: RealmPool, keycloak: Keycloak
) -> Iterator[Place]:
    """Give a directory that is right, with one grant; the operator may ask for reviews."""
    realm = realm_pool.take(installed)
    canary.set_up(realm)
    realm.create_group("/SRE")
    made = Place(Objects(installed), realm, keycloak.ca_file.read_text())
    canary.let_review(installed, yes=True)
    try:
        operator_process.start()
        made.declare()
        made.objects.apply(access(NAME, NAME, mapping("sre", "SRE")))
        made.objects.wait_reason(f"ga/{NAME}", "Granted", within=WITHIN)
        yield made
    finally:
        made.objects.close()
        canary.let_review(installed, yes=False)
        realm_pool.give_back(realm, installed)


def test_what_a_real_token_shows_as_declared_is_true_and_proven(place: Place) -> None:
    place.wait("True", "ApiServerAgrees", '"groupaccess-canary"', "from a real token")
    assert place.verified() == ("True", "Granted")


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        pytest.param(
            {"groups_prefix": "oidc:"},
            ('groups prefix "oidc:" (--oidc-groups-prefix, ', "would not match"),
            marks=long_form,
        ),
        pytest.param(
            {"groups_claim": "teams"},
            (
                'its group in claim "groups", but kube-apiserver does not read it',
                "--oidc-groups-claim",
            ),
            marks=long_form,
        ),
        ({"audience": "dashboard"}, ('expects the audience "dashboard"', "headlamp", "401")),
    ],
    ids=["prefix", "claim", "audience"],
)
def test_what_kube_apiserver_reads_otherwise_is_said_and_holds(
    place: Place, reading: dict[str, str], words: tuple[str, ...]
) -> None:
    place.wait("True")
    fields = dict(reading)
    audience = fields.pop("audience", "headlamp")
    place.objects.cluster.trust(place.realm.issuer(audience, **fields))
    place.declare()
    place.wait("False", "ApiServerMismatch", *words)
    held_and_healed(place)


def test_an_issuer_that_kube_apiserver_does_not_trust_is_said_and_holds(place: Place) -> None:
    place.wait("True")
    place.objects.cluster.distrust(place.realm.issuer_url)
    place.declare()
    place.wait("False", "ApiServerMismatch", place.realm.issuer_url, "--oidc-issuer-url")
    held_and_healed(place)


def held_and_healed(place: Place) -> None:
    """Expect that what stands keeps standing, that nothing new is granted, and that it heals."""
    objects = place.objects
    objects.wait_reason(f"ga/{NAME}", "ApiServerMismatch")
    assert place.verified() == ("False", "ApiServerMismatch")
    objects.apply(access(NAME, NAME, mapping("sre", "SRE"), mapping("new", "SRE")))
    objects.wait_reason(f"ga/{NAME}", "ApiServerMismatch")
    assert list(objects.bindings(NAME)) == [f"groupaccess:{NAME}:sre:view"]
    objects.cluster.trust(place.realm.issuer())
    objects.read_again(NAME)
    objects.wait_reason(f"ga/{NAME}", "Granted", within=WITHIN)
    assert len(objects.bindings(NAME)) == 2
    objects.apply(access(NAME, NAME, mapping("sre", "SRE")))
    objects.wait_reason(f"ga/{NAME}", "Granted")


def test_a_prefix_that_the_directory_has_too_much_is_said(place: Place) -> None:
    tokens = {"groupsPrefix": "oidc:", "clients": [{"clientId": "headlamp"}]}
    place.declare(tokens=tokens)
    place.wait("False", "no groups prefix (", 'spec.tokens.groupsPrefix is "oidc:"')
    bound = place.objects.bindings(NAME)[f"groupaccess:{NAME}:sre:view"]["subjects"]
    assert [each["name"] for each in bound] == ["SRE"]
    place.declare()
    place.wait("True")


def test_a_canary_without_an_audience_for_kube_apiserver_is_unknown_and_grants(
    place: Place,
) -> None:
    place.realm.clients.delete_mapper("groupaccess", "audience")
    place.declare()
    place.wait("Unknown", "ApiServerUnknown", 'not for the audience "headlamp"', "Audience mapper")
    place.objects.wait_reason(f"ga/{NAME}", "Granted")
    place.realm.clients.add_mapper("groupaccess", canary.audience_mapper("headlamp"))
    place.wait("True")


def test_without_the_right_to_ask_it_is_unknown_and_names_the_charts_value(place: Place) -> None:
    canary.let_review(place.objects.cluster, yes=False)
    try:
        place.declare()
        place.wait("Unknown", "ApiServerUnknown", "apiServer.tokenReview")
        place.objects.wait_reason(f"ga/{NAME}", "Granted")
        eventually(
            lambda: place.verified() == ("Unknown", "ApiServerUnknown"), within=10, what="Verified"
        )
    finally:
        canary.let_review(place.objects.cluster, yes=True)
    place.wait("True")


def test_no_token_is_in_the_operators_log(place: Place, operator_process: OperatorProcess) -> None:
    place.wait("True")
    log = operator_process.log.read_text()
    assert "kube-apiserver reads" in log
    assert "eyJ" not in log  # how each JWT begins
