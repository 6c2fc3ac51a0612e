"""Kubernetes' own roles reach none of our objects; no field reaches a Secret elsewhere."""

from collections.abc import Callable, Iterator

from attacks.actors import DIRECTOR, EDITOR, NOBODY, OWNER
from attacks.model import Attack, Guard, Stopped, stopped
from attacks.stage import HONEST, SECRET_GROUP, AttackScenario
from testbed.access import Answer
from testbed.guards_users import Body, User, path
from testbed.objects import API, access, mapping

MERGE = "application/merge-patch+json"
GRANT = access("attacks-new", HONEST, mapping("m", SECRET_GROUP))
REALM = "https://attacker.example/realms/x"


def directory(**spec: object) -> Body:
    """Return a KeycloakDirectory."""
    least = {
        "issuer": REALM,
        "auth": {"clientSecret": {"secretRef": {"name": "x"}}},
        "tokens": {"groupsPrefix": "", "clients": [{"clientId": "headlamp"}]},
        "allowedClusterRoles": ["*"],
    }
    meta = {"name": "attacks-new"}
    return {"apiVersion": API, "kind": "KeycloakDirectory", "metadata": meta, "spec": least | spec}


WRITES: dict[str, Callable[[User, Body], Answer]] = {
    "create": lambda u, b: u.create(b),
    "update": lambda u, b: u.update(b),
    "patch": lambda u, b: u.merge(b, {"spec": b["spec"]}),
    "delete": lambda u, b: u.delete(b),
    "deletecollection": lambda u, b: u.delete_all(b, "x=y"),
}


def write_status(user: User, body: Body) -> Answer:
    """Send an empty status."""
    return user.send("PATCH", f"{path(body)}/status", {"status": {}}, content=MERGE)


SECRETS: dict[str, tuple[Body, str]] = {
    "a path to another namespace": (
        directory(auth={"clientSecret": {"secretRef": {"name": "kube-system/x"}}}),
        "spec.auth.clientSecret.secretRef.name",
    ),
    "a path that climbs": (
        directory(auth={"clientSecret": {"secretRef": {"name": "../../kube-system/secrets/x"}}}),
        "spec.auth.clientSecret.secretRef.name",
    ),
    "two dots": (
        directory(auth={"clientSecret": {"secretRef": {"name": ".."}}}),
        "spec.auth.clientSecret.secretRef.name",
    ),
    "quoted slash": (
        directory(auth={"clientSecret": {"secretRef": {"name": "x%2fy"}}}),
        "spec.auth.clientSecret.secretRef.name",
    ),
    "a CA of another namespace": (
        directory(caBundle={"secretRef": {"name": "kube-system/x"}}),
        "spec.caBundle.secretRef.name",
    ),
    "a key that climbs": (
        directory(caBundle={"secretRef": {"name": "x", "key": "../x"}}),
        "spec.caBundle.secretRef.key",
    ),
}
ADDRESSES: dict[str, tuple[Body, str]] = {
    "http": (directory(issuer=REALM.replace("https", "http")), "must begin with https://"),
    "http for the admin API": (directory(adminURL="http://x"), "must begin with https://"),
    "a user in the URL": (directory(issuer="https://real@x/realms/x"), "must end in /realms/"),
    "a file": (directory(issuer="file:///etc/passwd"), "must begin with https://"),
    "a query": (directory(adminURL="https://x/?y"), "no trailing slash, query"),
    "a prefix of Kubernetes": (
        directory(tokens={"clients": [{"clientId": "x"}], "groupsPrefix": "system:"}),
        "reserves for itself",
    ),
}


def _forbidden(who: str, how: str, body: Body) -> Attack:
    kind = body["kind"]
    plural = "groupaccesses" if kind == "GroupAccess" else "keycloakdirectories"
    words = (f'cannot {how} resource "{plural}"',)
    return Attack(
        who,
        how,
        kind,
        "is not aggregated",
        Guard.RBAC,
        words,
        lambda stage: stopped(WRITES[how](stage.user(who), body)),
    )


def _status(who: str, body: Body) -> Attack:
    words = ("cannot patch resource", "/status")
    return Attack(
        who,
        "patch",
        f"status of {body['kind']}",
        "is not aggregated",
        Guard.RBAC,
        words,
        lambda stage: stopped(write_status(stage.user(who), body)),
    )


def _refused(what: str, trick: str, body: Body, word: str) -> Attack:
    return Attack(
        DIRECTOR,
        "create",
        what,
        trick,
        Guard.SCHEMA,
        (word,),
        lambda stage: stopped(stage.user(DIRECTOR).create(body)),
    )


def _open(how: str, where: str) -> Attack:
    """Ask the operator itself, without credentials: nothing secret is told."""

    def act(stage: AttackScenario) -> Stopped:
        answer = stage.operator.ask(how, where)
        told = f"{answer.status_code} {answer.headers} {answer.text}"
        for secret in stage.secrets():
            assert secret not in told
        return Stopped(Guard.HARMLESS, told)

    return Attack(NOBODY, how, "operator's port", where, Guard.HARMLESS, (), act)


def _rows() -> Iterator[Attack]:
    for who in (EDITOR, OWNER):
        for body in (GRANT, directory()):
            yield from (_forbidden(who, how, body) for how in WRITES)
            yield _status(who, body)
    for trick, (body, word) in SECRETS.items():
        yield _refused("Secret of another namespace", trick, body, word)
    for trick, (body, word) in ADDRESSES.items():
        yield _refused("KeycloakDirectory", trick, body, word)
    for where in (
        "/metrics",
        "/healthz",
        "/readyz",
        "/",
        "/metrics?name[]=x",
        "/debug/pprof/",
        "/%2e%2e/%2e%2e/etc/passwd",
    ):
        yield _open("GET", where)
    yield _open("POST", "/metrics")
    yield _open("TRACE", "/metrics")


ROWS = tuple(_rows())
