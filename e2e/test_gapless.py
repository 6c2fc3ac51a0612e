"""A change takes nobody's access away for a moment, and leaves nothing behind."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from suite import mostly_long
from testbed.bound import Grants, bound, grants
from testbed.cluster import Cluster
from testbed.guards_users import EVERYTHING, make_user, remove_user
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.probe import Probe, probe_token
from testbed.realm import Realm
from testbed.waiting import eventually
from testbed.watch import Watch

pytestmark = pytest.mark.gapless

LIST = {"verb": "list", "resource": "pods"}
CREATE = {"verb": "create", "resource": "pods"}
WATCHER = "gapless-watcher"
IN_SHORT = ("role to role", "everywhere to a namespace", "role and scope at once")
SETTLED = 10.0  # seconds within which a change is through, its settle time of two included


@dataclass(frozen=True)
class Change:
    """Two declarations of one mapping, what both allow, and what only one of them allows."""

    one: dict[str, Any]
    other: dict[str, Any]
    both: dict[str, str]
    only_one: dict[str, str]
    only_other: dict[str, str]


def changes(shop: str, mall: str) -> dict[str, Change]:
    """Return the changes of scope, role and name, between two namespaces."""
    here, there = {"namespaces": {"names": [shop]}}, {"namespaces": {"names": [mall]}}
    both_places = {"namespaces": {"names": [shop, mall]}}
    in_shop, in_mall = {"namespace": shop}, {"namespace": mall}
    return {
        "role to role": Change(
            mapping("m", "SRE", "view"), mapping("m", "SRE", "edit"), LIST, {}, CREATE
        ),
        "everywhere to a namespace": Change(
            mapping("m", "SRE", "view"),
            mapping("m", "SRE", "view", **here),
            LIST | in_shop,
            LIST | in_mall,
            {},
        ),
        "one namespace to two": Change(
            mapping("m", "SRE", "edit", **here),
            mapping("m", "SRE", "edit", **both_places),
            CREATE | in_shop,
            {},
            CREATE | in_mall,
        ),
        "role and scope at once": Change(
            mapping("m", "SRE", "edit"),
            mapping("m", "SRE", "view", **here),
            LIST | in_shop,
            CREATE | in_shop,
            {},
        ),
        "mapping renamed": Change(
            mapping("m", "SRE", "view"), mapping("n", "SRE", "view"), LIST, {}, {}
        ),
        "renamed, in another namespace": Change(
            mapping("m", "SRE", "view", **here),
            mapping("n", "SRE", "view", **there),
            {},
            LIST | in_shop,
            LIST | in_mall,
        ),
    }


@dataclass(frozen=True)
class GaplessScenario:
    """A GroupAccess that changes, and who watches it."""

    objects: Objects
    realm: Realm
    directory: str
    name: str
    token: str

    def probe(self, group: str, wanted: dict[str, str]) -> Probe:
        """Return a probe of what a group may do."""
        return Probe(self.objects.cluster, self.token, group, wanted, every=0.005)

    def declare(self, declared: dict[str, Any]) -> None:
        """Declare the one mapping, and wait until it is granted."""
        self.objects.apply(access(self.name, self.directory, declared))
        self.objects.wait_reason(f"ga/{self.name}", "Granted")

    def settle(self, declared: dict[str, Any], gone: dict[str, str], new: dict[str, str]) -> None:
        """Declare another mapping, and wait until it is in force and nothing else is.

        A binding that both declare stays the same object.
        """
        before = bound(self.objects, self.name)
        self.declare(declared)
        if new:
            eventually(self.probe("SRE", new).may, within=SETTLED)
        if gone:
            old = self.probe("SRE", gone)
            eventually(lambda: not old.may(), within=SETTLED, what=f"no {gone}")
        names = declared.get("namespaces", {}).get("names", [""])
        binding = f"groupaccess:{self.name}:{declared['name']}:{declared['clusterRole']}"
        granted = Grants(declared["clusterRole"], ("SRE",))
        wanted = {(namespace, binding): granted for namespace in names}
        eventually(
            lambda: grants(self.objects, self.name) == wanted,
            within=SETTLED,
            what="only the new bindings",
        )
        after = bound(self.objects, self.name)
        assert all(after[key] == before[key] for key in after.keys() & before.keys())


@pytest.fixture(scope="module")
def token(cluster: Cluster) -> str:
    """Give the token of the probe."""
    return probe_token(cluster)


@pytest.fixture
def scene(
    operator: OperatorProcess, realm: Realm, objects: Objects, directory: str, name: str, token: str
) -> GaplessScenario:
    """Give a scene with a running operator and two groups."""
    assert operator.alive
    for group in ("/SRE", "/Developer"):
        realm.create_group(group)
    return GaplessScenario(objects, realm, directory, name, token)


@pytest.fixture
def places(installed: Cluster, name: str) -> Iterator[tuple[str, str]]:
    """Give two namespaces."""
    pair = f"{name}-shop", f"{name}-mall"
    for each in pair:
        installed.kubectl("create", "namespace", each)
    yield pair
    for each in pair:
        installed.kubectl("delete", "namespace", each, "--wait=false")


@pytest.mark.parametrize("what", mostly_long(changes("", ""), *IN_SHORT))
def test_no_moment_without_what_both_allow_and_nothing_stays(
    what: str, scene: GaplessScenario, places: tuple[str, str], rounds: int
) -> None:
    change = changes(*places)[what]
    scene.declare(change.one)
    asked = 0
    for number in range(rounds):
        forth = number % 2 == 0
        declared = change.other if forth else change.one
        gone, new = change.only_one, change.only_other
        gone, new = (gone, new) if forth else (new, gone)
        if not change.both:
            scene.settle(declared, gone, new)
            continue
        with scene.probe("SRE", change.both) as probe:
            scene.settle(declared, gone, new)
        asked += probe.asked
        assert not probe.denied
    assert asked > 3 * rounds or not change.both, "too few questions to see a gap"


@pytest.fixture
def watch(installed: Cluster) -> Iterator[Watch]:
    """Give a watch of all bindings, from outside."""
    with Watch(make_user(installed, WATCHER, EVERYTHING)) as made:
        yield made
    remove_user(installed, WATCHER)


@pytest.mark.parametrize("back", [False, True], ids=["into a namespace", "into the cluster"])
@pytest.mark.parametrize("by", mostly_long(["names", "selector"], "selector"))
def test_a_scope_that_changes_is_bound_at_each_moment_by_the_old_or_the_new(
    by: str, scene: GaplessScenario, places: tuple[str, str], watch: Watch, *, back: bool
) -> None:
    shop, mall = places
    selected = {"matchLabels": {"kubernetes.io/metadata.name": shop}}
    scope = {"names": [shop, mall]} if by == "names" else {"selector": selected}
    wide = mapping("m", "SRE", "view")
    narrow = mapping("m", "SRE", "view", namespaces=scope)
    before, after = (narrow, wide) if back else (wide, narrow)
    scene.declare(before)
    old = set(bound(scene.objects, scene.name))
    scene.declare(after)
    eventually(lambda: not old & watch.present(scene.name), within=SETTLED, what="the old gone")

    events = sorted(watch.bindings(scene.name), key=lambda seen: int(seen.revision))
    present: set[tuple[str, str]] = set()
    gaps: list[str] = []
    granted = False  # all of the old, from which on there may be no gap
    for seen in events:
        (present.discard if seen.type == "DELETED" else present.add)(seen.key)
        granted = granted or old <= present
        granting = {namespace for namespace, _ in present} & {"", shop}
        if granted and not granting:
            gaps.append(f"nothing is bound in {shop} after {seen.type} of {seen.key}")
    assert not gaps
    places_now = {namespace for namespace, _ in present}
    assert places_now == ({""} if back else {shop} | ({mall} if by == "names" else set()))


def test_another_group_gets_the_right_and_the_old_one_loses_it_at_once(
    scene: GaplessScenario, rounds: int
) -> None:
    groups = ["SRE", "Developer"]
    scene.declare(mapping("m", groups[0]))
    (key,) = bound(scene.objects, scene.name)
    for number in range(rounds):
        old, new = groups[number % 2], groups[(number + 1) % 2]
        scene.declare(mapping("m", new))
        assert grants(scene.objects, scene.name) == {key: Grants("view", (new,))}
        late = scene.probe(old, LIST)
        eventually(scene.probe(new, LIST).may, within=1)
        assert not late.may()
