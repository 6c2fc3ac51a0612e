"""A sound installation as the doctor sees it, and what it says of a changed one."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from domain.diagnosis.logins import CLAIMS, ISSUER
from domain.diagnosis.test_jwt import part
from fakes.diagnosis import FakeDiagnosisCluster, FakeDiscovery, FakeInstallation
from groupaccess.api import v1alpha1 as api
from groupaccess.application.diagnosis.cluster_checks import EVERYTHING
from groupaccess.application.diagnosis.doctor import Doctor
from groupaccess.application.diagnosis.doctor_facts import DoctorOptions, DoctorServers
from groupaccess.application.ports.people import RealmPeople
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.authenticator import Arguments, Distribution
from groupaccess.domain.diagnosis.check_name import CheckName
from groupaccess.domain.diagnosis.finding import (
    Cause,
    Check,
    Finding,
    NotChecked,
)
from groupaccess.domain.diagnosis.login_facts import RealmDiscovery

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOLD = (f"--oidc-issuer-url={ISSUER}", "--oidc-client-id=headlamp", "--oidc-groups-claim=groups")
POD = Arguments("pod kube-system/a", TOLD, Distribution.KUBEADM)
REALM = FakeDiscovery({ISSUER: RealmDiscovery(ISSUER)})
RAW = f"{part({'alg': 'RS256'})}.{part(CLAIMS | {'exp': 4_000_000_000})}.x"


def directory(
    ready: str = "True", seen: int = 1, api_server: str = "True", issuer: str = ISSUER
) -> api.KeycloakDirectory:
    return api.KeycloakDirectory.read(
        {
            "apiVersion": "groupaccess.io/v1alpha1",
            "kind": "KeycloakDirectory",
            "metadata": {"name": "default", "uid": "u", "resourceVersion": "1", "generation": 1},
            "spec": {
                "issuer": issuer,
                "auth": {"serviceAccountToken": {"clientId": "groupaccess"}},
                "tokens": {
                    "groupsClaim": "groups",
                    "groupsPrefix": "",
                    "clients": [{"clientId": "headlamp", "token": "ID", "scopes": ["openid"]}],
                },
                "allowedClusterRoles": ["*"],
            },
            "status": {
                "observedGeneration": seen,
                "conditions": [
                    condition("Ready", ready, "Read", "5 groups read."),
                    condition("ApiServer", api_server, "ApiServerAgrees", "as declared."),
                ],
            },
        }
    )


def condition(kind: str, status: str, reason: str, message: str) -> dict[str, Any]:
    time = "2026-03-01T12:00:00Z"
    more = {"reason": reason, "message": message, "lastTransitionTime": time}
    return {"type": kind, "status": status, **more}


def access(
    state: str = "Granted", reason: str = "Granted", seen: int = 1, **more: Any
) -> api.GroupAccess:
    mapping = {"name": "sre", "group": "SRE", "clusterRole": "view", "clusterWide": True, **more}
    return api.GroupAccess.read(
        {
            "apiVersion": "groupaccess.io/v1alpha1",
            "kind": "GroupAccess",
            "metadata": {"name": "apps", "uid": "u", "resourceVersion": "1", "generation": 1},
            "spec": {"mappings": [mapping]},
            "status": {
                "observedGeneration": seen,
                "mappings": [
                    {
                        "name": "sre",
                        "state": state,
                        "reason": reason,
                        "message": "why.",
                        "subjects": ["SRE"],
                    }
                ],
            },
        }
    )


def examine(
    cluster: FakeDiagnosisCluster,
    realm: FakeDiscovery = REALM,
    installation: FakeInstallation | None = None,
    people: RealmPeople | None = None,
    chosen: frozenset[CheckName] = frozenset(CheckName),
    **options: Any,
) -> list[Check]:
    async def log_in(_directory: Directory) -> RealmPeople:
        assert people is not None
        return people

    async def gather() -> list[Check]:
        installed = installation or FakeInstallation.sound(NOW)
        servers = DoctorServers(cluster, installed, realm, log_in if people else None)
        doctor = Doctor(servers, NOW, chosen)
        return [check async for check in doctor.examine(DoctorOptions(**options))]

    return asyncio.run(gather())


def causes(checks: list[Check]) -> list[Cause]:
    return [check.cause for check in checks if isinstance(check, Finding)]


def unchecked(checks: list[Check]) -> list[str]:
    return [check.what for check in checks if isinstance(check, NotChecked)]


CERTIFICATE = TokenReviewResult(("system:masters",), user="admin", by_certificate=True)
BARE: dict[str, Any] = {"user": CERTIFICATE, "allowed": frozenset({EVERYTHING})}
INSTALLED: dict[str, Any] = BARE | {
    "directories": [directory()],
    "accesses": [access()],
    "arguments": [POD],
}
