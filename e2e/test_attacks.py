"""Nobody climbs: each row of the matrix is tried, and stopped where it must be, in its words."""

from collections.abc import Iterator

import pytest

from attacks.actors import THIEF
from attacks.matrix import MATRIX
from attacks.model import Attack
from attacks.setting import set_up
from attacks.stage import AttackScenario, of_victim, wider_than_declared
from testbed.cluster import Cluster
from testbed.keycloak import Keycloak
from testbed.operator import OperatorProcess
from testbed.realm_pool import RealmPool
from testbed.waiting import eventually

pytestmark = pytest.mark.attacks


@pytest.fixture(scope="module")
def stage(
    installed: Cluster,
    operator_process: OperatorProcess,
    realm_pool: RealmPool,
    keycloak: Keycloak,
) -> Iterator[AttackScenario]:
    """Set the stage for all attacks, with an operator that runs."""
    operator_process.start()
    leads = "groupaccess_leader_election_master_status"
    eventually(lambda: operator_process.metric(leads) == 1, within=40, what="the operator leads")
    realm = realm_pool.take(installed)
    with set_up(installed, operator_process, realm, keycloak.ca_file.read_text()) as made:
        yield made
    realm_pool.give_back(realm, installed)


@pytest.mark.parametrize("attack", MATRIX, ids=str)
def test_nobody_climbs(stage: AttackScenario, attack: Attack) -> None:
    stage.arm(with_all_rights=attack.who == THIEF)
    before = of_victim(stage.reserved())
    stopped = attack.act(stage)
    print(f"\n{stopped.by}: {stopped.said}")
    assert stopped.by == attack.guard, stopped.said
    assert [word for word in attack.words if word not in stopped.said] == [], stopped.said
    after = stage.reserved()
    assert of_victim(after) == before
    assert wider_than_declared(after) == []


def test_each_row_has_a_name_of_its_own() -> None:
    assert len({str(attack) for attack in MATRIX}) == len(MATRIX)
