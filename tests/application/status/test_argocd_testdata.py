"""The statuses in the test data of Argo CD's scripts are those that the operator writes.

`WRITE_TEXTS=1 pytest tests/application/status/test_argocd_testdata.py` writes them anew.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from fakes.directory_harness import DirectoryHarness
from fakes.keycloak_realm import FakeClient, membership
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import Spec, binding, key, snapshot
from groupaccess.domain.apiserver.oidc_check_result import check_mismatch, flag_difference
from groupaccess.domain.directory.snapshot import Snapshot

SCRIPTS = Path(__file__).parents[3] / "deploy" / "argocd" / "resource_customizations"
IDS = {
    "SRE": "0f9503e8-3b5c-4a61-9d0e-5c1f7f1b2a10",
    "Developer": "5b0c7a52-8a0e-4a39-8f60-2d1b0e6f4c31",
    "headlamp-viewers": "9d3f2f64-17c2-4f0b-a7d5-6e9b8a1c0d42",
}
ACCOUNT = "b7a5a1de-6f0e-4f53-93a4-1c8c5f1d7e53"


def realm() -> Snapshot:
    """Return the realm of the examples."""
    read = snapshot(*(f"/{name}" for name in IDS), identity=ACCOUNT)
    return replace(read, groups=tuple(replace(each, id=IDS[each.name]) for each in read.groups))


async def granted(harness: ReconcilerHarness) -> None:
    harness.take_in(realm())
    await harness.settle()


async def in_an_outage(harness: ReconcilerHarness) -> None:
    await granted(harness)
    harness.lose_keycloak()
    await harness.settle()


async def suspended(harness: ReconcilerHarness) -> None:
    await granted(harness)
    harness.declare(*spec("GroupAccess", "suspended")["mappings"], suspend=True)
    await harness.settle()


async def suspended_by_its_directory(harness: ReconcilerHarness) -> None:
    await granted(harness)
    harness.declare_directory(suspend=True)
    await harness.settle()


async def after_five_minutes(harness: ReconcilerHarness) -> None:
    await granted(harness)
    harness.clock.advance(301)
    await harness.settle()


ACCESSES: dict[str, Callable[[ReconcilerHarness], Awaitable[None]]] = {
    "healthy": granted,
    "healthy-unverified": in_an_outage,
    "suspended": suspended,
    "suspended-by-directory": suspended_by_its_directory,
    "progressing": granted,
    "degraded": after_five_minutes,
}


def timeless(status: Spec) -> Spec:
    """Leave out when conditions changed: a directory is asked at random moments."""
    conditions = [
        {name: each[name] for name in each.keys() - {"lastTransitionTime"}}
        for each in status["conditions"]
    ]
    return status | {"conditions": conditions}


def compare(kind: str, name: str, status: Spec) -> None:
    """Compare a status with that of the test data, or write it there."""
    path = SCRIPTS / "groupaccess.io" / kind / "testdata" / f"{name}.yaml"
    body = yaml.safe_load(path.read_text())
    if os.environ.get("WRITE_TEXTS"):
        path.write_text(yaml.safe_dump(body | {"status": status}, width=4096, allow_unicode=True))
    assert timeless(yaml.safe_load(path.read_text())["status"]) == timeless(status)


def spec(kind: str, name: str) -> Spec:
    path = SCRIPTS / "groupaccess.io" / kind / "testdata" / f"{name}.yaml"
    found: Spec = yaml.safe_load(path.read_text())["spec"]
    return found


@pytest.mark.parametrize("name", ACCESSES)
async def test_a_group_access_has_the_status_of_the_test_data(
    harness: ReconcilerHarness, name: str
) -> None:
    harness.cluster.bindable.add("cluster-admin")
    harness.declare_directory()
    harness.declare(*spec("GroupAccess", name)["mappings"])
    await ACCESSES[name](harness)
    compare("GroupAccess", name, harness.status)


async def read(_desk: DirectoryHarness) -> None:
    await asyncio.sleep(1)


async def other_prefix(desk: DirectoryHarness) -> None:
    await asyncio.sleep(1)
    found = check_mismatch(flag_difference("prefix", "oidc:", ""))
    desk.store.directories.oidc_checks["default"] = found
    desk.annotate("groupaccess.io/reconcile", "now")
    await asyncio.sleep(1)


async def no_secret(desk: DirectoryHarness) -> None:
    desk.cluster.secrets.clear()
    await asyncio.sleep(1)


async def frozen(desk: DirectoryHarness) -> None:
    for number, (name, group_id) in enumerate(IDS.items()):
        pins = {"directory": "default", "directory-id": ACCOUNT, "group": name}
        pins |= {"group-id": f"{group_id[:-1]}{9 if number < 2 else 2}", "group-path": f"/{name}"}
        desk.store.put_binding(binding(key(name=name.lower()), groups=(name,), **pins))
    await asyncio.sleep(1)


async def unreachable_for_long(desk: DirectoryHarness) -> None:
    desk.cluster.secrets.clear()
    await asyncio.sleep(400)


DIRECTORIES: dict[str, Callable[[DirectoryHarness], Awaitable[None]]] = {
    "healthy": read,
    "suspended": read,
    "progressing": no_secret,
    "degraded": unreachable_for_long,
    "degraded-apiserver": other_prefix,
    "degraded-frozen": frozen,
}


@pytest.mark.parametrize("name", DIRECTORIES)
async def test_a_directory_has_the_status_of_the_test_data(
    desk: DirectoryHarness, name: str
) -> None:
    desk.realm.identity = ACCOUNT
    desk.realm.groups.clear()
    for group, group_id in IDS.items():
        made = desk.realm.create_group(f"/{group}")
        desk.realm.groups[f"/{group}"] = replace(made, id=group_id)
    desk.realm.clients["headlamp"] = FakeClient((membership(),))
    desk.use("platform", *spec("GroupAccess", "healthy")["mappings"])
    desk.declare(suspend=spec("KeycloakDirectory", name).get("suspend", False))
    await DIRECTORIES[name](desk)
    compare("KeycloakDirectory", name, desk.status())
