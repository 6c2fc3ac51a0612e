"""What is declared, and what Keycloak calls its groups: strings that look like something else."""

from collections.abc import Callable, Iterator

from attacks import texts
from attacks.actors import AUTHOR, BINDER, CHIEF, KEYCLOAK
from attacks.model import Act, Attack, Guard, Stopped, stopped
from attacks.stage import (
    HONEST,
    NARROW,
    PATHS,
    PREFIXES,
    SECRET_GROUP,
    VICTIM,
    AttackScenario,
)
from testbed.guards_users import Body, binding
from testbed.objects import API, access, mapping

SECRETS = "/api/v1/namespaces/kube-system/secrets"


def judged(directory: str, reason: str, *mappings: Body, who: str = AUTHOR) -> Act:
    """Declare it, and return the operator's words; nothing may be granted."""

    def act(stage: AttackScenario) -> Stopped:
        name = stage.declare(directory, *mappings, who=who)
        ready = stage.objects.wait_reason(f"ga/{name}", reason)
        assert not stage.objects.bindings(name)
        return Stopped(Guard.VERDICT, f"{ready['reason']}: {ready['message']}")

    return act


def verbatim(directory: str, text: str, subject: str) -> Act:
    """Declare a group, and return the subject that was bound, which must be in tokens just so."""

    def act(stage: AttackScenario) -> Stopped:
        name = stage.declare(directory, mapping("m", text))
        stage.objects.wait_reason(f"ga/{name}", "Granted")
        (bound,) = stage.objects.bindings(name).values()
        assert [each["name"] for each in bound["subjects"]] == [subject]
        assert not subject.startswith("system:")
        if directory == HONEST:
            assert subject in stage.cluster.whoami(stage.insider)["groups"]
            assert stage.cluster.get(SECRETS, stage.insider).status == 403
        return Stopped(Guard.HARMLESS, subject)

    return act


def _refused(trick: str, group: str, words: str) -> Attack:
    def act(stage: AttackScenario) -> Stopped:
        return stopped(
            stage.user(AUTHOR).create(access("attacks-new", HONEST, mapping("m", group)))
        )

    return Attack(AUTHOR, "create", "group's name", trick, Guard.SCHEMA, (words,), act)


def _foreign(trick: str, make: Callable[[AttackScenario], Body]) -> Attack:
    """Make a binding that looks like one of the operator's: it must be left as it is."""

    def act(stage: AttackScenario) -> Stopped:
        body = make(stage)
        stage.objects.remember(body)
        answer = stage.user(CHIEF).create(body)
        assert answer.status == 201, answer.message
        stage.sync()
        assert stage.user(CHIEF).read(body) == answer.body
        return Stopped(Guard.HARMLESS, "left as it is")

    return Attack(CHIEF, "create", "foreign binding", trick, Guard.HARMLESS, (), act)


def _bait(
    stage: AttackScenario, *, owned: bool = False, called: str = "", **annotations: str
) -> Body:
    body = binding(called or stage.fresh(), "view", "intruders")
    body["metadata"] |= {
        "labels": {"app.kubernetes.io/managed-by": "groupaccess"},
        "annotations": {
            f"groupaccess.io/{key.replace('_', '-')}": value for key, value in annotations.items()
        },
    }
    if owned:
        body["metadata"]["ownerReferences"] = [_owner(stage)]
    return body


def _owner(stage: AttackScenario) -> Body:
    uid = stage.objects.get(f"ga/{VICTIM}")["metadata"]["uid"]
    return {"apiVersion": API, "kind": "GroupAccess", "name": VICTIM, "uid": uid}


def _blocks(stage: AttackScenario) -> Stopped:
    """Keep a GroupAccess from being deleted, by a binding that blocks it."""
    body = binding("attacks-blocks", "view", "intruders")
    body["metadata"]["ownerReferences"] = [{**_owner(stage), "blockOwnerDeletion": True}]
    return stopped(stage.user(BINDER).create(body))


def _taken_name(stage: AttackScenario) -> Stopped:
    """Take a name, before there were guards, with another role: it is no grant of the operator."""
    taken = binding(f"groupaccess:{(name := 'attacks-taken')}:m:view", "edit", "intruders")
    stage.objects.apply(taken)
    body = access(name, HONEST, mapping("m", SECRET_GROUP))
    stage.objects.remember(body)
    assert stage.user(AUTHOR).create(body).status == 201
    ready = stage.objects.wait_reason(f"ga/{name}", "Conflict")
    (stands,) = stage.objects.bindings(name).values()
    assert stands["roleRef"]["name"] == "edit"
    assert [each["name"] for each in stands["subjects"]] == ["intruders"]
    stage.objects.delete(f"ga/{name}")
    return Stopped(Guard.VERDICT, f"{ready['reason']}: {ready['message']}")


def _verdict(who: str, what: str, trick: str, act: Act, *words: str) -> Attack:
    return Attack(who, "declare", what, trick, Guard.VERDICT, words, act)


def _harmless(what: str, trick: str, directory: str, text: str, subject: str) -> Attack:
    act = verbatim(directory, text, subject)
    return Attack(AUTHOR, "declare", what, trick, Guard.HARMLESS, (subject,), act)


def _groups() -> Iterator[Attack]:
    for trick, (group, words) in texts.REFUSED.items():
        yield _refused(trick, group, words)
    masters = ('the group "system:masters"', "Use another group")
    for group, directory in {
        "/system:masters": HONEST,
        ":masters": "attacks-system",
        "tem:masters": "attacks-sys",
    }.items():
        prefix = PREFIXES.get(directory, "")
        trick = f'"{group}" behind prefix "{prefix}"' if prefix else "as the path of its leaf"
        act = judged(directory, "InvalidSubject", mapping("m", group))
        yield _verdict(KEYCLOAK, "system:masters", trick, act, *masters)
    yield _harmless(
        "system:masters", "as a whole path", PATHS, "/system:masters", "/system:masters"
    )
    path = f"/{texts.ABOVE}/{texts.BELOW}"
    yield _harmless("line break", "in the group above", HONEST, texts.BELOW, texts.BELOW)
    yield _harmless("line break", "in the path", PATHS, texts.BELOW, path)
    for trick, text in texts.LOOK_ALIKES.items():
        yield _harmless("system:masters", trick, HONEST, text, text)
    for trick, text in texts.CODE.items():
        yield _harmless("code as a group's name", trick, HONEST, text, text)


def _roles_and_bindings() -> Iterator[Attack]:
    yield _verdict(
        CHIEF,
        "cluster-admin",
        "which the operator may not bind",
        judged(HONEST, "BindForbidden", mapping("m", SECRET_GROUP, "cluster-admin"), who=CHIEF),
        '"cluster-admin"',
        "bindableClusterRoles",
    )
    yield _verdict(
        AUTHOR,
        "view",
        "which the directory does not allow",
        judged(NARROW, "ClusterRoleNotAllowed", mapping("m", SECRET_GROUP)),
        '"view"',
        "edit",
    )
    yield _verdict(
        BINDER,
        "taken name",
        "with another role",
        _taken_name,
        "with another roleRef, and was not created by the operator",
        "Delete that binding",
    )
    yield Attack(
        BINDER,
        "create",
        "foreign binding",
        "an owner that blocks",
        Guard.RBAC,
        ("blockOwnerDeletion",),
        _blocks,
    )
    yield _foreign("with the operator's label", _bait)
    yield _foreign("with an owner", lambda s: _bait(s, owned=True))
    yield _foreign(
        "with the operator's annotations",
        lambda s: _bait(
            s, owned=True, group=SECRET_GROUP, group_path=f"/{SECRET_GROUP}", directory=HONEST
        ),
    )
    yield _foreign(
        "with a name that looks alike",
        lambda s: _bait(s, owned=True, called=f"groupaccess.io:{VICTIM}:cluster:view"),
    )


ROWS = (*_groups(), *_roles_and_bindings())
