"""The fake installation keeps the contract of the real one."""

from datetime import UTC, datetime

import pytest

from contracts.installation import InstallationContract
from fakes.diagnosis import FakeInstallation


class FakeInstallationSource:
    """The fakes."""

    holder, namespace = "groupaccess-1", "groupaccess"

    def __init__(self) -> None:
        now = datetime.now(UTC)
        self.port = FakeInstallation.sound(now)
        rights = {"list_leases": "leases", "list_policies": "validatingadmissionpolicies"}
        self.powerless = FakeInstallation.sound(now, forbidden=rights)


@pytest.fixture
def installation() -> FakeInstallationSource:
    return FakeInstallationSource()


class TestFakeInstallation(InstallationContract):
    """The contract."""
