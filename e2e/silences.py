"""The ways in which a Keycloak falls silent or lies, each as it begins and as it ends."""

from collections.abc import Callable
from dataclasses import dataclass

from suite import LONG
from testbed.faulty_proxy import (
    Fault,
    FaultyProxy,
    answering,
    hanging,
    refusing_tokens,
    shortened,
)
from testbed.objects import Objects, login
from testbed.realm import Realm
from testbed.realm_clients import OPERATOR

QUERY_GROUPS = "query-groups"
SHORT = 5  # seconds that a token lives: then the next login tells


@dataclass(frozen=True)
class OutageScenario:
    """A realm behind a proxy, and the directory of that name."""

    name: str
    realm: Realm
    proxy: FaultyProxy
    objects: Objects


@dataclass(frozen=True)
class Silence:
    """How it begins and ends, and the reason and a word of the message that tell of it."""

    reason: str
    word: str
    begin: Callable[[OutageScenario], None]
    end: Callable[[OutageScenario], None]


def _proxied(reason: str, word: str, fault: Fault) -> Silence:
    def begin(scene: OutageScenario) -> None:
        scene.proxy.faults[scene.realm.name] = fault

    def end(scene: OutageScenario) -> None:
        del scene.proxy.faults[scene.realm.name]

    return Silence(reason, word, begin, end)


def _without_role(role: str) -> Silence:
    def begin(scene: OutageScenario) -> None:
        scene.realm.clients.revoke(role)

    def end(scene: OutageScenario) -> None:
        scene.realm.clients.grant(role)

    return Silence("KeycloakForbidden", f'"{role}"', begin, end)


def _without_permission(kind: str) -> Silence:
    def begin(scene: OutageScenario) -> None:
        scene.realm.clients.drop_permission(kind)

    def end(scene: OutageScenario) -> None:
        scene.realm.clients.create_operator()

    return Silence("KeycloakForbidden", f'"view" on all {kind.capitalize()}', begin, end)


def _with_some_groups(*, one: bool, role: bool) -> Silence:
    """Let the operator view one group, give it the role query-groups, or both."""

    def begin(scene: OutageScenario) -> None:
        clients = scene.realm.clients
        if one:
            clients.permit_one("Groups", scene.realm.group_id("/Developer"))
        if role:
            clients.grant(QUERY_GROUPS)
        clients.drop_permission("groups")

    def end(scene: OutageScenario) -> None:
        clients = scene.realm.clients
        clients.create_operator()
        if one:
            clients.forbid_one("Groups")
        if role:
            clients.revoke(QUERY_GROUPS)

    return Silence("KeycloakForbidden", '"view" on all Groups', begin, end)


def _named(realm: Realm) -> str:
    return f"{realm.name}-moved"


def _moved(scene: OutageScenario) -> None:
    scene.realm.update(realm=_named(scene.realm))


def _moved_back(scene: OutageScenario) -> None:
    scene.realm.update(known_as=_named(scene.realm), realm=scene.realm.name)


def _enabled(*, yes: bool) -> Callable[[OutageScenario], None]:
    return lambda scene: scene.realm.update(enabled=yes)


def _client(*, enabled: bool) -> Callable[[OutageScenario], None]:
    return lambda scene: scene.realm.clients.update(OPERATOR, enabled=enabled)


def _rotated(scene: OutageScenario) -> None:
    clients = scene.realm.clients
    scene.realm.admin.generate_client_secrets(clients.internal_id(OPERATOR))


def _told(scene: OutageScenario) -> None:
    scene.objects.apply(login(scene.name, scene.realm))


UNAVAILABLE, FORBIDDEN = "KeycloakUnavailable", "KeycloakForbidden"
HTML = "<html>It works!</html>"
ALL_SILENCES = {
    "errors": _proxied(UNAVAILABLE, "HTTP 503", answering(503)),
    "slow": _proxied(UNAVAILABLE, "no complete answer within 4 s", hanging(10)),
    "tls": Silence(
        "CertificateNotTrusted",
        "spec.caBundle",
        lambda s: s.proxy.distrust(),
        lambda s: s.proxy.trust(),
    ),
    "html": _proxied(UNAVAILABLE, "does not look like Keycloak's own answer", answering(200, HTML)),
    "empty": _proxied(FORBIDDEN, "no search finds it", answering(200, "[]", on="/groups")),
    "page": _proxied(FORBIDDEN, "no search finds it", shortened("/groups")),
    "clock": _proxied(UNAVAILABLE, "HTTP 401", refusing_tokens()),
    "groups": _without_role("view-users"),
    "clients": _without_role("view-clients"),
    "permission-groups": _without_permission("groups"),
    "permission-clients": _without_permission("clients"),
    "one-group": _with_some_groups(one=True, role=False),
    "hidden": _with_some_groups(one=True, role=True),
    "query": _with_some_groups(one=False, role=True),
    "moved": Silence("IssuerMismatch", "404", _moved, _moved_back),
    "disabled": Silence("LoginFailed", "not enabled", _enabled(yes=False), _enabled(yes=True)),
    "client": Silence("LoginFailed", "refused", _client(enabled=False), _client(enabled=True)),
    "rotated": Silence("LoginFailed", "refused", _rotated, _told),
}
BY_ROLES = frozenset({"groups", "clients"})  # whose account has the classic roles
IN_SHORT = ("errors", "tls", "page", "rotated", "hidden", "moved")
"""One of each kind: no answer, no trust, less than all, no token, no right, another server."""
SILENCES = ALL_SILENCES if LONG else {case: ALL_SILENCES[case] for case in IN_SHORT}
