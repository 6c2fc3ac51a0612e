"""Whether kube-apiserver reads the groups of a person otherwise than their directory declares."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from groupaccess.application.diagnosis.fact import Fact, attempt
from groupaccess.application.diagnosis.settings import ApiServerSettings
from groupaccess.application.ports.diagnosis import DiagnosisCluster
from groupaccess.application.state.declared_objects import read_declared_directory
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.binding import SYSTEM_PREFIX
from groupaccess.domain.diagnosis.access_facts import DIRECTORIES
from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.groups_reading_rules import differing_groups_claim
from groupaccess.domain.diagnosis.login_facts import LoginFacts
from groupaccess.domain.diagnosis.realm_facts import without_echoes


async def with_reading(
    explained: Explanation,
    read: TokenReviewResult,
    cluster: DiagnosisCluster,
    settings: ApiServerSettings,
    now: datetime,
) -> Explanation:
    """Return an answer about a person whose token nobody has, with its cause first.

    What only follows from another claim or prefix is no finding of its own.
    """
    if not settings.authenticators:
        return explained
    listed = await attempt(DIRECTORIES, cluster.list_directories())
    bodies = listed.value if isinstance(listed, Fact) else ()
    directory = _directory_of(
        read.user, [read_declared_directory(body).directory for body in bodies]
    )
    if directory is None:
        return explained
    login = LoginFacts(now, directory, directory.clients[0], authenticators=settings.authenticators)
    found = tuple(differing_groups_claim(login))
    reads = any(not each.startswith(SYSTEM_PREFIX) for each in read.groups)
    findings = without_echoes(found, explained.findings, reads_groups=reads)
    return replace(explained, findings=tuple(findings))


def _directory_of(user: str, directories: Sequence[Directory]) -> Directory | None:
    """Return the directory whose issuer is before the user's name, else the only one."""
    named = [each for each in directories if user.startswith(f"{each.issuer}#")]
    found = named or directories
    return found[0] if len(found) == 1 else None
