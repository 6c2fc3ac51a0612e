"""In an outage what the last answers said of a group counts by its id, whatever is declared."""

from dataclasses import replace

import pytest

from application.reconcile.pinned_groups import read, whom, with_ids
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import Spec, key, mapping, snapshot
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Snapshot

SRE = mapping("sre", "SRE", "view")
EDIT = {**SRE, "clusterRole": "edit"}
TWO_CLIENTS = {"groupsPrefix": "", "clients": [{"clientId": "headlamp"}, {"clientId": "grafana"}]}
CHANGES = pytest.mark.parametrize("change", ["another role", "drift"])
WHEN = pytest.mark.parametrize("keycloak", ["up", "away", "away from the start"])


def at(**paths: str) -> Snapshot:
    """Return a realm whose tokens carry paths, by id."""
    groups = (Group(path, path.rpartition("/")[2], group_id) for group_id, path in paths.items())
    return replace(snapshot(full_path=True), groups=tuple(sorted(groups)))


async def lose(harness: ReconcilerHarness, keycloak: str) -> None:
    if keycloak == "away from the start":
        harness.restart()
        harness.watch()
    if keycloak != "up":
        harness.lose_keycloak()


async def change_sre(harness: ReconcilerHarness, change: str) -> None:
    """Edit the role of the mapping, or delete its binding, and resume it."""
    if change == "drift":
        harness.cluster.remove(key())
    harness.declare(EDIT if change == "another role" else SRE)
    await harness.settle()


@WHEN
async def test_another_role_goes_to_the_pinned_one_of_two_groups(
    harness: ReconcilerHarness, keycloak: str
) -> None:
    harness.declare_directory()
    harness.declare(SRE)
    await read(harness, at(g1="/b/SRE"))
    other = mapping("a", "SRE", "view", groupId="g9")
    harness.declare(other, SRE)
    await read(harness, at(g1="/b/SRE", g9="/a/SRE"))
    await lose(harness, keycloak)
    harness.declare(other, EDIT)
    await harness.settle()
    assert whom(harness) == {"a": ("/a/SRE",), "sre": ("/b/SRE",)}


@pytest.mark.parametrize("keycloak", ["up", "away"])
@pytest.mark.parametrize("edit", ["another mapping", "no id any more"])
async def test_a_mapping_without_an_id_gets_the_pinned_one_of_two_groups(
    harness: ReconcilerHarness, keycloak: str, edit: str
) -> None:
    a, b = mapping("a", "SRE", "view", groupId="g9"), mapping("b", "SRE", "view", groupId="g1")
    harness.declare_directory()
    harness.declare(a, b)
    await read(harness, at(g1="/b/SRE", g9="/a/SRE"))
    await lose(harness, keycloak)
    new = mapping("c" if edit == "another mapping" else "b", "SRE", "edit")
    harness.declare(a, *([b] if edit == "another mapping" else []), new)
    await harness.settle()
    assert harness.grants[f"{new['name']}:edit"] == ("/b/SRE",)


@CHANGES
@pytest.mark.parametrize("meanwhile", [{"groupId": "2"}, {}])
@pytest.mark.parametrize("beside", [[], [mapping("wait", "SRE", "none")]])
async def test_a_string_that_others_carry_now_is_not_bound_again(
    sre: ReconcilerHarness, change: str, meanwhile: Spec, beside: list[Spec]
) -> None:
    sre.declare({**SRE, **meanwhile}, *beside, suspend=True)
    await read(sre, with_ids(OPS="1", SRE="2"))
    sre.lose_keycloak()
    await change_sre(sre, change)
    assert whom(sre) == {}


@CHANGES
async def test_neither_while_its_role_was_missing(sre: ReconcilerHarness, change: str) -> None:
    sre.declare(SRE, suspend=True)
    sre.cluster.roles.discard("view")
    await read(sre, with_ids(OPS="1", SRE="3"))
    sre.lose_keycloak()
    await change_sre(sre, change)
    assert whom(sre) == {}


@CHANGES
@pytest.mark.parametrize(
    ("found", "bound"), [(with_ids(OPS="1", SRE="3"), {}), (with_ids(SRE="1"), {"sre": ("SRE",)})]
)
async def test_strings_of_an_unknown_client_stay_unless_the_group_was_renamed(
    harness: ReconcilerHarness, change: str, found: Snapshot, bound: dict[str, tuple[str, ...]]
) -> None:
    harness.declare_directory(tokens=TWO_CLIENTS)
    harness.declare(SRE)
    await read(harness, with_clients(with_ids(SRE="1"), enabled=True))
    harness.declare(SRE, suspend=True)
    await read(harness, with_clients(found, enabled=False))
    harness.lose_keycloak()
    await change_sre(harness, change)
    assert whom(harness) == bound


@pytest.mark.parametrize("keycloak", ["up", "away"])
async def test_a_group_in_its_grace_keeps_what_it_has_and_gets_nothing_new(
    sre: ReconcilerHarness, keycloak: str
) -> None:
    await read(sre, with_ids(Dev="2"))
    assert sre.said_of("sre") == ("Held", "GroupMissing")
    await lose(sre, keycloak)
    sre.cluster.remove(key())
    await sre.settle()
    assert whom(sre) == {"sre": ("SRE",)}
    sre.declare(EDIT)
    await sre.settle()
    assert whom(sre) == {}


async def test_no_binding_moves_to_a_role_that_does_not_exist(sre: ReconcilerHarness) -> None:
    sre.lose_keycloak()
    sre.declare({**SRE, "clusterRole": "none"})
    await sre.settle()
    assert whom(sre) == {}


@CHANGES
async def test_what_was_read_of_a_group_ends_with_its_last_binding(
    sre: ReconcilerHarness, change: str
) -> None:
    await change_sre(sre, change)
    assert len(sre.store.memory("platform").readings) == 1
    sre.declare(mapping("dev", "Dev", "view"))
    await read(sre, with_ids(SRE="1", Dev="2"))
    sre.declare(mapping("dev", "Dev", "view"), mapping("ops", "Ops", "view"))
    await sre.settle()
    assert {each.group_id for each in sre.store.memory("platform").readings} == {"2"}


def with_clients(found: Snapshot, *, enabled: bool) -> Snapshot:
    """Return the realm with a second client."""
    (first,) = found.clients
    second = replace(first, client_id="grafana", enabled=enabled)
    return replace(found, clients=(first, second))
