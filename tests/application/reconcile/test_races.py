"""What changes while it is worked on ends as it is declared in the end."""

from fakes.reconciler_harness import ReconcilerHarness
from fakes.values import Spec, key, mapping
from groupaccess.application.ports.errors import TransientError
from groupaccess.domain.binding import BindingKey


async def test_an_object_that_is_deleted_while_it_is_first_written_leaves_nothing(
    harness: ReconcilerHarness,
) -> None:
    harness.declare_directory()
    harness.declare()
    harness.read("/SRE")
    harness.cluster.before(
        "apply", lambda: harness.cluster.objects.remove("GroupAccess", "platform")
    )
    await harness.reconcile()
    assert harness.grants == {"sre:view": ("SRE",)}
    await harness.settle()
    assert harness.grants == {}


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
    harness: ReconcilerHarness,
) -> None:
    scopes: list[Spec | None] = [
        None,
        {"names": ["shop"]},
        {"selector": {"matchLabels": {"team": "bank"}}},
        {"names": ["bank", "shop"]},
    ]
    harness.cluster.label("shop", team="shop")
    harness.cluster.label("bank", team="bank")
    harness.declare_directory()
    for number in (0, 1, 0, 2, 3, 1, 2, 0, 3, 2):
        within = scopes[number]
        more: Spec = {"namespaces": within} if within else {}
        harness.declare(mapping("sre", **more))
        harness.read("/SRE")
        await harness.reconcile()
        harness.clock.advance(0.5)
    await harness.settle()
    assert harness.grants == {"bank/sre:view": ("SRE",)}


async def test_an_api_server_that_is_overloaded_delays_what_it_did_not_take_and_nothing_else(
    harness: ReconcilerHarness,
) -> None:
    for name in ("a", "b", "c"):
        harness.cluster.label(name)
    harness.declare_directory()
    harness.declare(mapping(namespaces={"names": ["a", "b", "c"]}))
    harness.read("/SRE")
    harness.cluster.fail("apply", TransientError("429: too many requests"), times=2)
    assert await harness.reconcile() is not None
    assert len(harness.grants) == 1
    await harness.settle()
    assert len(harness.grants) == 3
    assert harness.condition("Ready") == ("True", "Granted")


async def test_an_owner_that_was_stripped_in_a_namespace_is_put_back(
    harness: ReconcilerHarness,
) -> None:
    harness.cluster.label("shop")
    harness.declare_directory()
    harness.declare(mapping(namespaces={"names": ["shop"]}))
    harness.read("/SRE")
    await harness.settle()
    where = BindingKey("shop", key().name)
    before = harness.cluster.bindings[where].content
    harness.cluster.edit(where, owners=(), has_managed_by_label=False, annotations=())
    await harness.settle()
    assert harness.cluster.bindings[where].content == before


async def test_orphans_in_namespaces_go_like_all_others(harness: ReconcilerHarness) -> None:
    harness.cluster.label("shop")
    harness.declare_directory()
    harness.declare(mapping(namespaces={"names": ["shop"]}))
    harness.read("/SRE")
    await harness.settle()
    harness.cluster.edit(BindingKey("shop", key().name), owners=())
    harness.cluster.objects.remove("GroupAccess", "platform")
    harness.restart()
    assert await harness.reconcile() == 300
    harness.clock.advance(300)
    await harness.reconcile()
    assert harness.grants == {}


async def test_an_orphan_that_lost_its_owner_before_our_eyes_goes_at_once(
    granted: ReconcilerHarness,
) -> None:
    """`kubectl delete --cascade=orphan`: the garbage collector may be quicker than we are."""
    granted.cluster.edit(key(), owners=())
    granted.cluster.objects.remove("GroupAccess", "platform")
    granted.watch()
    assert await granted.reconcile() is None
    assert granted.grants == {}
