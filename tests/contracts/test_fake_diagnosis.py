"""The fakes of `why` and `doctor` keep the contract of the real ones."""

import pytest

from application.diagnosis.installations import access, directory
from contracts.diagnosis import GROUP, PODS, VERSION, DiagnosisContract, DiscoveryContract
from domain.builders import there
from domain.diagnosis.logins import ISSUER
from domain.handmade import found
from fakes.diagnosis import FakeDiagnosisCluster, FakeDiscovery
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.login_facts import RealmDiscovery
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

BINDING = found("by-hand", GROUP, namespace="shop").binding
RIGHTS = {
    "list_directories": "keycloakdirectories",
    "list_accesses": "groupaccesses",
    "list_bindings": "bindings",
    "list_namespaces": "namespaces",
    "list_arguments": "nodes",
    "review_token": "tokenreviews",
    "decide": "subjectaccessreviews",
}


class FakeDiagnosisSource:
    """The fakes."""

    binding = BINDING.key
    access, directory = "apps", "default"
    token, account = "a.real.token", "alice"

    def __init__(self) -> None:
        self.port = FakeDiagnosisCluster(
            [directory()],
            [access()],
            [BINDING],
            there("shop"),
            tokens={self.token: TokenReviewResult(user=self.account)},
            allowed=frozenset({PODS.in_namespace("shop"), VERSION}),
            allowed_groups=frozenset({GROUP}),
        )
        self.anonymous = FakeDiagnosisCluster(anonymous=True)
        self.powerless = FakeDiagnosisCluster(
            user=TokenReviewResult(user="nobody"), forbidden=frozenset(RIGHTS), rights=RIGHTS
        )


class FakeDiscoverySource:
    """The fake."""

    issuer = ISSUER
    missing, unreachable = f"{ISSUER}-other", "https://nobody.example.com/realms/ADMIN"

    def __init__(self) -> None:
        missing = Failure(Reason.ISSUER_MISMATCH, "no such realm")
        self.reader = FakeDiscovery({ISSUER: RealmDiscovery(ISSUER), self.missing: missing})


@pytest.fixture
def source() -> FakeDiagnosisSource:
    return FakeDiagnosisSource()


@pytest.fixture
def discovery() -> FakeDiscoverySource:
    return FakeDiscoverySource()


class TestFakeDiagnosisCluster(DiagnosisContract):
    """The contract."""


class TestFakeDiscovery(DiscoveryContract):
    """The contract."""
