"""Any name that a group can have is found letter for letter.

Keycloak shows a slash in a name as it is, or as `~/`: its own setting, of which both are tried.
"""

from collections.abc import Iterator

import pytest

from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import SeveralGroups, Snapshot
from suite import long_form
from testbed.keycloak import Keycloak, KeycloakServer
from testbed.reading import reached, read_once
from testbed.realm import Realm

pytestmark = [pytest.mark.contract, pytest.mark.usefixtures("_local_only")]

ESCAPING = "--spi-group--jpa--escape-slashes-in-group-path=true"
NAMES = (
    *("a b", "q?", "h#", "p%41", "a+b", "~", "ti~lde", 'quo"te', "quo'te", "back\\slash", "st*ar"),
    *("per_", ";,:", "한글", "größe", "🚀", "Cafe\N{COMBINING ACUTE ACCENT}", "Café", "SRE", "sre"),
)
SLASHED = ("a/b", "/lead", "trail/")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(False, id="slash"),
        pytest.param(True, id="escaped slash", marks=long_form),
    ],
)
def named(request: pytest.FixtureRequest, keycloak: Keycloak) -> Iterator[tuple[Keycloak, Realm]]:
    """Give a server with either setting, and a realm with groups of all these names."""
    server = KeycloakServer(ESCAPING).start() if request.param else None
    used = server or keycloak
    realm = used.create_realm("names")
    realm.clients.create_headlamp()
    realm.clients.create_operator()
    parents = [realm.admin.create_group({"name": name}) for name in (*NAMES, *SLASHED, "a")]
    for parent in (parents[0], parents[-1]):
        realm.admin.create_group({"name": "b"}, parent=parent)
    yield used, realm
    used.set_aside(realm)
    if server is not None:
        server.close()


async def read(named: tuple[Keycloak, Realm], *references: str) -> Snapshot:
    server, realm = named
    headlamp = LoginClient("headlamp", id_token=True, scopes=("openid",))
    directory = Directory("names", realm.issuer_url, "groups", "", (headlamp,))
    return await read_once(directory, reached(server, realm), *references)


async def path_of(named: tuple[Keycloak, Realm], name: str) -> str:
    """Return the path of the group with this own name, as Keycloak shows it."""
    found = (await read(named, name)).find(name)
    assert isinstance(found, Group)
    return found.path


async def test_a_group_of_any_name_is_found_by_name_and_by_path(
    named: tuple[Keycloak, Realm],
) -> None:
    references = [text for name in NAMES for text in (name, f"/{name}")]
    found = await read(named, *references)
    for name in NAMES:
        group = found.find(name)
        assert isinstance(group, Group)
        assert (group.name, group.path) == (name, f"/{name}")
        assert found.find(f"/{name}") == group


async def test_a_group_with_a_slash_in_its_name_is_found_by_the_path_that_keycloak_shows(
    named: tuple[Keycloak, Realm],
) -> None:
    shown = {name: await path_of(named, name) for name in SLASHED}
    paths = [shown[name] for name in SLASHED]
    found = await read(named, *SLASHED, *paths)
    for name in SLASHED:
        group = found.find(name)
        assert isinstance(group, Group)
        assert group.path == shown[name]


async def test_a_path_of_two_groups_is_ambiguous_unless_slashes_are_escaped(
    named: tuple[Keycloak, Realm],
) -> None:
    shown = {name: await path_of(named, name) for name in SLASHED}
    found = (await read(named, "/a/b")).find("/a/b")
    if shown["a/b"] == "/a/b":
        assert found == SeveralGroups(("/a/b", "/a/b"))
    else:
        assert isinstance(found, Group)
        assert (found.name, shown["a/b"]) == ("b", "/a~/b")
