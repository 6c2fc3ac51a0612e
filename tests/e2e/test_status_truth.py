"""What the end-to-end tests hold against a status, tried on statuses and bindings made here."""

from typing import Any

import pytest

from testbed.guards_users import binding
from testbed.status_truth import untruths

NAME = "groupaccess:a:m:view"
Body = dict[str, Any]


def access(state: str, message: str = "", where: Body | None = None, **more: Any) -> Body:
    said = {
        "name": "m",
        "clusterRole": "view",
        "state": state,
        "message": message,
        "subjects": ["SRE"],
        "where": where or {"scope": "Cluster"},
        **more,
    }
    return {"metadata": {"name": "a"}, "status": {"mappings": [said], "conditions": []}}


def shops(wanted: int, granted: int) -> Body:
    return {"scope": "Namespaces", "wanted": wanted, "granted": granted}


def here(*namespaces: str, group: str = "SRE") -> list[Body]:
    return [binding(NAME, "view", group, namespace=namespace) for namespace in namespaces]


BOUND = [binding(NAME, "view", "SRE")]
OTHER = [binding(NAME, "view", "Developer")]
PLACEHOLDER = [binding(NAME, "view")]
STILL = "expired; still bound: groupaccess:a:m:view"


@pytest.mark.parametrize(
    ("said", "bound"),
    [
        (access("Granted"), BOUND),
        (access("Granted", where=shops(2, 2)), here("x", "y")),
        (access("Granted", where=shops(0, 0)), []),
        (access("Partial", where=shops(2, 1)), here("x")),
        (access("Held"), BOUND),
        (access("Held", where=shops(2, 1)), here("x")),
        (access("Held"), OTHER),
        (access("Pending"), []),
        (access("Expired"), []),
        (access("Revoked"), PLACEHOLDER),
        (access("Expired", STILL), BOUND),
    ],
)
def test_a_true_status_is_believed(said: Body, bound: list[Body]) -> None:
    others = binding("groupaccess:b:m:view", "view", "SRE")
    assert not list(untruths(said, [*bound, others]))


@pytest.mark.parametrize(
    ("said", "bound"),
    [
        (access("Granted"), []),
        (access("Granted"), OTHER),
        (access("Granted"), PLACEHOLDER),
        (access("Granted"), here("x")),
        (access("Granted"), [binding(NAME, "edit", "SRE")]),
        (access("Granted", where=shops(2, 2)), here("x")),
        (access("Granted", where=shops(2, 1)), here("x", "y")),
        (access("Granted", where=shops(1, 1)), here("x", group="Developer")),
        (access("Partial", where=shops(2, 0)), here("x")),
        (access("Partial", where=shops(2, 1)), [*here("x"), *here("y", group="Developer")]),
        (access("Held"), []),
        (access("Pending"), OTHER),
        (access("Expired"), BOUND),
        (access("Revoked"), BOUND),
        (access("Expired", STILL), []),
        (access("Granted"), [*BOUND, binding("groupaccess:a:m:edit", "edit", "SRE")]),
        (access("Granted"), [*BOUND, binding("groupaccess:a:n:view", "view", "SRE")]),
        (access("Granted"), [*BOUND, *here("x")]),
    ],
)
def test_a_status_that_is_not_so_is_found(said: Body, bound: list[Body]) -> None:
    found = list(untruths(said, bound))
    assert found
    assert all(each.about for each in found)
