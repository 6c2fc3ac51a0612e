"""Fixtures of the tests of the adapters of Kubernetes."""

import pytest

from fakes.api_server import ApiServer


@pytest.fixture
def server() -> ApiServer:
    return ApiServer()
