"""What changes while it is worked on ends as it is declared in the end."""

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import Spec, key, mapping
from groupaccess.application.ports.errors import TransientError
from groupaccess.domain.binding import BindingKey


async def test_an_object_that_is_deleted_while_it_is_first_written_leaves_nothing(
    world: ReconcilerHarness,
) -> None:
    world.declare_directory()
    world.declare()
    world.read("/SRE")
    world.cluster.before("apply", lambda: world.cluster.objects.remove("GroupAccess", "platform"))
    await world.reconcile()
    assert world.grants == {"sre:view": ("SRE",)}
    await world.settle()
    assert world.grants == {}


async def test_an_object_that_is_made_anew_while_it_goes_owns_what_stands(
    granted: ReconcilerHarness,
) -> None:
    granted.cluster.objects.remove("GroupAccess", "platform")
    granted.declare(mapping("sre", "SRE", "view"))
    uid = granted.cluster.objects.ref("GroupAccess", "platform").uid
    await granted.settle()
    assert granted.grants == {"sre:view": ("SRE",)}
    (owner,) = granted.cluster.bindings[key()].content.owners
    assert owner.uid == uid


async def test_a_hundred_edits_end_as_the_last_one_says(granted: ReconcilerHarness) -> None:
    for number in range(100):
        role = ("view", "edit")[number % 2]
        until = f"2027-01-01T00:00:{number % 60:02}Z"
        granted.declare(mapping("sre", ("SRE", "Dev")[number % 3 == 0], role, expiresAt=until))
        if number % 7 == 0:
            await granted.reconcile()
        granted.clock.advance(0.1)
    await granted.settle()
    assert granted.grants == {"sre:edit": ("Dev",)}
    made = granted.cluster.bindings[key(role="edit")].content
    assert made.annotation("expires-at") == "2027-01-01T00:00:39Z"
    assert granted.status["nextExpiry"] == "2027-01-01T00:00:39Z"


async def test_scopes_that_change_back_and_forth_leave_nothing_behind(
    world: ReconcilerHarness,
) -> None:
    scopes: list[Spec | None] = [
        None,
        {"names": ["shop"]},
        {"selector": {"matchLabels": {"team": "bank"}}},
        {"names": ["bank", "shop"]},
    ]
    world.cluster.label("shop", team="shop")
    world.cluster.label("bank", team="bank")
    world.declare_directory()
    for number in (0, 1, 0, 2, 3, 1, 2, 0, 3, 2):
        within = scopes[number]
        more: Spec = {"namespaces": within} if within else {}
        world.declare(mapping("sre", **more))
        world.read("/SRE")
        await world.reconcile()
        world.clock.advance(0.5)
    await world.settle()
    assert world.grants == {"bank/sre:view": ("SRE",)}


async def test_an_api_server_that_is_overloaded_delays_what_it_did_not_take_and_nothing_else(
    world: ReconcilerHarness,
) -> None:
    for name in ("a", "b", "c"):
        world.cluster.label(name)
    world.declare_directory()
    world.declare(mapping(namespaces={"names": ["a", "b", "c"]}))
    world.read("/SRE")
    world.cluster.fail("apply", TransientError("429: too many requests"), times=2)
    assert await world.reconcile() is not None
    assert len(world.grants) == 1
    await world.settle()
    assert len(world.grants) == 3
    assert world.condition("Ready") == ("True", "Granted")


async def test_an_owner_that_was_stripped_in_a_namespace_is_put_back(
    world: ReconcilerHarness,
) -> None:
    world.cluster.label("shop")
    world.declare_directory()
    world.declare(mapping(namespaces={"names": ["shop"]}))
    world.read("/SRE")
    await world.settle()
    where = BindingKey("shop", key().name)
    before = world.cluster.bindings[where].content
    world.cluster.edit(where, owners=(), has_managed_by_label=False, annotations=())
    await world.settle()
    assert world.cluster.bindings[where].content == before


async def test_orphans_in_namespaces_go_like_all_others(world: ReconcilerHarness) -> None:
    world.cluster.label("shop")
    world.declare_directory()
    world.declare(mapping(namespaces={"names": ["shop"]}))
    world.read("/SRE")
    await world.settle()
    world.cluster.edit(BindingKey("shop", key().name), owners=())
    world.cluster.objects.remove("GroupAccess", "platform")
    world.restart()
    assert await world.reconcile() == 300
    world.clock.advance(300)
    await world.reconcile()
    assert world.grants == {}


async def test_an_orphan_that_lost_its_owner_before_our_eyes_goes_at_once(
    granted: ReconcilerHarness,
) -> None:
    """`kubectl delete --cascade=orphan`: the garbage collector may be quicker than we are."""
    granted.cluster.edit(key(), owners=())
    granted.cluster.objects.remove("GroupAccess", "platform")
    granted.watch()
    assert await granted.reconcile() is None
    assert granted.grants == {}
