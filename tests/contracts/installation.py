"""What `InstallationReader` promises of kube-apiserver and of an installed chart, fake or real."""

from datetime import timedelta
from typing import Protocol

import pytest

from groupaccess.api.crd.generate import KINDS, crd_schema
from groupaccess.application.ports.diagnosis import InstallationReader
from groupaccess.application.ports.errors import NotAllowedError
from groupaccess.domain.diagnosis.installation_rules import schema_fields

GUARD = "groupaccess-bind-guard"


class InstallationSource(Protocol):
    """A cluster with the CRDs and the chart's policies, of which GUARD is in force.

    `powerless` is by an account without rights. There is a Lease of `holder` in `namespace`.
    """

    port: InstallationReader
    powerless: InstallationReader
    holder: str
    namespace: str


class InstallationContract:
    """To be used with a fixture `installation`, an InstallationSource."""

    async def test_everybody_may_ask_for_version_clock_and_schemas(
        self, installation: InstallationSource
    ) -> None:
        for port in (installation.port, installation.powerless):
            server = await port.read_server()
            assert server.version.startswith("v1.")
            assert server.ahead is not None
            assert abs(server.ahead) < timedelta(seconds=10)
            schemas = await port.read_schemas()
            for kind in KINDS:
                assert schema_fields(crd_schema(kind)) <= schema_fields(schemas[kind.name])

    async def test_a_lease_says_who_holds_it(self, installation: InstallationSource) -> None:
        leases = {lease.namespace: lease for lease in await installation.port.list_leases()}
        assert leases[installation.namespace].holder == installation.holder

    async def test_the_policies_of_the_chart_are_in_force(
        self, installation: InstallationSource
    ) -> None:
        policies = {policy.name: policy for policy in await installation.port.list_policies()}
        assert policies[GUARD].inactive == ""

    async def test_a_right_that_is_missing_is_named(self, installation: InstallationSource) -> None:
        with pytest.raises(NotAllowedError, match="leases"):
            await installation.powerless.list_leases()
        with pytest.raises(NotAllowedError, match="validatingadmissionpolicies"):
            await installation.powerless.list_policies()
