"""The checks of the cluster itself."""

from collections.abc import AsyncIterator

from groupaccess.application.diagnosis.declared_facts import directory_facts
from groupaccess.application.diagnosis.doctor_facts import DoctorFacts
from groupaccess.application.diagnosis.fact import Fact, attempt
from groupaccess.domain.diagnosis.access_request import AccessRequest
from groupaccess.domain.diagnosis.cluster_rules import (
    clock_checks,
    recovery_checks,
    version_checks,
)
from groupaccess.domain.diagnosis.declared_rules import agreeing_directories
from groupaccess.domain.diagnosis.finding import Category, Check, NotChecked, PassedCheck
from groupaccess.domain.diagnosis.login_diagnosis import differing_servers
from groupaccess.domain.diagnosis.login_facts import RealmDiscovery

EVERYTHING = AccessRequest("*", "*", group="*")


async def check_settings(facts: DoctorFacts) -> AsyncIterator[Check]:
    """Tell what kube-apiserver was told; where nothing shows it, a canary that agrees is enough."""
    settings = await facts.settings()
    if isinstance(settings.accepted, NotChecked):
        bodies = await facts.bodies()
        known = () if isinstance(bodies, NotChecked) else bodies
        if facts.options.directory or not agreeing_directories(map(directory_facts, known)):
            yield settings.accepted
    for finding in differing_servers(settings.differences):
        yield finding
    for each in settings.authenticators or ():
        fact = f"kube-apiserver ({each.where}) accepts {each.issuer}"
        yield PassedCheck(Category.CLUSTER, fact)


async def check_version(facts: DoctorFacts) -> AsyncIterator[Check]:
    """Compare the version of Kubernetes with the oldest that works."""
    server = await facts.server()
    if isinstance(server, NotChecked):
        yield server
        return
    for check in version_checks(server.version):
        yield check


async def check_clock(facts: DoctorFacts) -> AsyncIterator[Check]:
    """Compare the clocks by the times of answers."""
    ahead = {}
    server = await facts.server()
    if not isinstance(server, NotChecked) and server.ahead is not None:
        ahead["kube-apiserver"] = server.ahead
    for directory in await facts.directories():
        discovery = await facts.discovery(directory.issuer)
        if isinstance(discovery, RealmDiscovery) and discovery.ahead is not None:
            ahead["Keycloak"] = discovery.ahead
    for check in clock_checks(ahead):
        yield check


async def check_recovery(facts: DoctorFacts) -> AsyncIterator[Check]:
    """Look for a cluster-admin who does not log in to Keycloak."""
    bindings = await facts.bindings()
    if isinstance(bindings, NotChecked):
        yield bindings
        return
    prefixes = {directory.groups_prefix for directory in await facts.directories()}
    by_certificate = await _is_admin_by_certificate(facts)
    for check in recovery_checks(bindings, prefixes, by_certificate=by_certificate):
        yield check


async def _is_admin_by_certificate(facts: DoctorFacts) -> bool:
    cluster = facts.servers.cluster
    own = await attempt("who you are", cluster.whoami())
    if not isinstance(own, Fact) or not own.value.by_certificate:
        return False
    may = await attempt("what you may do", cluster.decide_own(EVERYTHING))
    return isinstance(may, Fact) and may.value.allowed
