"""The checks of the installation, and of what the operator reports."""

from collections.abc import AsyncIterator

from groupaccess.api.crd.generate import KINDS, crd_schema
from groupaccess.application.diagnosis.declared_facts import directory_facts
from groupaccess.application.diagnosis.doctor_facts import DoctorFacts
from groupaccess.application.diagnosis.fact import Fact, attempt
from groupaccess.domain.diagnosis.declared_rules import directory_checks, mapping_checks
from groupaccess.domain.diagnosis.finding import Check, NotChecked
from groupaccess.domain.diagnosis.installation_rules import (
    crd_checks,
    operator_checks,
    policy_checks,
    schema_fields,
)


async def check_crds(facts: DoctorFacts) -> AsyncIterator[Check]:
    """Compare the fields that the API server knows with those of this version."""
    if not await facts.is_installed():
        return
    served = await attempt(
        "the CustomResourceDefinitions", facts.servers.installation.read_schemas()
    )
    if isinstance(served, NotChecked):
        yield served
        return
    known = {kind: schema_fields(schema) for kind, schema in served.value.items()}
    own = {kind.name: schema_fields(crd_schema(kind)) for kind in KINDS}
    for check in crd_checks(known, own):
        yield check


async def check_operator(facts: DoctorFacts) -> AsyncIterator[Check]:
    """Look whether an operator holds the Lease."""
    if not await facts.is_installed():
        return
    leases = await attempt("whether an operator works", facts.servers.installation.list_leases())
    if isinstance(leases, NotChecked):
        yield leases
        return
    for check in operator_checks(leases.value, facts.now):
        yield check


async def check_policies(facts: DoctorFacts) -> AsyncIterator[Check]:
    """Look whether the chart's admission policies are in force."""
    if not await facts.is_installed():
        return
    policies = await attempt("the admission policies", facts.servers.installation.list_policies())
    if isinstance(policies, Fact):
        for check in policy_checks(policies.value):
            yield check
    else:
        yield policies


async def check_directories(facts: DoctorFacts) -> AsyncIterator[Check]:
    """Repeat what the operator reports of each directory."""
    bodies = await facts.bodies()
    if isinstance(bodies, NotChecked):
        yield bodies
        return
    for body in bodies:
        for check in directory_checks(directory_facts(body)):
            yield check


async def check_mappings(facts: DoctorFacts) -> AsyncIterator[Check]:
    """Repeat what the operator reports of each mapping."""
    mappings = await facts.mappings()
    if isinstance(mappings, NotChecked):
        yield mappings
        return
    for check in mapping_checks(mappings):
        yield check
