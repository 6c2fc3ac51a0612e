"""What is remembered of objects and bindings ends with them, however many there were."""

from collections.abc import Iterator
from datetime import timedelta

from fakes.clock import BEGIN, FakeClock
from fakes.granting import binders, giving
from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import Spec, access, binding, key, mapping
from groupaccess.application.state.object_memory import BindingMemory
from groupaccess.application.state.store import Store
from groupaccess.application.workqueue.wall_clock_timers import WallClockTimers
from groupaccess.domain.access.namespace_scope import Namespace
from groupaccess.domain.binding import BindingKey
from simulation.memory import tell, texts

MANY = 12


def held(root: object, word: str) -> set[str]:
    """Return where something with that word in it is still held."""
    return {tell(path) for text, path in texts(root) if word in text}


def soon(harness: ReconcilerHarness, name: str) -> list[Spec]:
    """Return mappings that end soon, in the cluster, in a namespace and by labels."""
    end = (harness.clock.now() + timedelta(minutes=30)).isoformat()
    selector = {"matchLabels": {"team": "shop"}}
    return [
        mapping("all", "SRE", "view", expiresAt=end),
        mapping("named", "SRE", "edit", namespaces={"names": ["shop", f"{name}-space"]}),
        mapping("selected", f"{name}-group", "view", namespaces={"selector": selector}),
        mapping("refused", "SRE", "admin"),
    ]


def names() -> Iterator[str]:
    return (f"temp-{number}" for number in range(MANY))


async def test_objects_that_are_gone_leave_nothing_behind(harness: ReconcilerHarness) -> None:
    harness.declare_directory()
    harness.cluster.label("shop", team="shop")
    harness.declare()
    harness.read("/SRE", *(f"/{name}-group" for name in names()))
    await harness.settle()
    for name in names():
        harness.declare_another(name, *soon(harness, name))
        if name.endswith(("3", "7")):
            harness.cluster.fail("apply", times=2)
        await harness.reconcile(name)
    assert len(harness.cluster.bindings) > 2 * MANY
    assert len(held(harness.reconciler, "temp-")) > 10
    for name in names():
        harness.cluster.objects.remove("GroupAccess", name)
        if name.endswith(("3", "7")):
            harness.cluster.fail("delete", times=2)
        for _ in range(3):
            harness.clock.advance(await harness.reconcile(name) or 0)
    assert harness.grants == {"sre:view": ("SRE",)}
    harness.read("/SRE")
    for namespaced in (False, True):  # the watches have told of what was deleted
        harness.store.bindings.watched_until(harness.cluster.version, namespaced=namespaced)
    assert held(harness.reconciler, "temp-") == set()


async def test_of_ends_that_are_put_off_only_the_last_is_kept(harness: ReconcilerHarness) -> None:
    """Each is within the hour before, of which people are warned."""
    harness.declare_directory()
    harness.read("/SRE")
    for number in range(1, 40):
        end = (harness.clock.now() + timedelta(minutes=30, seconds=number)).isoformat()
        harness.declare(mapping("sre", "SRE", "view", expiresAt=end))
        await harness.reconcile()
    assert len(harness.warned_of("Expiring")) == 39
    assert len(harness.store.memory("platform").announced) == 1


async def test_timers_that_are_put_off_do_not_pile_up(clock: FakeClock) -> None:
    timers = WallClockTimers(clock, lambda _: None)
    for number in range(1000):
        for name in ("timer-a", "timer-b"):
            timers.set(name, BEGIN + timedelta(days=1, seconds=number))
    assert sum("timer-" in text for text, _ in texts(timers)) < 20
    timers.set("timer-a", None)
    timers.forget("timer-a")
    timers.forget("timer-b")
    assert held(timers, "timer-") == set()


def test_what_is_only_asked_for_is_not_kept() -> None:
    store = Store()
    store.put_access(access("platform", mapping("sre", "SRE", "view")))
    store.put_binding(binding(key()))
    store.put_namespace("shop", Namespace({}))
    before = {text for text, _ in texts(store)}
    store.users_of("unknown directory")
    store.put_cluster_role("unknown role")
    store.drop_cluster_role("unknown role")
    store.put_namespace("unknown namespace", Namespace({"team": "unknown"}))
    store.drop_namespace("unknown namespace")
    store.memory("unknown object")
    store.bindings_of("unknown object")
    store.pins_of("unknown object")
    giving(store.bindings, ["unknown group"])
    binders(store.bindings, binding(BindingKey("", "unknown"), role="view"))
    other = binding(BindingKey("", "unknown binding"), role="view")
    store.put_binding(other)
    store.drop_binding(other.key, other.uid)
    store.bindings.watched_until("9", namespaced=False)
    assert {text for text, _ in texts(store)} == before


def test_what_is_remembered_of_a_binding_ends_with_it_and_not_with_its_name() -> None:
    store = Store()
    store.put_access(access("platform"))
    first = binding(key(), uid="u1", version="1")
    store.put_binding(first)
    memories = store.bindings.memories
    memories["u1"] = memory = BindingMemory(0.0)
    store.put_binding(binding(key(), uid="u1", version="2", role="view"))
    assert memories == {"u1": memory}
    store.put_binding(binding(key(), uid="u2", version="3"))
    assert memories == {}
