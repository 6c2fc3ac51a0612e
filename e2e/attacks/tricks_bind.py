"""A role that one may not bind, in a GroupAccess: however it is written, and wherever in it."""

from collections.abc import Callable, Iterator
from typing import Any

from attacks.actors import AUTHOR
from attacks.model import Act, Attack, Guard, Stopped, stopped
from attacks.stage import SHOP, AttackScenario
from testbed.access import Answer
from testbed.guards_users import Body, User
from testbed.objects import access, mapping

MOST = 24
BAD = "cluster-admin"
NOWHERE = "attacks-nowhere"  # no such directory: the operator grants nothing of it
HERS = "attacks-hers"  # a GroupAccess of 24 views, which its author may write
EDITS = "attacks-edits"  # one with edit, which somebody else wrote
NEW = "attacks-new"
WHAT = "GroupAccess"


def grants(name: str, *cluster_roles: str, **more: Any) -> Body:  # noqa: ANN401 -- JSON
    found = enumerate(cluster_roles)
    return access(name, NOWHERE, *(mapping(f"m-{i}", "/g", role, **more) for i, role in found))


def views(bad: int, role: str = BAD) -> list[str]:
    """Return as many roles as there can be, of which one is bad."""
    return [role if number == bad else "view" for number in range(MOST)]


def _create(user: User, bad: int) -> Answer:
    return user.create(grants(NEW, *views(bad)))


def _apply_new(user: User, bad: int) -> Answer:
    return user.apply(grants(NEW, *views(bad)))


def _update(user: User, bad: int) -> Answer:
    stands = user.read(grants(HERS))
    stands["spec"] = grants(HERS, *views(bad))["spec"]
    return user.update(stands)


def _merge(user: User, bad: int) -> Answer:
    body = grants(HERS, *views(bad))
    return user.merge(body, {"spec": body["spec"]})


def _patch(user: User, bad: int) -> Answer:
    where = f"/spec/mappings/{bad}/clusterRole"
    return user.patch(grants(HERS), {"op": "replace", "path": where, "value": BAD})


def _apply(user: User, bad: int) -> Answer:
    return user.apply(grants(HERS, *views(bad)))


CHANGES: dict[str, Callable[[User, int], Answer]] = {
    "update": _update,
    "merge patch": _merge,
    "JSON patch": _patch,
    "apply": _apply,
    "apply a new": _apply_new,
}


def _tried(attempt: Callable[[User], Answer]) -> Act:
    """Try it on what stands, which must stay as it was."""

    def act(stage: AttackScenario) -> Stopped:
        stands = grants(HERS, *["view"] * MOST), grants(EDITS, "edit")
        stage.stand(*stands)
        user = stage.user(AUTHOR)
        found = stopped(attempt(user))
        for body in stands:
            assert user.read(body)["spec"] == body["spec"]
        return found

    return act


def _at(how: str, attempt: Callable[[User, int], Answer], bad: int) -> Attack:
    trick = f"a role she may not bind, as mapping {bad + 1} of {MOST}"
    words = (f'mapping "m-{bad}"', f'"{BAD}"', f"kubectl auth can-i bind clusterroles/{BAD}")
    return Attack(AUTHOR, how, WHAT, trick, Guard.BIND, words, _tried(lambda u: attempt(u, bad)))


def _one(trick: str, body: Body, *words: str, guard: Guard = Guard.BIND) -> Attack:
    return Attack(AUTHOR, "create", WHAT, trick, guard, words, _tried(lambda u: u.create(body)))


def _change(how: str, trick: str, attempt: Callable[[User], Answer], *words: str) -> Attack:
    return Attack(AUTHOR, how, WHAT, trick, Guard.BIND, words, _tried(attempt))


def _rows() -> Iterator[Attack]:
    yield from (_at("create", _create, bad) for bad in range(MOST))
    for how, attempt in CHANGES.items():
        yield from (_at(how, attempt, bad) for bad in (0, MOST - 1))
    new, elsewhere = NEW, {"names": [SHOP]}
    asleep = grants(new, BAD)
    asleep["spec"]["suspend"] = True
    past = "2020-01-01T00:00:00Z"
    yield _one("a bad role, suspended for now", asleep, BAD)
    yield _one("a bad role, expired for now", grants(new, BAD, expiresAt=past), BAD)
    yield _one("a bad role, in one namespace", grants(new, BAD, namespaces=elsewhere), BAD)
    yield _one("a role that is made later", grants(new, "attacks-later"), "attacks-later")
    for trick, role in {
        "all roles": "*",
        "a role in capitals": "VIEW",
        "a role with a blank": "view ",
        "a role in Cyrillic": "vi\u0435w",
    }.items():
        yield _one(trick, grants(new, role), f'ClusterRole "{role}"')
    climbing = grants(new, "view/../cluster-admin")
    yield _one("a role that climbs", climbing, "no name that a ClusterRole", guard=Guard.SCHEMA)
    more = grants(new, *["view"] * MOST, BAD)
    yield _one("a 25th mapping", more, "at most 24 items", guard=Guard.SCHEMA)
    theirs = grants(EDITS)
    group = {"op": "replace", "path": "/spec/mappings/0/group", "value": "/intruders"}
    added = {"op": "add", "path": "/spec/mappings/-", "value": mapping("more", "/g")}
    yield _change(
        "JSON patch",
        "a group of hers, for a role of others",
        lambda u: u.patch(theirs, group),
        '"edit"',
    )
    yield _change(
        "JSON patch",
        "a mapping of hers, beside one of others",
        lambda u: u.patch(theirs, added),
        '"edit"',
    )


ROWS = tuple(_rows())
