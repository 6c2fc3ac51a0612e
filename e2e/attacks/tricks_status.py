"""A forged status: it grants nothing, it stops nothing, and it is put right."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from attacks.actors import FORGER
from attacks.model import Attack, Guard, Stopped
from attacks.stage import HONEST, SECRET_GROUP, VICTIM, AttackScenario
from testbed.access import Answer
from testbed.guards_users import Body, User, path
from testbed.objects import API, access, mapping
from testbed.waiting import eventually

WAITING = "attacks-waiting"  # a GroupAccess whose group is not there
WORDS = ("GroupNotFound", 'Keycloak has no group "nobodys"')
WAITS = ("Reconciling", "Stalled")  # how long it waited is read from the status: it may differ
FAR = "9999-12-31T23:59:59Z"


def condition(kind: str, status: str, since: str = "2026-01-01T00:00:00Z") -> Body:
    said = {"reason": "Granted", "message": "all stands", "lastTransitionTime": since}
    return {"type": kind, "status": status, "observedGeneration": 1, **said}


def granted(name: str, **more: Any) -> Body:  # noqa: ANN401 -- JSON
    who = {"groupPath": "/x", "groupId": "0", "subjects": ["system:masters"]}
    said = {"state": "Granted", "reason": "Granted", "clusterRole": "cluster-admin"}
    return {"name": name, **said, **who, "where": {"scope": "Cluster"}, **more}


READY = [condition("Ready", "True"), condition("Verified", "True"), condition("Stalled", "False")]
FORGED: dict[str, Body] = {
    "all is granted": {
        "observedGeneration": 1,
        "granted": "1/1",
        "conditions": READY,
        "mappings": [granted("m")],
    },
    "a mapping that nobody declared": {"mappings": [granted("m"), granted("ghost")]},
    "fields that it does not have": {"nextExpiry": FAR, "directory": "another"},
    "a condition of another kind": {"conditions": [*READY, condition("Audited", "True")]},
    "a generation that never comes": {"observedGeneration": 2**62},
    "a wait without end": {"conditions": [condition("Reconciling", "True", FAR)]},
    "a wait from the beginning of time": {
        "conditions": [condition("Reconciling", "True", "0001-01-01T00:00:00Z")],
    },
    "nothing at all": {},
}


def _update(user: User, body: Body, status: Body) -> Answer:
    return user.send("PUT", f"{path(body)}/status", {**user.read(body), "status": status})


def _merge(user: User, body: Body, status: Body) -> Answer:
    content = "application/merge-patch+json"
    return user.send("PATCH", f"{path(body)}/status", {"status": status}, content=content)


def _apply(user: User, body: Body, status: Body) -> Answer:
    bare = {key: body[key] for key in ("apiVersion", "kind")}
    sent = {**bare, "metadata": {"name": body["metadata"]["name"]}, "status": status}
    manager = uuid.uuid4().hex  # to one of before, what the operator took away would be its own
    where = f"{path(body)}/status?fieldManager={manager}&force=true"
    return user.send("PATCH", where, sent, content="application/apply-patch+yaml")


WAYS: dict[str, Callable[[User, Body, Body], Answer]] = {
    "update": _update,
    "merge patch": _merge,
    "apply": _apply,
}


def timeless(status: Body) -> Body:
    """Return a status without times, and without saying whether it still waits."""
    conditions = {each["type"]: each | {"lastTransitionTime": ""} for each in status["conditions"]}
    waits = [conditions.pop(kind, {}).get("status") for kind in WAITS]
    clients = [each | {"since": ""} for each in status.get("clients", ())]
    said = {**status, "conditions": conditions, "waits": sorted(map(str, waits))}
    return said | ({"clients": clients} if clients else {})


def _waiting(stage: AttackScenario) -> Body:
    body = access(WAITING, HONEST, mapping("m", "nobodys"))
    stage.stand(body)
    stage.objects.wait_reason(f"ga/{WAITING}", "GroupNotFound")
    return body


def _put_right(
    stage: AttackScenario, body: Body, forge: Callable[[User], Answer], within: float
) -> Stopped:
    """Forge it and wait until it says what it said before; times may have moved."""
    user = stage.user(FORGER)
    before = timeless(user.read(body)["status"])
    answer = forge(user)
    assert answer.status == 200, answer.message

    def honest() -> bool:
        now = timeless(user.read(body)["status"])
        assert now == before, now
        return True

    eventually(honest, within=within, what="the status as it was")
    ready = before["conditions"]["Ready"]
    return Stopped(Guard.VERDICT, f"{ready['reason']}: {ready['message']}")


def _row(how: str, trick: str, status: Body) -> Attack:
    def act(stage: AttackScenario) -> Stopped:
        body = _waiting(stage)
        found = _put_right(stage, body, lambda u: WAYS[how](u, body, status), within=10)
        assert not stage.objects.bindings(WAITING)
        return found

    return Attack(FORGER, how, "status", trick, Guard.VERDICT, WORDS, act)


def _while_away(stage: AttackScenario) -> Stopped:
    body = _waiting(stage)

    def forge(user: User) -> Answer:
        stage.operator.stop()
        try:
            return _update(user, body, FORGED["all is granted"])
        finally:
            stage.operator.start()

    found = _put_right(stage, body, forge, within=40)
    assert not stage.objects.bindings(WAITING)
    return found


def _of_victim(stage: AttackScenario) -> Stopped:
    """Say that a grant has ended: what stands keeps standing."""
    body = access(VICTIM, HONEST)
    status = {"mappings": [granted("cluster", state="Revoked", reason="Expired")]}
    return _put_right(stage, body, lambda u: _merge(u, body, status), within=10)


def _of_directory(stage: AttackScenario) -> Stopped:
    body = {"apiVersion": API, "kind": "KeycloakDirectory", "metadata": {"name": HONEST}}
    status = {"directoryId": "another", "groups": 0, "conditions": []}
    user = stage.user(FORGER)
    before = user.read(body)["status"]
    answer = _merge(user, body, status)
    assert answer.status == 200, answer.message

    def honest() -> str:
        now = user.read(body)["status"]
        # The number of groups may have moved meanwhile: other rows make groups in this realm.
        assert now["directoryId"] == before["directoryId"]
        assert now["groups"] > 0
        ready = {each["type"]: each for each in now["conditions"]}["Ready"]
        return f"{ready['reason']}: {ready['message']}" if ready["status"] == "True" else ""

    said = eventually(honest, within=20, what="the status put right")
    stage.sync()
    return Stopped(Guard.VERDICT, said)


def _spec(stage: AttackScenario) -> Stopped:
    """Bring another spec along with the status: the API server takes the status alone."""
    body, user = _waiting(stage), stage.user(FORGER)
    stands = user.read(body)
    grant = {**stands, "spec": access(WAITING, HONEST, mapping("m", SECRET_GROUP))["spec"]}
    grant["metadata"] = {**grant["metadata"], "annotations": {"forged": "yes"}}
    answer = user.send("PUT", f"{path(body)}/status", grant)
    assert answer.status == 200, answer.message
    now = user.read(body)
    assert now["spec"] == stands["spec"]
    assert "annotations" not in now["metadata"] or "forged" not in now["metadata"]["annotations"]
    return Stopped(Guard.HARMLESS, "the spec is as it was")


def _rows() -> Iterator[Attack]:
    for how in WAYS:
        for trick, status in FORGED.items():
            if status or how == "update":
                yield _row(how, trick, status)
    yield Attack(
        FORGER, "update", "status", "while the operator is away", Guard.VERDICT, WORDS, _while_away
    )
    yield Attack(
        FORGER,
        "merge patch",
        "status",
        "what stands is revoked",
        Guard.VERDICT,
        ("Granted",),
        _of_victim,
    )
    yield Attack(
        FORGER,
        "merge patch",
        "status of a directory",
        "another realm",
        Guard.VERDICT,
        ("Read",),
        _of_directory,
    )
    yield Attack(FORGER, "update", "status", "with another spec", Guard.HARMLESS, (), _spec)


ROWS = tuple(_rows())
