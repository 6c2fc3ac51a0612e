"""What the port `AdoptionCluster` promises."""

from typing import Protocol

import pytest

from groupaccess.application.ports.adoption import AdoptionCluster
from groupaccess.application.ports.errors import (
    InvalidRequestError,
    NotAllowedError,
    RejectedError,
    TransientError,
)
from groupaccess.application.state.declared_objects import read_declared_access
from groupaccess.domain.adoption.candidates import CandidateBinding
from groupaccess.domain.binding import BindingKey, RoleRef, Subject

LABEL = "contract"


class AdoptionSurroundings(Protocol):
    """A cluster, and what its administrator does to it. All names are `name`, which is new."""

    port: AdoptionCluster
    powerless: AdoptionCluster  # of somebody without rights
    name: str

    def bind(self, *, namespaced: bool = False) -> BindingKey:
        """Bind group SRE to ClusterRole view, with LABEL and an annotation that are the name."""

    def annotate(self, where: BindingKey) -> None:
        """Change an annotation of a binding."""

    def remove_binding(self, where: BindingKey) -> None:
        """Delete a binding."""

    def declare(self) -> None:
        """Apply a GroupAccess with the mapping `sre`."""


async def listed(world: AdoptionSurroundings, selector: str = "") -> dict[BindingKey, int]:
    """Return the keys of the listed bindings that a test made, and how often each is listed."""
    keys = [candidate.binding.key for candidate in await world.port.list_bindings(selector)]
    return {key: keys.count(key) for key in keys if key.name == world.name}


async def candidate(world: AdoptionSurroundings, where: BindingKey) -> CandidateBinding:
    """Return a binding as it is listed."""
    every = await world.port.list_bindings()
    return next(each for each in every if each.binding.key == where)


class AdoptionContract:
    """Subclasses give the fixture `adoption`."""

    async def test_bindings_of_both_kinds_are_listed(self, adoption: AdoptionSurroundings) -> None:
        whole, inside = adoption.bind(), adoption.bind(namespaced=True)
        assert await listed(adoption) == {whole: 1, inside: 1}

    async def test_a_selector_chooses_by_labels(self, adoption: AdoptionSurroundings) -> None:
        whole, inside = adoption.bind(), adoption.bind(namespaced=True)
        assert await listed(adoption, f"{LABEL}={adoption.name}") == {whole: 1, inside: 1}
        assert await listed(adoption, f"{LABEL}=another") == {}

    async def test_a_selector_that_is_none_is_no_valid_request(
        self, adoption: AdoptionSurroundings
    ) -> None:
        with pytest.raises(InvalidRequestError):
            await adoption.port.list_bindings("a b")

    @pytest.mark.parametrize("namespaced", [False, True], ids=["cluster", "namespace"])
    async def test_a_binding_is_read_as_it_is_listed(
        self, adoption: AdoptionSurroundings, *, namespaced: bool
    ) -> None:
        where = adoption.bind(namespaced=namespaced)
        found = await candidate(adoption, where)
        assert found.binding.uid
        assert found.binding.resource_version
        assert found.binding.content.role == RoleRef("ClusterRole", "view")
        assert found.binding.content.subjects == (Subject("Group", "SRE"),)
        assert found.labels[LABEL] == found.annotations[LABEL] == adoption.name
        assert await adoption.port.get_binding(where) == found.binding

    async def test_a_changed_binding_has_another_version(
        self, adoption: AdoptionSurroundings
    ) -> None:
        where = adoption.bind()
        before = (await candidate(adoption, where)).binding
        adoption.annotate(where)
        now = await adoption.port.get_binding(where)
        assert now is not None
        assert now.uid == before.uid
        assert now.resource_version != before.resource_version

    async def test_a_binding_that_is_not_there_is_none(
        self, adoption: AdoptionSurroundings
    ) -> None:
        for namespace in ("", "default"):
            assert await adoption.port.get_binding(BindingKey(namespace, adoption.name)) is None

    @pytest.mark.parametrize("namespaced", [False, True], ids=["cluster", "namespace"])
    async def test_the_version_that_was_read_is_deleted(
        self, adoption: AdoptionSurroundings, *, namespaced: bool
    ) -> None:
        where = adoption.bind(namespaced=namespaced)
        assert await adoption.port.delete_binding((await candidate(adoption, where)).binding)
        assert await adoption.port.get_binding(where) is None

    async def test_a_binding_that_was_changed_since_is_kept(
        self, adoption: AdoptionSurroundings
    ) -> None:
        where = adoption.bind()
        before = (await candidate(adoption, where)).binding
        adoption.annotate(where)
        with pytest.raises(TransientError):
            await adoption.port.delete_binding(before)
        assert await adoption.port.get_binding(where) is not None

    async def test_a_namesake_of_a_deleted_binding_is_kept(
        self, adoption: AdoptionSurroundings
    ) -> None:
        where = adoption.bind()
        before = (await candidate(adoption, where)).binding
        adoption.remove_binding(where)
        adoption.bind()
        with pytest.raises(TransientError):
            await adoption.port.delete_binding(before)
        assert await adoption.port.get_binding(where) is not None

    async def test_a_binding_that_is_gone_is_no_error(self, adoption: AdoptionSurroundings) -> None:
        where = adoption.bind()
        before = (await candidate(adoption, where)).binding
        adoption.remove_binding(where)
        assert not await adoption.port.delete_binding(before)

    async def test_a_group_access_is_read_as_it_is_listed(
        self, adoption: AdoptionSurroundings
    ) -> None:
        assert await adoption.port.get_access(adoption.name) is None
        adoption.declare()
        read = await adoption.port.get_access(adoption.name)
        assert read is not None
        assert [one.name for one in read_declared_access(read).access.mappings] == ["sre"]
        every = await adoption.port.list_accesses()
        listed = next(each for each in every if each.metadata.name == adoption.name)
        # An operator of another test may write its status meanwhile.
        assert (listed.metadata.uid, listed.spec) == (read.metadata.uid, read.spec)

    async def test_who_lacks_rights_is_told(self, adoption: AdoptionSurroundings) -> None:
        nobody = adoption.powerless
        with pytest.raises(NotAllowedError):
            await nobody.list_bindings()
        with pytest.raises(NotAllowedError):
            await nobody.list_accesses()
        with pytest.raises(NotAllowedError):
            await nobody.get_binding(BindingKey("", adoption.name))
        with pytest.raises(NotAllowedError):
            await nobody.get_access(adoption.name)

    async def test_who_lacks_rights_deletes_nothing(self, adoption: AdoptionSurroundings) -> None:
        where = adoption.bind()
        with pytest.raises(RejectedError):
            await adoption.powerless.delete_binding((await candidate(adoption, where)).binding)
        assert await adoption.port.get_binding(where) is not None
