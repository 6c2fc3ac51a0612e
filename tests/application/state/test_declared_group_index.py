"""Which groups are declared for a directory, as objects come and go."""

from fakes.values import access, mapping
from groupaccess.application.state.declared_group_index import DeclaredGroupIndex
from groupaccess.domain.access.group_access import Access
from groupaccess.domain.directory.questions import GroupsInUse, PinnedId
from simulation.memory import texts

ID = "6d2f8f0e-1111-4222-8333-944444444444"


def declared(name: str, *groups: str, directory: str = "default", group_id: str = "") -> Access:
    more = {"groupId": group_id} if group_id else {}
    lines = [mapping(f"m{n}", group, **more) for n, group in enumerate(groups)]
    return access(name, *lines, directoryRef={"name": directory}).access


def test_groups_and_ids_are_those_of_all_objects_of_the_directory() -> None:
    index = DeclaredGroupIndex()
    index.add(declared("a", "SRE", "Ops"))
    index.add(declared("b", "SRE", group_id=ID))
    index.add(declared("c", "Dev", directory="other"))
    pinned = frozenset({PinnedId(ID, "SRE")})
    assert index.of_directory("default") == GroupsInUse(frozenset({"SRE", "Ops"}), pinned)
    assert index.of_directory("other") == GroupsInUse(frozenset({"Dev"}))
    assert index.of_directory("unknown") == GroupsInUse()


def test_a_group_stays_in_use_until_the_last_object_that_declares_it_goes() -> None:
    index = DeclaredGroupIndex()
    first, second = declared("a", "SRE", "SRE"), declared("b", "SRE")
    index.add(first)
    index.add(second)
    index.remove(first)
    assert index.of_directory("default").references == {"SRE"}
    index.remove(second)
    assert index.of_directory("default") == GroupsInUse()
    assert {text for text, _ in texts(index)} == set()
