"""What each port promises, written once: run on the fakes here and on what is real in e2e."""

import pytest

pytest.register_assert_rewrite(
    "contracts.cluster",
    "contracts.cluster_namespaces",
    "contracts.directory_reader",
    "contracts.leases",
)
