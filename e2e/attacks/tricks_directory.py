"""A KeycloakDirectory that leads to an attacker's server: the operator learns why, and goes on."""

from collections.abc import Callable, Iterator
from typing import Any

from attacks.actors import DIRECTOR, KEYCLOAK
from attacks.model import Attack, Guard, Stopped
from attacks.servers import Memory, Servers, declare_directory, serving
from attacks.stage import AttackScenario
from fakes import hostile
from fakes.keycloak_server import GROUPS, HANG, SECRET, Trick
from testbed.objects import mapping

MOST_MEMORY = 256 * 2**20
"""Half of what the chart gives the pod: 16 MiB of an answer can be 64 as text, more as values."""
UNAVAILABLE = "KeycloakUnavailable"


Prepare = Callable[[Servers], object]


def answering(name: str, answer: Any) -> Prepare:  # noqa: ANN401 -- JSON, or a trick
    """Let the first server answer so to one of the operator's questions."""
    return lambda servers: servers.first.answers.update({name: answer})


def making(make: Callable[[], Trick]) -> Prepare:
    """Let it answer so to the question for groups; what takes much memory is made only then."""
    return lambda servers: servers.first.answers.update({"groups": make()})


def leading(name: str, status: int = 302) -> Prepare:
    """Let it send the operator to the second one."""
    return lambda servers: servers.first.answers.update(
        {name: hostile.redirect(f"{servers.second.url}/{name}", status)}
    )


def _full() -> Trick:
    """Send what is just within the bounds of size and number, in the widest of letters."""
    lists = f"{'[],' * 250_000}[]"
    return hostile.text(f'[{lists},"\U0001f600{" " * (14 * 2**20)}"]')


def _token_elsewhere(servers: Servers) -> None:
    known = {"issuer": servers.first.issuer, "token_endpoint": f"{servers.second.url}/token"}
    servers.first.answers["openid-configuration"] = known


def _attack(trick: str, prepare: Prepare, *words: str, reason: str = UNAVAILABLE) -> Attack:
    def act(stage: AttackScenario) -> Stopped:
        name, servers = stage.fresh(), Servers()
        with serving(servers.first, servers.second), Memory(stage.operator.pid) as memory:
            prepare(servers)
            declare_directory(stage, name, servers.first)
            granted = stage.declare(name, mapping("m", "SRE"))
            ready = stage.objects.wait_reason(f"kcd/{name}", reason, within=30)
            stage.sync()  # the other directories go on
            stage.objects.delete(f"kcd/{name}")
        assert not stage.objects.bindings(granted)
        assert servers.second.queries == {}
        assert memory.grown < MOST_MEMORY, f"{memory.grown / 2**20:.0f} MiB"
        assert SECRET not in ready["message"]
        assert SECRET not in stage.operator.log.read_text()
        print(f"it grew by {memory.grown / 2**20:.0f} MiB")
        return Stopped(Guard.ADAPTER, f"{reason}: {ready['message']}")

    return Attack(DIRECTOR, "create", "KeycloakDirectory", trick, Guard.ADAPTER, words, act)


def _other_certificate(stage: AttackScenario) -> Stopped:
    """Stand where the real server is named, without its certificate: no secret is sent."""
    name, servers = stage.fresh(), Servers()
    with serving(servers.first):
        declare_directory(stage, name, servers.first, caBundle={"inline": stage.ca})
        ready = stage.objects.wait_reason(f"kcd/{name}", "CertificateNotTrusted")
        stage.objects.delete(f"kcd/{name}")
    assert servers.first.queries == {}
    return Stopped(Guard.ADAPTER, ready["message"])


def _other_namespace(stage: AttackScenario) -> Stopped:
    """Name a namespace beside the Secret: the API server drops it, and nothing is read there."""
    name, servers = stage.fresh(), Servers()
    meta = {"name": f"{name}-there", "namespace": "default"}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": meta}
    stage.cluster.apply({**secret, "stringData": {"client-id": "x", "client-secret": "there"}})
    named = {"name": f"{name}-there", "namespace": "default"}
    with serving(servers.first):
        declare_directory(stage, name, servers.first, auth={"clientSecret": {"secretRef": named}})
        ready = stage.objects.wait_reason(f"kcd/{name}", "CredentialsNotFound")
        stage.objects.delete(f"kcd/{name}")
    stage.cluster.kubectl("delete", f"secret/{name}-there", "--namespace=default")
    assert servers.first.queries == {}
    return Stopped(Guard.ADAPTER, ready["message"])


def _token_endpoint(stage: AttackScenario) -> Stopped:
    """Name another server's token endpoint: the login goes to the named host all the same."""
    name, servers = stage.fresh(), Servers()
    with serving(servers.first, servers.second):
        _token_elsewhere(servers)
        declare_directory(stage, name, servers.first)
        stage.objects.wait_reason(f"kcd/{name}", "Read")
        stage.objects.delete(f"kcd/{name}")
    assert "token" in servers.first.queries
    assert servers.second.queries == {}
    return Stopped(Guard.HARMLESS, "")


def _lying_path(stage: AttackScenario) -> Stopped:
    """Give a group an innocent name and a path that is none, which a prefix completes."""
    name, servers = stage.fresh(), Servers()
    mapper = {
        "name": "g",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-group-membership-mapper",
        "config": {"claim.name": "groups", "full.path": "true", "id.token.claim": "true"},
    }
    client = {"clientId": "headlamp", "enabled": True, "protocolMappers": [mapper]}
    with serving(servers.first):
        answers = servers.first.answers
        answers["clients"] = [client]
        answers["groups"] = [{**GROUPS[0], "path": "m:masters"}, GROUPS[1]]
        declare_directory(stage, name, servers.first, prefix="syste")
        granted = stage.declare(name, mapping("m", "SRE"))
        ready = stage.objects.wait_reason(f"ga/{granted}", "InvalidSubject")
        stage.objects.delete(f"kcd/{name}")
    assert not stage.objects.bindings(granted)
    return Stopped(Guard.VERDICT, ready["message"])


def _answers() -> Iterator[Attack]:
    for name in ("openid-configuration", "token", "groups"):
        yield _attack(f"{name} redirects", leading(name), "redirects to", "follows no redirects")
    yield _attack("token redirects with its body", leading("token", 307), "redirects to")
    for name in ("token", "groups"):
        flood = hostile.Flood(announced=name == "token")
        yield _attack(f"{name} is 1 GiB", answering(name, flood), "larger than 16 MiB")
        yield _attack(f"{name} drips for ever", answering(name, hostile.drip), "no complete answer")
    yield _attack("groups never come", answering("groups", HANG), "no complete answer within 4 s")
    endless = hostile.headers_for_ever()
    # Either they are too many first, or they last too long.
    yield _attack(
        "headers for ever",
        answering("groups", endless),
        "new grants wait for an answer of Keycloak",
    )
    yield _attack("groups unfold", making(lambda: hostile.bomb("gzip")), "compressed")
    yield _attack("groups nest", making(hostile.nested), "the operator cannot read the answer")
    yield _attack("groups swarm", making(hostile.crowd), "the answer has more than")
    yield _attack(
        "groups are just few enough", making(_full), "the operator cannot read the answer"
    )
    yield _attack(
        "a refusal with the secret in it",
        answering("token", hostile.refusal(f"<b>{SECRET}</b>")),
        "***",
        reason="LoginFailed",
    )


def _other_servers() -> Iterator[Attack]:
    yield Attack(
        DIRECTOR,
        "create",
        "KeycloakDirectory",
        "another server's certificate",
        Guard.ADAPTER,
        ("certificate",),
        _other_certificate,
    )
    yield Attack(
        DIRECTOR,
        "create",
        "KeycloakDirectory",
        "a Secret of another namespace",
        Guard.ADAPTER,
        ("does not exist",),
        _other_namespace,
    )
    yield Attack(
        KEYCLOAK,
        "answer",
        "discovery",
        "a token endpoint elsewhere",
        Guard.HARMLESS,
        (),
        _token_endpoint,
    )
    yield Attack(
        KEYCLOAK,
        "answer",
        "groups",
        "a path that is system:masters",
        Guard.VERDICT,
        ("system:masters", "Use another group"),
        _lying_path,
    )


ROWS = (*_answers(), *_other_servers())
