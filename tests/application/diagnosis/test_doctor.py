"""What the doctor checks with few rights and with all, before and after an installation."""

from dataclasses import replace
from typing import Any

import pytest

from application.diagnosis.installations import (
    BARE,
    INSTALLED,
    POD,
    RAW,
    TOLD,
    access,
    causes,
    directory,
    examine,
    unchecked,
)
from domain.diagnosis.logins import AUTHENTICATOR, CLAIMS, DIRECTORY, ISSUER
from domain.diagnosis.test_jwt import part
from fakes.diagnosis import FakeDiagnosisCluster, FakeDiscovery
from groupaccess.api import v1alpha1 as api
from groupaccess.application.diagnosis.doctor import in_order
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.authenticator import Arguments, Distribution
from groupaccess.domain.diagnosis.finding import (
    Category,
    Cause,
    NotChecked,
    PassedCheck,
    SkippedCheck,
)
from groupaccess.domain.diagnosis.login_facts import TYPED, RealmDiscovery
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason


def test_at_a_sound_installation_every_check_passes() -> None:
    checks = examine(FakeDiagnosisCluster(**INSTALLED))
    assert [check for check in checks if not isinstance(check, PassedCheck | SkippedCheck)] == []
    assert [category for category, _ in in_order(checks)] == [
        Category.CLUSTER,
        Category.KEYCLOAK,
        Category.API_SERVER,
        Category.ACCESS,
        Category.RECOVERY,
    ]


def test_before_an_installation_what_is_typed_is_compared() -> None:
    told = (f"--oidc-issuer-url={ISSUER}/", *TOLD[1:])
    cluster = FakeDiagnosisCluster(
        **BARE, arguments=[Arguments("pod a", told, Distribution.KUBEADM)]
    )
    assert causes(examine(cluster, directory=DIRECTORY)) == [Cause.ISSUER_MISMATCH]


def test_a_cluster_without_oidc_is_told_how_to_get_it() -> None:
    cluster = FakeDiagnosisCluster(**BARE, arguments=[Arguments("pod a", (), Distribution.KUBEADM)])
    assert causes(examine(cluster, directory=DIRECTORY)) == [Cause.OIDC_NOT_CONFIGURED]


@pytest.mark.parametrize("other", [(), (*TOLD, "--oidc-groups-prefix=x:")])
def test_kube_apiservers_that_differ_are_found_once_and_first(other: tuple[str, ...]) -> None:
    second = Arguments("pod kube-system/b", other, Distribution.KUBEADM)
    twice = [directory(), directory().model_copy(deep=True)]
    checks = examine(
        FakeDiagnosisCluster(**(INSTALLED | {"arguments": [POD, second], "directories": twice}))
    )
    assert causes(checks)[:1] == [Cause.API_SERVERS_DIFFER]
    assert causes(checks).count(Cause.API_SERVERS_DIFFER) == 1
    named = examine(
        FakeDiagnosisCluster(**(INSTALLED | {"arguments": [POD, second]})),
        authenticators=(AUTHENTICATOR,),
    )
    assert causes(named)[:1] == [Cause.API_SERVERS_DIFFER]


@pytest.mark.parametrize("right", ["list_arguments", "list_directories", "list_accesses"])
def test_a_right_that_is_missing_hides_only_its_own_check(right: str) -> None:
    doubtful = INSTALLED | {"directories": [directory(api_server="Unknown")]}
    checks = examine(FakeDiagnosisCluster(**doubtful, forbidden=frozenset({right})))
    (missing,) = [check for check in checks if isinstance(check, NotChecked)]
    assert missing.why == f"you may not {right}"
    assert causes(checks) == []


def test_without_any_directory_nobody_can_say_that_nothing_is_wrong() -> None:
    assert "the login" in unchecked(examine(FakeDiagnosisCluster(arguments=[POD])))


@pytest.mark.parametrize("directories", [[], [directory(api_server="Unknown")]])
def test_settings_that_nothing_shows_are_not_guessed(
    directories: list[api.KeycloakDirectory],
) -> None:
    unseen = {"arguments": (), "directories": directories}
    checks = examine(FakeDiagnosisCluster(**(INSTALLED | unseen)))
    assert unchecked(checks)[0] == "what kube-apiserver was told about tokens"


def test_where_a_canary_agrees_settings_that_nothing_shows_are_no_question() -> None:
    checks = examine(FakeDiagnosisCluster(**(INSTALLED | {"arguments": ()})))
    assert unchecked(checks) == []
    other = [directory(), directory(api_server="Unknown")]
    doubtful = examine(
        FakeDiagnosisCluster(**(INSTALLED | {"arguments": (), "directories": other}))
    )
    assert unchecked(doubtful) == ["what kube-apiserver was told about tokens"]


def test_settings_in_a_file_are_asked_for() -> None:
    hidden = Arguments("pod a", ("--authentication-config=/etc/authn.yaml",))
    (missing,) = [
        check
        for check in examine(FakeDiagnosisCluster(arguments=[hidden]), directory=DIRECTORY)
        if isinstance(check, NotChecked)
    ]
    assert "/etc/authn.yaml" in missing.why
    assert "--authentication-config" in missing.why


def test_a_keycloak_that_is_away_is_found_before_there_is_an_operator_that_says_so() -> None:
    typed = replace(DIRECTORY, name=TYPED)
    away = FakeDiscovery({ISSUER: Failure(Reason.KEYCLOAK_UNAVAILABLE, "refused.")})
    checks = examine(FakeDiagnosisCluster(**BARE, arguments=[POD]), away, directory=typed)
    assert causes(checks) == [Cause.KEYCLOAK_UNAVAILABLE]


def test_what_this_command_reaches_says_nothing_about_the_set_up() -> None:
    away = FakeDiscovery({ISSUER: Failure(Reason.KEYCLOAK_UNAVAILABLE, "refused.")})
    checks = examine(FakeDiagnosisCluster(**INSTALLED), away)
    assert causes(checks) == []
    assert unchecked(checks) == [f"what {ISSUER} says of itself"]


def test_whom_this_command_trusts_says_nothing_about_the_set_up() -> None:
    unknown = Failure(Reason.CERTIFICATE_NOT_TRUSTED, "unknown authority: give it with --ca")
    checks = examine(FakeDiagnosisCluster(**INSTALLED), FakeDiscovery({ISSUER: unknown}))
    assert causes(checks) == []
    (missing,) = [check for check in checks if isinstance(check, NotChecked)]
    assert missing.why == "unknown authority: give it with --ca"


def test_a_token_is_checked_by_kube_apiserver() -> None:
    error = TokenReviewResult(error="oidc: authenticator not initialized")
    checks = examine(FakeDiagnosisCluster(**INSTALLED, review=error), token=RAW)
    assert causes(checks) == [Cause.AUTHENTICATOR_NOT_READY]
    assert RAW not in str(checks)


def test_a_token_that_is_accepted_has_nothing_wrong() -> None:
    review = TokenReviewResult(("SRE",), user="alice")
    assert causes(examine(FakeDiagnosisCluster(**INSTALLED, review=review), token=RAW)) == []


def test_a_token_says_nothing_of_the_directories_of_other_realms() -> None:
    other = "https://auth.example.com/realms/OTHER"
    realms = FakeDiscovery({ISSUER: RealmDiscovery(ISSUER), other: RealmDiscovery(other)})
    known = INSTALLED | {"directories": [directory(issuer=other), directory()], "arguments": []}
    review = TokenReviewResult(("SRE",), user="alice")
    assert causes(examine(FakeDiagnosisCluster(**known, review=review), realms, token=RAW)) == []


def test_without_the_right_to_review_the_rules_still_judge_a_token() -> None:
    expired = f"{part({'alg': 'RS256'})}.{part(CLAIMS | {'exp': 1})}.x"
    lacking = FakeDiagnosisCluster(**INSTALLED, forbidden=frozenset({"review_token"}))
    checks = examine(lacking, token=expired)
    assert causes(checks) == [Cause.TOKEN_EXPIRED]
    assert unchecked(checks) == ["what kube-apiserver reads from the token"]


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({"directories": [directory(ready="False")]}, Cause.DIRECTORY_NOT_READY),
        ({"directories": [directory(ready="Unknown")]}, Cause.DIRECTORY_NOT_READY),
        ({"directories": [directory(api_server="False")]}, Cause.API_SERVER_MISMATCH),
        ({"directories": [directory(seen=0)]}, Cause.OUTDATED_STATUS),
        ({"accesses": [access("Held", "GroupMissing")]}, Cause.MAPPING_NOT_GRANTED),
        ({"accesses": [access("Granted", seen=0)]}, Cause.MAPPING_NOT_GRANTED),
    ],
)
def test_what_the_operator_reports_is_repeated(changed: dict[str, Any], cause: Cause) -> None:
    assert causes(examine(FakeDiagnosisCluster(**(INSTALLED | changed)))) == [cause]


def test_an_expired_mapping_is_as_declared() -> None:
    expired = {"accesses": [access("Expired", "Expired")]}
    assert causes(examine(FakeDiagnosisCluster(**(INSTALLED | expired)))) == []


def test_where_a_proxy_takes_the_token_away_nothing_else_is_said() -> None:
    checks = examine(FakeDiagnosisCluster(anonymous=True))
    assert causes(checks) == [Cause.NO_TOKEN]
    assert unchecked(checks) == []
