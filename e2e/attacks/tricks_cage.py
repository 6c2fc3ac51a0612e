"""The operator's token in wrong hands, with all rights that RBAC can give."""

from collections.abc import Callable, Iterator

from attacks.actors import THIEF
from attacks.model import Attack, Guard, Stopped, stopped
from attacks.stage import SHOP, VICTIM, AttackScenario
from testbed.access import Answer
from testbed.guards_users import EVERYTHING, RBAC, Body, User, binding

OURS = "groupaccess:attacks-x:m:view"
FOREIGN, ROLE = "attacks-foreign", "attacks-role"
PEOPLE = "no users or service accounts"


def group(name: str) -> dict[str, str]:
    return {"kind": "Group", "apiGroup": RBAC, "name": name}


def forged(called: str, *subjects: dict[str, str], namespace: str = "", **role: str) -> Body:
    """Return a binding of a name, for one group when nobody else is named, to view."""
    body = binding(called, "view", "g", namespace=namespace)
    body["subjects"] = list(subjects) or body["subjects"]
    body["roleRef"] |= role
    return body


ACCOUNT_OF_HERS = {"kind": "ServiceAccount", "name": "x", "namespace": "default"}
PERSON = {"kind": "User", "apiGroup": RBAC, "name": "eve"}
FORGED: dict[str, tuple[Body, str]] = {
    "a foreign name": (forged("x"), 'not "x"'),
    "a name that looks alike": (forged("groupaccess-x"), 'not "groupaccess-x"'),
    "a name in capitals": (forged("Groupaccess:x:m:view"), 'not "Groupaccess:x'),
    "cluster-admin": (forged(OURS, name="cluster-admin"), 'not ClusterRole "cluster-admin"'),
    "a role of Kubernetes": (forged(OURS, name="system:node"), 'not ClusterRole "system:node"'),
    "a Role": (forged(OURS, namespace=SHOP, kind="Role"), 'not Role "view"'),
    "everybody": (forged(OURS, group("system:unauthenticated")), '"system:"'),
    "whoever logs in": (forged(OURS, group("system:authenticated")), '"system:"'),
    "masters among others": (forged(OURS, group("g"), group("system:masters")), '"system:"'),
    "all ServiceAccounts": (forged(OURS, group("system:serviceaccounts")), '"system:"'),
    "a ServiceAccount": (forged(OURS, ACCOUNT_OF_HERS), PEOPLE),
    "a person": (forged(OURS, PERSON), PEOPLE),
    "a person in a namespace": (forged(OURS, PERSON, namespace=SHOP), PEOPLE),
}
MASTERS = {"subjects": [group("system:masters")]}


def role(kind: str = "ClusterRole", name: str = ROLE, namespace: str = "") -> Body:
    meta = {"name": name} | ({"namespace": namespace} if namespace else {})
    rules = [dict(EVERYTHING)]
    return {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": meta, "rules": rules}


def standing() -> tuple[Body, ...]:
    """Return what is not the operator's, and stands."""
    labels = {"labels": {"of": "attacks"}}
    foreign, clean = binding(FOREIGN, "view", "g"), {**role(), "rules": []}
    return tuple({**b, "metadata": b["metadata"] | labels} for b in (foreign, clean))


Place = tuple[str, str, str]
Attempt = Callable[[User, AttackScenario], Answer]
FOREIGN_BINDING = binding(FOREIGN, "view", "g")
VIEW = role(name="view")
ANY_RULE = {"op": "add", "path": "/rules/-", "value": dict(EVERYTHING)}
ONE_MORE = {"op": "add", "path": "/subjects/-", "value": group("intruders")}
CAGED: dict[Place, tuple[Attempt, str]] = {
    ("update", "managed binding", "system:masters"): (
        lambda u, s: u.update({**s.victims("ClusterRoleBinding"), **MASTERS}),
        '"system:"',
    ),
    ("merge patch", "managed binding", "system:masters"): (
        lambda u, s: u.merge(s.victims("ClusterRoleBinding"), MASTERS),
        '"system:"',
    ),
    ("apply", "managed binding", "system:masters"): (
        lambda u, _: u.apply(forged(f"groupaccess:{VICTIM}:cluster:view", *MASTERS["subjects"])),
        '"system:"',
    ),
    ("merge patch", "RoleBinding", "a person"): (
        lambda u, s: u.merge(s.victims("RoleBinding"), {"subjects": [PERSON]}),
        PEOPLE,
    ),
    ("update", "foreign binding", "no subjects"): (
        lambda u, _: u.update({**u.read(FOREIGN_BINDING), "subjects": []}),
        f'not "{FOREIGN}"',
    ),
    ("JSON patch", "foreign binding", "one more subject"): (
        lambda u, _: u.patch(FOREIGN_BINDING, ONE_MORE),
        f'not "{FOREIGN}"',
    ),
    ("delete", "foreign binding", "by its name"): (
        lambda u, _: u.delete(FOREIGN_BINDING),
        f'not "{FOREIGN}"',
    ),
    ("delete", "foreign binding", "with a collection"): (
        lambda u, _: u.delete_all(FOREIGN_BINDING, "of=attacks"),
        f'not "{FOREIGN}"',
    ),
    ("create", "ClusterRole", "all rights"): (
        lambda u, _: u.create(role(name="x")),
        "clusterroles",
    ),
    ("create", "ClusterRole", "with a reserved name"): (
        lambda u, _: u.create(role(name=OURS)),
        "no clusterroles",
    ),
    ("create", "Role", "all rights"): (
        lambda u, _: u.create(role("Role", namespace=SHOP)),
        "no roles",
    ),
    ("JSON patch", "ClusterRole", "view gets all rights"): (
        lambda u, _: u.patch(VIEW, ANY_RULE),
        "no clusterroles",
    ),
    ("update", "ClusterRole", "all rights"): (
        lambda u, _: u.update(u.read(role()) | {"rules": [dict(EVERYTHING)]}),
        "no clusterroles",
    ),
    ("delete", "ClusterRole", "by its name"): (lambda u, _: u.delete(role()), "no clusterroles"),
    ("delete", "ClusterRole", "with a collection"): (
        lambda u, _: u.delete_all(role(), "of=attacks"),
        "no clusterroles",
    ),
}


def _creating(body: Body) -> Attempt:
    return lambda user, _: user.create(body)


def row(who: str, place: Place, guard: Guard, word: str, attempt: Attempt) -> Attack:
    """Return a row; neither a role nor a binding may have changed."""

    def act(stage: AttackScenario) -> Stopped:
        stage.stand(*standing())
        before = stage.rules_and_bindings()
        found = stopped(attempt(stage.user(who), stage))
        assert stage.rules_and_bindings() == before
        return found

    return Attack(who, *place, guard, (word,), act)


def _rows() -> Iterator[Attack]:
    for trick, (body, word) in FORGED.items():
        yield row(THIEF, ("create", body["kind"], trick), Guard.CAGE, word, _creating(body))
    for place, (attempt, word) in CAGED.items():
        yield row(THIEF, place, Guard.CAGE, word, attempt)


ROWS = tuple(_rows())
