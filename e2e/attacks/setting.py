"""Setting the stage: people and groups in Keycloak, directories, and a victim."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attacks import texts
from attacks.stage import (
    BINDABLE,
    HONEST,
    NARROW,
    PATHS,
    PREFIXES,
    SECRET_GROUP,
    SHOP,
    VICTIM,
    AttackScenario,
)
from testbed.cluster import Cluster
from testbed.installation import install_rights
from testbed.objects import Objects, access, directory, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm


@contextmanager
def set_up(
    cluster: Cluster, operator: OperatorProcess, realm: Realm, ca: str
) -> Iterator[AttackScenario]:
    """Set the stage, with a victim whose grants stand, and clear it afterwards."""
    objects = Objects(cluster)
    install_rights(cluster, BINDABLE)
    stage = AttackScenario(cluster, operator, objects, realm, ca)
    try:
        _people(stage)
        _directories(stage)
        _victim(stage)
        yield stage
    finally:
        stage.leave()
        install_rights(cluster)


def _people(stage: AttackScenario) -> None:
    admin, realm = stage.realm.admin, stage.realm
    insider = realm.create_user("insider")
    for text in (SECRET_GROUP, *texts.RESERVED):
        admin.create_group({"name": text})
    for text in texts.HARMLESS.values():
        admin.group_user_add(insider, str(admin.create_group({"name": text})))
    above = admin.create_group({"name": texts.ABOVE})
    below = admin.create_group({"name": texts.BELOW}, parent=above)
    admin.group_user_add(insider, str(below))
    stage.insider = realm.id_token("insider")
    realm.clients.create_headlamp("console", full_path=True)


def _directories(stage: AttackScenario) -> None:
    def make(name: str, client: str = "headlamp", prefix: str = "", **spec: Any) -> None:  # noqa: ANN401 -- JSON
        tokens = {"clients": [{"clientId": client}], "groupsPrefix": prefix}
        stage.objects.apply(*directory(name, stage.realm, stage.ca, tokens=tokens, **spec))

    make(HONEST)
    make(PATHS, "console")
    make(NARROW, allowedClusterRoles=["edit"])
    for name, prefix in PREFIXES.items():
        make(name, prefix=prefix)


def _victim(stage: AttackScenario) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SHOP}}
    mappings = (
        mapping("cluster", SECRET_GROUP),
        mapping("shop", SECRET_GROUP, namespaces={"names": [SHOP]}),
    )
    stage.objects.apply(namespace, access(VICTIM, HONEST, *mappings))
    stage.objects.wait_reason(f"ga/{VICTIM}", "Granted")
