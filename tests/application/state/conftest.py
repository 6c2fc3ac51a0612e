"""Fixtures of the tests of what is known and remembered."""

import pytest

from fakes.values import access, directory, mapping
from groupaccess.application.state.store import Store


@pytest.fixture
def store() -> Store:
    """Return a store with one directory, and an object for the group SRE and one for Dev."""
    made = Store()
    made.put_directory(directory())
    made.put_access(access("platform", mapping(group="SRE", role="view")))
    made.put_access(access("shop", mapping(group="/apps/Dev", role="edit")))
    return made
