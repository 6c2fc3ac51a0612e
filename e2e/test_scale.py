"""What the groups in use cost Keycloak, in a realm that has many more.

The long form is --groups=10000 and LONG=1. A round costs requests by what is in use, never by
what is there.
"""

from collections.abc import Iterator
from functools import partial

import pytest

from groupaccess.domain.directory.questions import GroupsInUse, possible_names
from suite import long_form
from testbed.installation import USERNAME
from testbed.keycloak import Keycloak
from testbed.large_realm import CLASSIC, NAMESAKE, NAMESAKES, LargeRealm, large_realm
from testbed.objects import Objects, access, mapping
from testbed.objects import directory as objects_of_directory
from testbed.operator import OperatorProcess
from testbed.realm_clients import OPERATOR
from testbed.waiting import eventually

pytestmark = [pytest.mark.scale, pytest.mark.usefixtures("_local_only")]

OTHERS = 8  # requests of a round that are no searches


@pytest.fixture(scope="module")
def large(
    keycloak: Keycloak, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LargeRealm]:
    """Give a realm with many groups in two levels."""
    count = int(request.config.getoption("--groups"))
    with large_realm(keycloak, "large", count, tmp_path_factory.mktemp("proxy")) as made:
        yield made


@pytest.mark.parametrize("client", [OPERATOR, CLASSIC])
@pytest.mark.parametrize("in_use", [1, 20, pytest.param(200, marks=long_form)])
async def test_a_round_costs_requests_by_what_is_in_use(
    large: LargeRealm, in_use: int, client: str
) -> None:
    few = large.some(in_use)
    cost = await large.ask(GroupsInUse(frozenset(few)), client=client)
    print(f"\n{len(few)} in use of {large.count}: {cost}")
    searches = {name for path in few for name in possible_names(path)}
    # Beside the searches: configuration, login, scopes, a client, and whether any group is shown.
    assert cost.calls <= len(searches) + OTHERS


async def test_many_namesakes_cost_no_more_than_few(large: LargeRealm) -> None:
    cost = await large.ask(GroupsInUse(frozenset({NAMESAKE})))
    print(f"\n{NAMESAKES} namesakes: {cost}")
    assert cost.calls <= 1 + OTHERS


def test_many_rounds_write_nothing_and_leave_no_session(
    large: LargeRealm,
    operator: OperatorProcess,
    objects: Objects,
    keycloak: Keycloak,
    name: str,
    rounds: int,
) -> None:
    ca = keycloak.ca_file.read_text()
    # So long that no load makes it longer, which the status would say.
    objects.apply(*objects_of_directory(name, large.realm, ca, syncInterval="1h"))
    objects.apply(access(name, name, mapping("one", large.paths[0])))
    objects.wait_reason(f"ga/{name}", "Granted", within=60)
    objects.wait_message(f"kcd/{name}", "1 group in use", within=60)
    assert objects.cluster.audit is not None
    mark, reads = objects.cluster.audit.mark(), "groupaccess_directory_reads_total"
    for _ in range(rounds):
        before = operator.metric(reads)
        objects.read_again(name)
        eventually(partial(_counted, operator, reads, before), within=60, what="a round")
    written = objects.cluster.audit.events(mark, USERNAME)
    assert not [event["objectRef"] for event in written if name in str(event["objectRef"])]
    assert large.realm.admin.get_client_sessions_stats() == []


def _counted(operator: OperatorProcess, metric: str, before: float) -> bool:
    return operator.metric(metric) > before
