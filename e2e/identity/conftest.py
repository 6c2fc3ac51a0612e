"""Fixtures of the tests of identity: a directory, and three groups that are granted."""

from typing import Any

import pytest

from identity.subjects import THREE, Declare
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as directory_objects
from testbed.operator import OperatorProcess
from testbed.realm import Realm


@pytest.fixture
def declare(realm: Realm, keycloak: Keycloak, objects: Objects, name: str) -> Declare:
    """Give a function that applies the directory, and its Secret, with these fields."""

    def apply(**spec: Any) -> None:  # noqa: ANN401 -- JSON
        objects.apply(*directory_objects(name, realm, keycloak.ca_file.read_text(), **spec))

    return apply


@pytest.fixture
def three(
    operator: OperatorProcess, realm: Realm, objects: Objects, declare: Declare, name: str
) -> str:
    """Grant view to three groups; a group that is gone has no grace."""
    assert operator.alive
    for group in THREE.values():
        realm.create_group(f"/{group}")
    declare(onMissing={"grace": "0s"})
    objects.apply(access(name, name, *(mapping(key, group) for key, group in THREE.items())))
    objects.wait_reason(f"ga/{name}", "Granted")
    return name
