"""What the doctor says of the cluster and the installation, and which checks can be chosen."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from application.diagnosis.installations import (
    INSTALLED,
    NOW,
    RAW,
    REALM,
    access,
    causes,
    examine,
    unchecked,
)
from domain.diagnosis.logins import CLAIMS, DIRECTORY, ISSUER
from domain.diagnosis.test_jwt import part
from domain.handmade import found
from fakes.diagnosis import FakeDiagnosisCluster, FakeDiscovery, FakeInstallation
from groupaccess.application.ports.diagnosis import ServerFacts
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.check_name import CHECK_TEXTS, CheckName
from groupaccess.domain.diagnosis.finding import Cause, Check, Finding, PassedCheck
from groupaccess.domain.diagnosis.installation_rules import LeaseFacts, PolicyFacts
from groupaccess.domain.diagnosis.login_facts import RealmDiscovery

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def sound(**changes: Any) -> FakeDiagnosisCluster:
    return FakeDiagnosisCluster(**(INSTALLED | changes))


def installed(**changes: Any) -> list[Check]:
    return examine(sound(), installation=FakeInstallation.sound(NOW, **changes))


def facts_of(checks: list[Check]) -> str:
    return "\n".join(check.fact for check in checks if isinstance(check, PassedCheck | Finding))


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"server": ServerFacts("v1.31.9", timedelta())}, Cause.VERSION_NOT_SUPPORTED),
        ({"server": ServerFacts("v1.37.2", HOUR)}, Cause.CLOCKS_DIFFER),
        ({"server": ServerFacts("v1.37.2", -HOUR)}, Cause.CLOCKS_DIFFER),
        ({"schemas": {}}, Cause.CRD_OUTDATED),
        ({"leases": [LeaseFacts("ns", "gone", NOW - HOUR)]}, Cause.NO_LEADER),
        ({"leases": [LeaseFacts("ns", "", NOW + HOUR)]}, Cause.NO_LEADER),
        ({"policies": []}, Cause.NOT_IN_FORCE),
        ({"policies": [PolicyFacts("guard", "it is not in force")]}, Cause.NOT_IN_FORCE),
    ],
)
def test_what_is_wrong_with_the_installation_is_found(
    changes: dict[str, Any], cause: Cause
) -> None:
    assert set(causes(installed(**changes))) == {cause}


@pytest.mark.parametrize("version", ["v1.32.0", "v1.34.4+k3s1", "v2.0.0", "a build of my own"])
def test_a_version_that_is_new_enough_or_nobody_knows_is_no_finding(version: str) -> None:
    assert causes(installed(server=ServerFacts(version))) == []


def test_a_field_that_an_old_definition_drops_is_named() -> None:
    schemas: dict[str, Any] = {**FakeInstallation.sound(NOW).schemas, "GroupAccess": {}}
    said = facts_of(installed(schemas=schemas))
    assert "of GroupAccess is older than this command: it drops " in said
    assert "of KeycloakDirectory is older" not in said


def test_without_a_lease_nobody_can_tell_whether_an_operator_works() -> None:
    assert unchecked(installed(leases=[])) == ["whether an operator works"]


def test_before_an_installation_nothing_is_said_of_it() -> None:
    bare = FakeInstallation.sound(NOW, schemas={}, leases=[], policies=[])
    checks = examine(sound(directories=[], accesses=[]), installation=bare, directory=DIRECTORY)
    assert causes(checks) == []
    assert unchecked(checks) == []


@pytest.mark.parametrize("right", ["list_leases", "list_policies"])
def test_a_right_that_is_missing_hides_only_its_own_check(right: str) -> None:
    checks = installed(forbidden={right: "it"})
    assert causes(checks) == []
    assert len(unchecked(checks)) == 1


@pytest.mark.parametrize(
    ("left", "causes_"), [(30 * DAY, []), (3 * DAY, [Cause.CERTIFICATE_EXPIRES])]
)
def test_a_certificate_that_ends_soon_is_found(left: timedelta, causes_: list[Cause]) -> None:
    realm = FakeDiscovery({ISSUER: RealmDiscovery(ISSUER, certificate_ends=NOW + left)})
    assert causes(examine(sound(), realm)) == causes_


def test_a_clock_of_keycloak_that_differs_is_found() -> None:
    realm = FakeDiscovery({ISSUER: RealmDiscovery(ISSUER, ahead=-HOUR)})
    (finding,) = [each for each in examine(sound(), realm) if isinstance(each, Finding)]
    assert finding.cause is Cause.CLOCKS_DIFFER
    assert "Keycloak: 3600 s behind this machine" in finding.evidence


@pytest.mark.parametrize(
    ("user", "admins", "causes_"),
    [
        (INSTALLED["user"], (), []),
        (TokenReviewResult(("SRE",), user="alice"), (), [Cause.ONLY_BY_KEYCLOAK]),
        (TokenReviewResult(("SRE",), user="alice"), ("system:masters",), [Cause.ONLY_BY_KEYCLOAK]),
        (TokenReviewResult(("SRE",), user="alice"), ("SRE",), [Cause.ONLY_BY_KEYCLOAK]),
        (TokenReviewResult(("SRE",), user="alice"), ("kubeadm:cluster-admins",), []),
    ],
)
def test_somebody_must_get_in_without_keycloak(
    user: TokenReviewResult, admins: tuple[str, ...], causes_: list[Cause]
) -> None:
    bindings = [found("admins", each, role="cluster-admin").binding for each in admins]
    assert causes(examine(sound(user=user, bindings=bindings))) == causes_


def test_a_suspended_mapping_is_a_warning_and_not_in_order() -> None:
    checks = examine(sound(accesses=[access("Held", "Suspended")]))
    assert causes(checks) == [Cause.SUSPENDED]
    assert "as declared: 1 mapping" not in facts_of(checks)


def test_a_token_without_groups_is_found_although_it_is_accepted() -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != "groups"}
    raw = f"{part({'alg': 'RS256'})}.{part(claims | {'exp': 4_000_000_000})}.x"
    review = TokenReviewResult(("system:authenticated",), user="alice")
    assert causes(examine(sound(review=review), token=raw)) == [Cause.NOT_IN_A_GROUP]


def test_what_kube_apiserver_reads_from_a_token_is_told() -> None:
    review = TokenReviewResult(("SRE",), user="alice")
    said = facts_of(examine(sound(review=review), token=RAW))
    assert "kube-apiserver reads user alice with SRE from the token" in said


@pytest.mark.parametrize("name", list(CheckName))
def test_one_check_alone_can_be_made_or_left_out(name: CheckName) -> None:
    broken = sound(directories=[], arguments=(), user=TokenReviewResult(user="alice"))
    everything = set(examine(broken))
    alone = set(examine(broken, chosen=frozenset({name})))
    without = set(examine(broken, chosen=frozenset(CheckName) - {name}))
    assert alone <= everything
    assert alone | without == everything


def test_each_check_is_described() -> None:
    assert CHECK_TEXTS.keys() == set(CheckName)


def test_nothing_is_said_twice() -> None:
    twice = replace(sound(forbidden=frozenset({"list_bindings"})))
    checks = examine(twice, REALM)
    assert len(checks) == len(set(checks))
