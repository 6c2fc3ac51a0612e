"""What the groups in use cost Keycloak, in a realm that has many more.

The long form is --groups=10000. A round costs requests by what is in use, never by what is there.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from groupaccess.adapters.clock import SystemClock
from groupaccess.adapters.keycloak.reader import KeycloakReader
from groupaccess.application.inquiry import Inquiry
from groupaccess.application.ports import Connection
from groupaccess.domain.model import Directory, TokenClient
from groupaccess.domain.question import Answer, InUse, names
from testbed.faulty_proxy import FaultyProxy
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as objects_of_directory
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.waiting import eventually

pytestmark = [pytest.mark.scale, pytest.mark.usefixtures("_local_only")]

PARENTS = 50
NAMESAKES = 30
OTHERS = 8  # requests of a round that are no searches
HEADLAMP = TokenClient("headlamp", id_token=True, scopes=("openid",))


@dataclass(frozen=True)
class Large:
    """A large realm behind a proxy that counts."""

    realm: Realm
    proxy: FaultyProxy
    count: int
    paths: tuple[str, ...]

    @property
    def directory(self) -> Directory:
        """Return how it is declared."""
        return Directory("large", self.realm.issuer_url, "groups", "", (HEADLAMP,))

    @property
    def connection(self) -> Connection:
        """Return how it is reached."""
        login = self.realm.clients.credentials()
        url = f"{self.proxy.url}/"
        return Connection(url, self.realm.name, login.client_id, login.secret, self.proxy.ca)

    async def ask(self, used: InUse) -> "Cost":
        """Ask once about groups in use, as a round does; return what that cost."""
        reader, name = KeycloakReader(), self.realm.name
        self.proxy.calls[name] = self.proxy.bytes[name] = 0
        inquiry, began = (
            Inquiry(reader, self.directory, self.connection, SystemClock()),
            time.perf_counter(),
        )
        try:
            await inquiry.realm(None)
            await inquiry.ask_all(used, paths=True)
        finally:
            await reader.forget(self.directory.name)
        answers = [each for each in inquiry.results.values() if isinstance(each, Answer)]
        assert len(answers) == len(inquiry.results)
        took = time.perf_counter() - began
        return Cost(took, inquiry.seconds, self.proxy.calls[name], self.proxy.bytes[name])


@pytest.fixture(scope="module")
def large(
    keycloak: Keycloak, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Large]:
    """Give a realm with many groups in two levels."""
    count = int(request.config.getoption("--groups"))
    realm = keycloak.create_realm("large")
    realm.clients.create_headlamp()
    realm.clients.create_operator()
    paths = []
    for number in range(PARENTS):
        team = realm.admin.create_group({"name": f"team-{number:02}"})
        for child in range(count // PARENTS - 1):
            name = f"role-{number:02}-{child:03}"
            realm.admin.create_group({"name": name}, parent=team)
            paths.append(f"/team-{number:02}/{name}")
    with FaultyProxy(tmp_path_factory.mktemp("proxy"), keycloak) as proxy:
        yield Large(realm, proxy, PARENTS + len(paths), tuple(paths))
    realm.remove()


@dataclass(frozen=True)
class Cost:
    """What a round costs: the seconds until its end and of Keycloak, requests and bytes."""

    seconds: float
    worked: float
    calls: int
    bytes: int

    def __str__(self) -> str:
        kib = f"{self.bytes / 1024:.0f} KiB"
        return f"{self.seconds:.2f} s ({self.worked:.2f} of Keycloak), {self.calls} calls, {kib}"


@pytest.mark.parametrize("in_use", [1, 20, 200])
async def test_a_round_costs_requests_by_what_is_in_use(large: Large, in_use: int) -> None:
    few = large.paths[:: max(1, len(large.paths) // in_use)][:in_use]
    used = InUse(frozenset(few))
    await large.ask(used)  # while Keycloak's caches are cold
    cost = await large.ask(used)
    print(f"\n{len(few)} in use of {large.count}: {cost}")
    searches = {name for path in few for name in names(path)}
    # Beside the searches: configuration, login, scopes, a client, and whether any group is shown.
    assert cost.calls <= len(searches) + OTHERS


async def test_many_namesakes_cost_no_more_than_few(large: Large) -> None:
    for number in range(NAMESAKES):
        large.realm.create_group(f"/team-{number % PARENTS:02}/sub-{number:03}/namesake")
    cost = await large.ask(InUse(frozenset({"namesake"})))
    print(f"\n{NAMESAKES} namesakes: {cost}")
    assert cost.calls <= 1 + OTHERS


def test_many_rounds_write_nothing_and_leave_no_session(
    large: Large,
    operator: OperatorProcess,
    objects: Objects,
    keycloak: Keycloak,
    name: str,
    rounds: int,
) -> None:
    ca = keycloak.ca_file.read_text()
    objects.apply(*objects_of_directory(name, large.realm, ca, syncInterval="10s"))
    objects.apply(access(name, name, mapping("one", large.paths[0])))
    objects.wait_reason(f"ga/{name}", "Granted", within=60)
    assert objects.cluster.audit is not None
    mark, reads = objects.cluster.audit.mark(), "groupaccess_directory_reads_total"
    wanted = operator.metric(reads) + rounds
    eventually(lambda: operator.metric(reads) >= wanted, within=15 * rounds, what="rounds")
    written = objects.cluster.audit.events(mark)
    assert not [event["objectRef"] for event in written if name in str(event["objectRef"])]
    assert large.realm.admin.get_client_sessions_stats() == []
