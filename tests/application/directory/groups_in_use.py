"""Groups that a directory is asked about."""

from fakes.directory_harness import DirectoryHarness
from fakes.values import binding, key, mapping
from groupaccess.domain.directory.group import Group

MANY = [f"team-{number:04}" for number in range(400)]


def pin(desk: DirectoryHarness, group: str, identity: str = "", name: str = "sre") -> Group:
    """Bind a group that the realm has, as the operator did before."""
    found = desk.realm.groups[group]
    about = {"group-id": found.id, "group-path": found.path, "group-name": found.name}
    about |= {"group": found.name, "directory-id": identity or desk.realm.identity}
    where = key("platform", name)
    desk.store.put_binding(binding(where, directory="default", uid=f"uid-{found.id}", **about))
    return found


def use_many(desk: DirectoryHarness) -> None:
    """Use many groups, and let each answer take 20 ms."""
    for name in MANY:
        desk.realm.create_group(f"/{name}")
        desk.use(name, mapping(group=name))
    desk.reader.takes = 0.02
