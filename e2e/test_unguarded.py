"""Guards that go and come lock nobody out, and that they are away is reported."""

from collections.abc import Iterator
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

LIST_PODS = {"verb": "list", "resource": "pods"}


class Editor:
    """Somebody who may write any GroupAccess, but hand out only view."""

    def __init__(self, user: User, name: str, directory: str) -> None:
        self.user = user
        self.good = access(f"{name}-good", directory, mapping("dev", "SRE", "view"))
        self.bad = access(f"{name}-bad", directory, mapping("dev", "SRE", "admin"))

    def create(self, body: Body) -> Answer:
        return self.user.create(body)

    def edit(self, body: Body, **spec: Any) -> Answer:  # noqa: ANN401 -- JSON
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


def test_guards_that_go_and_come_lock_nobody_out_and_that_is_reported(
    operator: OperatorProcess, granted: str, editor: Editor, objects: Objects, name: str
) -> None:
    def in_force() -> bool:
        return operator.metric("groupaccess_bind_guard_in_force") == 1

    good, bad, cluster = f"{name}-good", f"{name}-bad", objects.cluster
    assert granted
    eventually(in_force, within=20, what="the guard in force")
    before = objects.events(BIND_GUARD).count("NotInForce")
    with Probe(cluster, probe_token(cluster), "SRE", LIST_PODS) as standing:
        accepted(editor.create(editor.good))
        assert refused_by(BIND_GUARD, editor.create(editor.bad))
        objects.wait_reason(f"ga/{good}", "Granted")

        remove_guards(cluster)
        accepted(editor.create(editor.bad))
        objects.wait_reason(f"ga/{bad}", "Granted")
        eventually(lambda: not in_force(), within=20, what="the metric")
        eventually(
            lambda: objects.events(BIND_GUARD).count("NotInForce") == before + 1,
            within=5,
            what="the event",
        )

        install_guards(cluster)
        assert refused_by(BIND_GUARD, editor.edit(editor.bad, suspend=True))
        eventually(in_force, within=20, what="in force again")
        accepted(editor.edit(editor.good, suspend=True))
        objects.wait_reason(f"ga/{good}", "Suspended")
    assert standing.denied == []
    assert objects.events(BIND_GUARD).count("NotInForce") == before + 1
