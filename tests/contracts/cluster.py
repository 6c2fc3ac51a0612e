"""What the port `Cluster` promises."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import pytest

from fakes.values import desired, key
from groupaccess.application.ports.cluster import Cluster, Event, ObjectRef
from groupaccess.application.ports.errors import RejectedError, TransientError
from groupaccess.domain.binding import Binding, BindingKey, DesiredBinding, Owner, RoleRef
from groupaccess.domain.reasons import Reason

ODD_ROLE = "acme:reader,writer#1?x=" + "r" * 220
MAY_BIND = ("view", "edit", ODD_ROLE, "acme:reader,writer", "not-made-yet", "half%")
ODD_NAMES = (ODD_ROLE, "not-made-yet")


class Surroundings(Protocol):
    """A cluster and what others do to it. The operator may bind MAY_BIND alone.

    The roles view, edit and admin exist; `name` is a DNS label that nothing else uses.
    """

    port: Cluster
    name: str

    def declare(self, name: str) -> ObjectRef:
        """Make a GroupAccess."""

    def remove(self, ref: ObjectRef) -> None:
        """Delete it, and return when it is gone."""

    def version(self, ref: ObjectRef) -> str:
        """Return its resourceVersion as it is now."""

    def forge_status(self, ref: ObjectRef) -> None:
        """Write into its status, as somebody else: `nextExpiry`, and a mapping named `ghost`."""

    def status(self, ref: ObjectRef) -> Mapping[str, Any]:
        """Return its status as it is now."""

    def binding(self, where: BindingKey) -> Binding | None:
        """Return a binding as it is now."""

    def label(self, where: BindingKey) -> None:
        """Take the operator's label off a binding, as somebody else."""

    def remove_binding(self, where: BindingKey) -> None:
        """Delete a binding, as somebody else."""

    def put_secret(self, name: str, data: dict[str, str]) -> None:
        """Make a Secret in the operator's own namespace."""

    def put_config_map(self, name: str, data: dict[str, str]) -> None:
        """Make a ConfigMap in the operator's own namespace."""


ODD_GROUPS = ("에스알이", "SRE 🚀", 'a "b" \\ud83d', "no\u2028line\x85", "\x7f\ufeff", "yes: # [")


def wanted(world: Surroundings, role: str = "view", *groups: str) -> DesiredBinding:
    """Return a binding of an object that exists, or garbage collection would take it."""
    ref = world.declare(world.name)
    annotations = {"directory": "default", "group": "SRE"}
    return desired(Owner(ref.uid, ref.name), "sre", role, *groups, **annotations)


class ClusterContract:
    """Subclasses give the fixture `world`."""

    async def test_apply_creates_what_is_wanted(self, world: Surroundings) -> None:
        want = wanted(world)
        made = await world.port.apply(want, None)
        assert made.key == want.key
        assert made.content == want.content
        assert made == world.binding(want.key)

    @pytest.mark.parametrize("group", ODD_GROUPS, ids=ascii)
    async def test_a_group_of_any_name_is_bound(self, world: Surroundings, group: str) -> None:
        want = wanted(world, "view", group)
        assert (await world.port.apply(want, None)).content.groups == (group,)

    async def test_the_same_apply_again_changes_nothing(self, world: Surroundings) -> None:
        want = wanted(world)
        first = await world.port.apply(want, None)
        assert await world.port.apply(want, first) == first

    async def test_apply_over_the_current_version_changes_it(self, world: Surroundings) -> None:
        first = await world.port.apply(wanted(world), None)
        second = await world.port.apply(wanted(world, "view", "Ops", "SRE"), first)
        assert second.content.groups == ("Ops", "SRE")
        assert second.uid == first.uid
        assert int(second.resource_version) > int(first.resource_version)

    async def test_apply_takes_back_what_it_no_longer_says(self, world: Surroundings) -> None:
        want = wanted(world)
        first = await world.port.apply(want, None)
        less = replace(want, content=replace(want.content, annotations=()))
        assert (await world.port.apply(less, first)).content.annotations == ()

    async def test_apply_over_an_older_version_is_passing_and_changes_nothing(
        self, world: Surroundings
    ) -> None:
        want = wanted(world)
        first = await world.port.apply(want, None)
        world.label(want.key)
        now = world.binding(want.key)
        with pytest.raises(TransientError):
            await world.port.apply(want, first)
        assert world.binding(want.key) == now != first

    async def test_a_label_that_was_taken_off_is_put_back(self, world: Surroundings) -> None:
        want = wanted(world)
        await world.port.apply(want, None)
        world.label(want.key)
        assert await world.port.apply(want, world.binding(want.key)) == world.binding(want.key)
        assert (world.binding(want.key) or pytest.fail("gone")).content == want.content

    async def test_apply_over_a_binding_that_is_gone_makes_none(self, world: Surroundings) -> None:
        want = wanted(world)
        first = await world.port.apply(want, None)
        world.remove_binding(want.key)
        with pytest.raises(TransientError):
            await world.port.apply(want, first)
        assert world.binding(want.key) is None

    async def test_another_role_in_an_existing_binding_is_refused(
        self, world: Surroundings
    ) -> None:
        want = wanted(world)
        first = await world.port.apply(want, None)
        other = replace(want, content=replace(want.content, role=RoleRef("ClusterRole", "edit")))
        with pytest.raises(RejectedError) as refused:
            await world.port.apply(other, first)
        assert refused.value.failure.reason == Reason.WRITE_REFUSED
        assert "roleRef" in refused.value.failure.message
        assert world.binding(want.key) == first

    async def test_a_role_that_may_not_be_bound_is_named(self, world: Surroundings) -> None:
        want = wanted(world, "admin")
        with pytest.raises(RejectedError) as refused:
            await world.port.apply(want, None)
        assert refused.value.failure.reason == Reason.BIND_FORBIDDEN
        assert refused.value.failure.message == (
            'the operator may not bind ClusterRole "admin". '
            "Add the role to the chart's value 'bindableClusterRoles' and upgrade the release."
        )
        assert world.binding(want.key) is None

    async def test_a_missing_role_that_may_not_be_bound_is_not_found(
        self, world: Surroundings
    ) -> None:
        with pytest.raises(RejectedError) as refused:
            await world.port.apply(wanted(world, "no-such-role"), None)
        assert refused.value.failure.reason == Reason.CLUSTER_ROLE_NOT_FOUND
        assert '"no-such-role"' in refused.value.failure.message

    @pytest.mark.parametrize("role", ODD_NAMES, ids=["long, # and ?", "missing, but allowed"])
    async def test_any_name_that_a_role_can_have_is_written_and_deleted(
        self, world: Surroundings, role: str
    ) -> None:
        made = await world.port.apply(wanted(world, role), None)
        assert made.key == key(world.name, "sre", role)
        assert made == world.binding(made.key)
        assert await world.port.delete(made)
        assert world.binding(made.key) is None

    async def test_a_name_is_not_cut_off_at_its_number_sign(self, world: Surroundings) -> None:
        other = await world.port.apply(wanted(world, "acme:reader,writer"), None)
        odd = await world.port.apply(wanted(world, ODD_ROLE), None)
        assert await world.port.delete(odd)
        assert world.binding(other.key) == other

    async def test_a_name_that_no_object_can_have_is_refused_in_words(
        self, world: Surroundings
    ) -> None:
        with pytest.raises(RejectedError) as refused:
            await world.port.apply(wanted(world, "half%"), None)
        assert refused.value.failure.reason == Reason.WRITE_REFUSED
        assert "may not contain '%'" in refused.value.failure.message

    async def test_delete_of_an_older_version_is_passing_and_leaves_it(
        self, world: Surroundings
    ) -> None:
        want = wanted(world)
        first = await world.port.apply(want, None)
        world.label(want.key)
        with pytest.raises(TransientError):
            await world.port.delete(first)
        assert world.binding(want.key) is not None

    async def test_delete_spares_one_that_was_made_anew(self, world: Surroundings) -> None:
        want = wanted(world)
        first = await world.port.apply(want, None)
        world.remove_binding(want.key)
        second = await world.port.apply(want, None)
        with pytest.raises(TransientError):
            await world.port.delete(replace(second, uid=first.uid))
        assert world.binding(want.key) == second

    async def test_delete_of_what_is_gone_says_so(self, world: Surroundings) -> None:
        made = await world.port.apply(wanted(world), None)
        assert await world.port.delete(made)
        assert not await world.port.delete(made)

    async def test_a_secret_is_read_decoded(self, world: Surroundings) -> None:
        world.put_secret(world.name, {"client-secret": "größe"})
        assert await world.port.get_secret(world.name) == {"client-secret": "größe"}
        assert await world.port.get_config_map(world.name) is None

    async def test_a_config_map_is_read(self, world: Surroundings) -> None:
        world.put_config_map(world.name, {"ca.crt": "PEM"})
        assert await world.port.get_config_map(world.name) == {"ca.crt": "PEM"}
        assert await world.port.get_secret(world.name) is None

    @pytest.mark.parametrize("warning", [False, True])
    async def test_an_event_never_raises(self, world: Surroundings, *, warning: bool) -> None:
        about = world.declare(world.name)
        world.remove(about)
        await world.port.create_event(
            Event(about, "BindingCreated", "Reconcile", "ä" * 3000, warning)
        )
        await world.port.create_event(Event(about, "not a reason" * 30, "", "", warning))
