"""Looks at everything between a login and an answer of kube-apiserver, with a person's rights."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from groupaccess.application.diagnosis.cluster_checks import (
    check_clock,
    check_recovery,
    check_settings,
    check_version,
)
from groupaccess.application.diagnosis.doctor_facts import (
    DoctorFacts,
    DoctorOptions,
    DoctorServers,
)
from groupaccess.application.diagnosis.login_checks import check_certificate, check_login
from groupaccess.application.diagnosis.operator_checks import (
    check_crds,
    check_directories,
    check_mappings,
    check_operator,
    check_policies,
)
from groupaccess.application.diagnosis.realm_checks import check_members, check_subjects
from groupaccess.application.ports.errors import AnonymousError
from groupaccess.domain.diagnosis.check_name import CheckName
from groupaccess.domain.diagnosis.finding import Category, Check, Finding, PassedCheck
from groupaccess.domain.diagnosis.lost_token import without_token

CHECKS: dict[CheckName, Callable[[DoctorFacts], AsyncIterator[Check]]] = {
    CheckName.SETTINGS: check_settings,
    CheckName.VERSION: check_version,
    CheckName.CLOCK: check_clock,
    CheckName.CERTIFICATE: check_certificate,
    CheckName.LOGIN: check_login,
    CheckName.CRDS: check_crds,
    CheckName.OPERATOR: check_operator,
    CheckName.POLICIES: check_policies,
    CheckName.DIRECTORIES: check_directories,
    CheckName.MAPPINGS: check_mappings,
    CheckName.MEMBERS: check_members,
    CheckName.SUBJECTS: check_subjects,
    CheckName.RECOVERY: check_recovery,
}


@dataclass(frozen=True, slots=True)
class Doctor:
    """Makes the chosen checks, in the order of a login."""

    servers: DoctorServers
    now: datetime
    chosen: AbstractSet[CheckName] = frozenset(CheckName)

    async def examine(self, options: DoctorOptions) -> AsyncIterator[Check]:
        """Yield each check as soon as it is made; one that cannot be made does not end the rest.

        What two of them say is said once. Requests of nobody show nothing but that they are.
        """
        try:
            async for check in self._examine(options):
                yield check
        except AnonymousError:
            yield without_token("what you sent to kube-apiserver")

    async def _examine(self, options: DoctorOptions) -> AsyncIterator[Check]:
        facts, said = DoctorFacts(self.servers, self.now, options), set[Check]()
        for name in (each for each in CheckName if each in self.chosen):
            async for check in CHECKS[name](facts):
                if check not in said:
                    yield check
                said.add(check)


def in_order(checks: Iterable[Check]) -> Iterator[tuple[Category, list[Finding | PassedCheck]]]:
    """Yield the checks that were made, by category in the order of a login."""
    made = [check for check in checks if isinstance(check, Finding | PassedCheck)]
    for category in Category:
        if chosen := [check for check in made if check.category is category]:
            yield category, chosen
