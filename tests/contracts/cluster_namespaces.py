"""What the port `Cluster` promises of bindings in namespaces."""

from dataclasses import replace
from typing import Protocol

import pytest

from contracts.cluster import Surroundings, wanted
from groupaccess.application.ports.errors import TransientError
from groupaccess.domain.binding import BindingKey, DesiredBinding


class NamespacedSurroundings(Surroundings, Protocol):
    """A cluster with namespaces; `binding` finds RoleBindings, too."""

    def make_namespace(self, name: str) -> None:
        """Make a namespace, which goes with the test."""


def within(world: NamespacedSurroundings, namespace: str) -> DesiredBinding:
    """Return a binding in a namespace, whether or not there is such a one."""
    want = wanted(world)
    return replace(want, key=BindingKey(namespace, want.key.name))


class NamespacesContract:
    """Subclasses give the fixture `world`."""

    async def test_apply_creates_it_there(self, world: NamespacedSurroundings) -> None:
        world.make_namespace(world.name)
        want = within(world, world.name)
        made = await world.port.apply(want, None)
        assert (made.key, made.content) == (want.key, want.content)
        assert made == world.binding(want.key)

    async def test_the_same_name_is_another_binding_elsewhere(
        self, world: NamespacedSurroundings
    ) -> None:
        world.make_namespace(world.name)
        there, everywhere = within(world, world.name), within(world, "")
        first = await world.port.apply(there, None)
        second = await world.port.apply(everywhere, None)
        assert first.uid != second.uid
        assert await world.port.delete(first)
        assert world.binding(there.key) is None
        assert world.binding(everywhere.key) == second

    async def test_drift_is_written_over_the_very_version(
        self, world: NamespacedSurroundings
    ) -> None:
        world.make_namespace(world.name)
        want = within(world, world.name)
        first = await world.port.apply(want, None)
        fewer = replace(want, content=replace(want.content, subjects=()))
        second = await world.port.apply(fewer, first)
        assert second.uid == first.uid
        with pytest.raises(TransientError):
            await world.port.apply(want, first)
        with pytest.raises(TransientError):
            await world.port.delete(first)
        assert world.binding(want.key) == second

    async def test_a_namespace_that_is_not_there_is_passing(
        self, world: NamespacedSurroundings
    ) -> None:
        with pytest.raises(TransientError):
            await world.port.apply(within(world, world.name), None)

    async def test_in_a_namespace_that_is_not_there_there_is_nothing_to_delete(
        self, world: NamespacedSurroundings
    ) -> None:
        made = await world.port.apply(within(world, ""), None)
        assert not await world.port.delete(replace(made, key=BindingKey(world.name, made.key.name)))
