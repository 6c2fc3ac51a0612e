"""What the port `DirectoryReader` promises where it reads no more than what is in use."""

from typing import Protocol

from contracts.directory_reader import Realm, declared
from groupaccess.domain.directory import Ambiguous, Group, Missing, Snapshot
from groupaccess.domain.in_use import InUse

NOBODYS = "00000000-0000-4000-8000-000000000000"


class LookedUp(Realm, Protocol):
    """A realm of which no more is read than what is in use."""

    def delete_group(self, path: str) -> None:
        """Delete the group at a path."""


async def look_up(source: LookedUp, *references: str, ids: tuple[str, ...] = ()) -> Snapshot:
    """Read what is in use."""
    used = InUse(frozenset(references), frozenset(ids))
    found = await source.port.read(declared(source), source.connection, used)
    assert found.looked_up == used
    return found


class LookupContract:
    """Subclasses give the fixture `looked_up`."""

    async def test_groups_in_use_are_found_by_path_and_name(self, looked_up: LookedUp) -> None:
        looked_up.create_groups(["/SRE", "/apps/shop/dev", "/Other"])
        found = await look_up(looked_up, "SRE", "/apps/shop/dev")
        assert isinstance(sre := found.find("SRE"), Group)
        assert isinstance(dev := found.find("/apps/shop/dev"), Group)
        assert (sre.path, dev.name) == ("/SRE", "dev")
        assert not found.knows("Other")
        assert found.size == 5

    async def test_all_of_one_name_are_found(self, looked_up: LookedUp) -> None:
        paths = [f"/team-{number}/dev" for number in range(7)]
        looked_up.create_groups(paths)
        found = await look_up(looked_up, "dev", paths[0])
        assert found.find("dev") == Ambiguous(tuple(paths))
        first = found.find(paths[0])
        assert isinstance(first, Group)
        assert len(found.namesakes(first, "dev")) == 6

    async def test_another_spelling_is_suggested(self, looked_up: LookedUp) -> None:
        looked_up.create_groups(["/SRE"])
        assert (await look_up(looked_up, "sre")).find("sre") == Missing(("/SRE",))

    async def test_pinned_ids_are_found_while_they_exist(self, looked_up: LookedUp) -> None:
        looked_up.create_groups(["/SRE", "/Old"])
        old = (await look_up(looked_up, "/Old")).find("/Old")
        assert isinstance(old, Group)
        found = await look_up(looked_up, "SRE", ids=(old.id, NOBODYS))
        assert found.by_id[old.id] == old
        assert NOBODYS not in found.by_id
        looked_up.delete_group("/Old")
        found = await look_up(looked_up, "SRE", ids=(old.id,))
        assert old.id not in found.by_id
