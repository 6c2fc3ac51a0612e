"""Whatever holds everything else: a former subject ends in time, and the right one stays bound."""

from collections.abc import Callable
from itertools import product

import pytest

from suite import long_form
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.rename_scenario import SOON, RenameScenario
from testbed.waiting import eventually

pytestmark = pytest.mark.rename

OTHERS = ("one", "two", "three")  # of five groups in use: without them the directory is frozen
MAPPINGS = (
    mapping("dev", "Dev", "edit"),
    *(mapping(group, group) for group in OTHERS),
)


@pytest.fixture
def stage(
    operator: OperatorProcess, realm: Realm, objects: Objects, keycloak: Keycloak, name: str
) -> RenameScenario:
    """Give a realm on which tokens live for seconds, with its directory."""
    return RenameScenario(objects, realm, keycloak, operator, name).prepare()


def rename(stage: RenameScenario) -> None:
    stage.realm.rename_group("/SRE", "OPS")
    stage.await_bound("SRE", "OPS")


def collide(stage: RenameScenario) -> None:
    """Rename SRE to the name of a group that nobody declared."""
    stage.realm.create_group("/x/OPS")
    stage.realm.rename_group("/SRE", "OPS")
    stage.ask()
    eventually(lambda: "SRE" in stage.ends(), within=SOON, what="the former subject has an end")


def swap(stage: RenameScenario) -> None:
    """Give each of two granted groups the name of the other; a third name is former then."""
    sre, dev = (stage.realm.group_id(path) for path in ("/SRE", "/Dev"))
    stage.realm.admin.update_group(sre, {"name": "between"})
    stage.await_bound("SRE", "between")
    stage.realm.admin.update_group(dev, {"name": "SRE"})
    stage.realm.admin.update_group(sre, {"name": "Dev"})
    stage.ask()
    eventually(
        lambda: (stage.bound("sre"), stage.bound("dev")) == ({"Dev", "between"}, {"SRE"}),
        within=SOON,
        what="each has its own",
    )


def return_by_two_names(stage: RenameScenario) -> None:
    """Rename SRE twice, and then back."""
    stage.realm.rename_group("/SRE", "b")
    stage.await_bound("SRE", "b")
    stage.realm.rename_group("/b", "c")
    stage.await_bound("SRE", "b", "c")
    stage.realm.rename_group("/c", "SRE")
    stage.ask()
    eventually(lambda: "SRE" not in stage.ends(), within=SOON, what="SRE is current again")
    assert stage.bound() >= {"SRE", "c"}


def suspend(stage: RenameScenario) -> None:
    body = access(stage.name, stage.name, mapping("sre", "SRE"), *MAPPINGS)
    body["spec"]["suspend"] = True
    stage.objects.apply(body)


def freeze(stage: RenameScenario) -> None:
    for group in OTHERS:
        stage.realm.admin.delete_group(stage.realm.group_id(f"/{group}"))
    stage.ask()
    stage.objects.wait_reason(f"kcd/{stage.name}", "DirectoryFrozen", within=SOON)


def restart(stage: RenameScenario) -> None:
    stage.operator.restart()


def outage(stage: RenameScenario) -> None:
    stage.keycloak.server.pause()


def outage_and_restart(stage: RenameScenario) -> None:
    outage(stage)
    restart(stage)


Act = Callable[[RenameScenario], None]
RENAMES: dict[str, tuple[Act, dict[str, set[str]]]] = {  # and what is bound after all ends
    "a rename": (rename, {"sre": {"OPS"}, "dev": {"Dev"}}),
    "into a string of others": (collide, {"sre": set(), "dev": {"Dev"}}),
    "a swap": (swap, {"sre": {"Dev"}, "dev": {"SRE"}}),
    "a to b to c to a": (return_by_two_names, {"sre": {"SRE"}, "dev": {"Dev"}}),
}
HOLDS: dict[str, Act] = {
    "suspend": suspend,
    "freeze": freeze,
    "outage": outage,
    "restart": restart,
    "restart in an outage": outage_and_restart,
}


SHORT = ("a rename", "restart in an outage")
CASES = [
    pytest.param(*case, marks=() if case == SHORT else long_form)
    for case in product(RENAMES, HOLDS)
]


@pytest.mark.parametrize(("renames", "hold"), CASES)
def test_after_renames_each_former_subject_has_its_end(
    renames: str, hold: str, stage: RenameScenario
) -> None:
    for group in ("Dev", *OTHERS):
        stage.realm.create_group(f"/{group}")
    stage.grant(*MAPPINGS)
    act, bound = RENAMES[renames]
    act(stage)
    HOLDS[hold](stage)
    ends = [(end, key, text) for key in bound for text, end in stage.ends(key).items()]
    assert ends
    for end, key, former in sorted(ends):
        stage.await_end(former, key, end)
    assert {key: stage.bound(key) for key in bound} == bound
