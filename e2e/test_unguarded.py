"""Guards that go and come lock nobody out; whom nobody checked in the meantime is reported."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from testbed.access import Answer
from testbed.cluster import Cluster
from testbed.guards import BIND_GUARD, accepted, refused_by
from testbed.guards_users import WRITES_ACCESSES, Body, User, binds, make_user, remove_user
from testbed.installation import install_guards, remove_guards
from testbed.objects import Objects, access, mapping
from testbed.operator import OperatorProcess
from testbed.probe import Probe, probe_token
from testbed.waiting import eventually

pytestmark = pytest.mark.uninstall

OLD = 6.0  # seconds; a guard that is younger may not be heeded yet
LIST_PODS = {"verb": "list", "resource": "pods"}


class Editor:
    """Somebody who may write any GroupAccess, but hand out only view."""

    def __init__(self, user: User, name: str, directory: str) -> None:
        self.user = user
        self.good = access(f"{name}-good", directory, mapping("dev", "SRE", "view"))
        self.bad = access(f"{name}-bad", directory, mapping("dev", "SRE", "admin"))

    def create(self, body: Body) -> Answer:
        return self.user.create(body)

    def edit(self, body: Body, **spec: Any) -> Answer:  # noqa: ANN401 - JSON
        stands = self.user.read(body)
        return self.user.update({**stands, "spec": {**stands["spec"], **spec}})


@pytest.fixture
def editor(installed: Cluster, objects: Objects, directory: str, name: str) -> Iterator[Editor]:
    """Give the editor, and the guards as they were at the end."""
    made = Editor(make_user(installed, name, WRITES_ACCESSES, binds("view")), name, directory)
    objects.remember(made.good, made.bad)
    yield made
    remove_user(installed, name)
    install_guards(installed)


def is_old(cluster: Cluster) -> bool:
    """Tell whether the bind guard was made long enough ago to be heeded for sure."""
    path = "-ojsonpath={.metadata.creationTimestamp}"
    made = cluster.kubectl("get", "validatingadmissionpolicybinding", BIND_GUARD, path).stdout
    return (datetime.now(UTC) - datetime.fromisoformat(made)).total_seconds() > OLD


def test_guards_that_go_and_come_lock_nobody_out_and_who_was_not_checked_is_reported(
    operator: OperatorProcess, granted: str, editor: Editor, objects: Objects, name: str
) -> None:
    def in_force() -> bool:
        return operator.metric("groupaccess_bind_guard_in_force") == 1

    good, bad, cluster = f"{name}-good", f"{name}-bad", objects.cluster
    assert granted
    eventually(lambda: is_old(cluster) and in_force(), within=20, what="the guard in force")
    with Probe(cluster, probe_token(cluster), "SRE", LIST_PODS) as standing:
        accepted(editor.create(editor.good))
        assert refused_by(BIND_GUARD, editor.create(editor.bad))
        objects.wait_reason(f"ga/{good}", "Granted")

        remove_guards(cluster)
        accepted(editor.create(editor.bad))
        objects.wait_reason(f"ga/{bad}", "Granted")
        eventually(lambda: "Unguarded" in objects.events(bad), within=5, what="the report")
        assert not in_force()

        install_guards(cluster)
        assert refused_by(BIND_GUARD, editor.edit(editor.bad, suspend=True))
        eventually(lambda: is_old(cluster) and in_force(), within=20, what="in force again")
        accepted(editor.edit(editor.good, suspend=True))
        objects.wait_reason(f"ga/{good}", "Suspended")
    assert standing.denied == []
    assert objects.events(bad).count("Unguarded") == 1
    assert "Unguarded" not in objects.events(good)


def test_who_was_not_checked_while_the_operator_was_away_too_is_reported_at_its_start(
    operator: OperatorProcess, granted: str, editor: Editor, objects: Objects, name: str
) -> None:
    assert granted  # else all there is were new to the operator, and the log alone named it
    operator.stop()
    remove_guards(objects.cluster)
    accepted(editor.create(editor.bad))
    install_guards(objects.cluster)
    operator.start()
    objects.wait_reason(f"ga/{name}-bad", "Granted")
    eventually(lambda: "Unguarded" in objects.events(f"{name}-bad"), within=5, what="the report")
