"""Bindings that are the operator's: to edit, to delete, to re-label, or to make one beside."""

from collections.abc import Callable, Iterator

from attacks.actors import BINDER, CHIEF
from attacks.model import Attack, Guard, Stopped, stopped
from attacks.stage import SHOP, VICTIM, AttackScenario
from testbed.access import Answer
from testbed.guards_users import RBAC, Body, User, binding
from testbed.objects import API

KUBE_SYSTEM = "system:serviceaccount:kube-system"
KINDS = ("ClusterRoleBinding", "RoleBinding")
WORDS = (f'edit GroupAccess "{VICTIM}" instead', "in an emergency, members of")
INTRUDERS = {"kind": "Group", "apiGroup": RBAC, "name": "intruders"}
LABEL = "app.kubernetes.io/managed-by"
Attempt = Callable[[User, Body], Answer]


def _meta(body: Body, **changes: object) -> Body:
    return {**body, "metadata": {**body["metadata"], **changes}}


def _annotated(body: Body, key: str, value: str) -> Body:
    return _meta(body, annotations={**body["metadata"]["annotations"], key: value})


def _owner(body: Body, **more: object) -> Body:
    owner = {"apiVersion": API, "kind": "GroupAccess", "name": "attacks-hers", "uid": "0"}
    return _meta(body, ownerReferences=[*body["metadata"]["ownerReferences"], owner | more])


def _bare(body: Body) -> Body:
    """Return what server-side apply may name of a binding, for intruders."""
    meta = {key: body["metadata"][key] for key in ("name", "namespace") if key in body["metadata"]}
    subjects = [*body["subjects"], INTRUDERS]
    kept = {key: body[key] for key in ("apiVersion", "kind", "roleRef")}
    return {**kept, "metadata": meta, "subjects": subjects}


EDITS: dict[str, Callable[[Body], Body]] = {
    "other subjects": lambda b: {**b, "subjects": [INTRUDERS]},
    "no subjects": lambda b: {**b, "subjects": []},
    "no label": lambda b: _meta(b, labels={}),
    "another label": lambda b: _meta(b, labels={**b["metadata"]["labels"], "team": "iam"}),
    "group-path of another group": lambda b: _annotated(b, "groupaccess.io/group-path", "/x"),
    "group-id of another group": lambda b: _annotated(b, "groupaccess.io/group-id", "0"),
    "an end that is later": lambda b: _annotated(b, "groupaccess.io/expires-at", "2999-01-01"),
    "no owner": lambda b: _meta(b, ownerReferences=[]),
    "a second owner": _owner,
    "a second owner that blocks": lambda b: _owner(b, blockOwnerDeletion=True, controller=True),
    "a finalizer": lambda b: _meta(b, finalizers=["example.com/never"]),
}
SUBJECT = {"op": "add", "path": "/subjects/-", "value": INTRUDERS}
OTHERS: dict[tuple[str, str], Attempt] = {
    ("merge patch", "other subjects"): lambda u, b: u.merge(b, {"subjects": [INTRUDERS]}),
    ("merge patch", "no label"): lambda u, b: u.merge(b, {"metadata": {"labels": None}}),
    ("JSON patch", "one more subject"): lambda u, b: u.patch(b, SUBJECT),
    ("apply", "one more subject"): lambda u, b: u.apply(_bare(b)),
    ("delete", "by its name"): lambda u, b: u.delete(b),
    ("delete", "with its whole collection"): lambda u, b: u.delete_all(b, f"{LABEL}=groupaccess"),
}
NAMES = (f"groupaccess:{VICTIM}:more:view", "groupaccess:x", "groupaccess:", "groupaccess::::")
LOOK_ALIKES = {
    "anybody": ("alice", "system:authenticated"),
    "a group like masters": ("alice", "system:masters:"),
    "a namespace as a group": ("alice", KUBE_SYSTEM),
    "a user called masters": ("system:masters", "system:authenticated"),
    "a collector without a namespace": ("generic-garbage-collector", "system:serviceaccounts"),
    "a collector of another namespace": (
        "system:serviceaccount:default:generic-garbage-collector",
        "system:serviceaccounts",
    ),
    "a collector of a longer name": (f"{KUBE_SYSTEM}:generic-garbage-collector2", KUBE_SYSTEM),
    "an operator of another namespace": (
        "system:serviceaccount:default:groupaccess",
        "system:serviceaccounts:groupaccess",
    ),
}


def _row(who: str, how: str, kind: str, trick: str, attempt: Attempt) -> Attack:
    def act(stage: AttackScenario) -> Stopped:
        return stopped(attempt(stage.user(who), stage.victims(kind)))

    return Attack(who, how, f"managed {kind}", trick, Guard.NAMES, WORDS, act)


def _edited(edit: Callable[[Body], Body]) -> Attempt:
    return lambda user, body: user.update(edit(body))


def _new(who: str, kind: str, trick: str, **named: str) -> Attack:
    body = binding("", "view", "intruders", namespace=SHOP if kind == "RoleBinding" else "")
    body["metadata"] = {**body["metadata"], "name": None, **named}
    words = ("belong to the GroupAccess operator",)

    def act(stage: AttackScenario) -> Stopped:
        return stopped(stage.user(who).create(body))

    return Attack(who, "create", f"reserved {kind}", trick, Guard.NAMES, words, act)


def _posing(trick: str, name: str, group: str) -> Attack:
    """Delete the victim's binding in the disguise of somebody who looks like a controller."""

    def act(stage: AttackScenario) -> Stopped:
        user = stage.user(CHIEF).posing_as(name, group, stage.all_rights())
        return stopped(user.delete(stage.victims(KINDS[0])))

    return Attack(trick, "delete", "managed ClusterRoleBinding", name, Guard.NAMES, WORDS, act)


def _rows() -> Iterator[Attack]:
    for kind in KINDS:
        for trick, edit in EDITS.items():
            yield _row(CHIEF, "update", kind, trick, _edited(edit))
        for (how, trick), attempt in OTHERS.items():
            yield _row(CHIEF, how, kind, trick, attempt)
        yield from (_new(CHIEF, kind, f'named "{name}"', name=name) for name in NAMES)
        yield _new(CHIEF, kind, 'generateName "groupaccess:"', generateName="groupaccess:")
    yield _row(BINDER, "update", KINDS[0], "other subjects", _edited(EDITS["other subjects"]))
    yield _new(BINDER, KINDS[0], "beside that of a victim", name=NAMES[0])
    yield from (_posing(trick, *who) for trick, who in LOOK_ALIKES.items())


ROWS = tuple(_rows())
