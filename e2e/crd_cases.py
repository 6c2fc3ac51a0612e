"""Bad objects with the words that refuse them, and good ones that look unusual."""

from collections.abc import Mapping
from typing import Any

API = "groupaccess.io/v1alpha1"
LABEL = "a" * 63
PEM = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n"
SECRET = {"clientSecret": {"secretRef": {"name": "keycloak"}}}
TOKEN = {"serviceAccountToken": {"clientId": "groupaccess"}}

Object = dict[str, Any]
Case = tuple[Object, *tuple[str, ...]]
"""A bad object, and what the API server's refusal must hold."""


def mapping(**fields: object) -> Object:
    place = {} if "namespaces" in fields else {"clusterWide": True}
    return {"name": "sre", "group": "SRE", "clusterRole": "view", **place, **fields}


def access(*mappings: Mapping[str, object], **spec: object) -> Object:
    return {
        "apiVersion": API,
        "kind": "GroupAccess",
        "metadata": {"name": "crd-test"},
        "spec": {"mappings": list(mappings), **spec},
    }


def directory(**spec: object) -> Object:
    least = {
        "issuer": "https://auth.example.com/auth/realms/ADMIN",
        "auth": SECRET,
        "tokens": {"groupsPrefix": "", "clients": [{"clientId": "headlamp"}]},
        "allowedClusterRoles": ["*"],
    }
    return {
        "apiVersion": API,
        "kind": "KeycloakDirectory",
        "metadata": {"name": "crd-test"},
        "spec": {key: value for key, value in {**least, **spec}.items() if value is not None},
    }


def tokens(**fields: object) -> Object:
    least = {"groupsPrefix": "", "clients": [{"clientId": "headlamp"}]}
    return directory(tokens={**least, **fields})


def client(**fields: object) -> Object:
    return tokens(clients=[{"clientId": "headlamp", **fields}])


def selecting(**expression: object) -> Object:
    return access(mapping(namespaces={"selector": {"matchExpressions": [expression]}}))


def numbered(count: int) -> list[Object]:
    return [mapping(name=f"m{index}") for index in range(count)]


MAPPINGS: dict[str, Case] = {
    "no mappings": (access(), "spec.mappings", "must be at least one mapping"),
    "25 mappings": (access(*numbered(25)), "spec.mappings", "Too many: 25: must have at most 24"),
    "one name twice": (access(mapping(), mapping()), "spec.mappings[1]", "Duplicate value"),
    "name in capitals": (
        access(mapping(name="SRE")),
        "spec.mappings[0].name: ",
        "(given: SRE)",
        "must be a DNS label",
    ),
    "name with a dot": (access(mapping(name="a.b")), "spec.mappings[0].name", "a DNS label"),
    "name with a colon": (access(mapping(name="a:b")), "spec.mappings[0].name", "a DNS label"),
    "name that ends in a dash": (access(mapping(name="a-")), "mappings[0].name", "a DNS label"),
    "name of 64": (access(mapping(name=LABEL + "a")), "spec.mappings[0].name", "Too long"),
    "no group": (access(mapping(group="")), "spec.mappings[0].group", "at least 1 char"),
    "group of Kubernetes": (
        access(mapping(group="system:masters")),
        "spec.mappings[0].group: ",
        "(given: system:masters)",
        "reserved by Kubernetes",
    ),
    "group ends in a slash": (access(mapping(group="/a/")), "(given: /a/)", "must not end in '/'"),
    "group is a slash": (access(mapping(group="/")), "mappings[0].group", "must not end in '/'"),
    "group with a hole": (access(mapping(group="/a//b")), "(given: /a//b)", "nor hold '//'"),
    "group with dots": (
        access(mapping(group="/a/../b")),
        "(given: /a/../b)",
        "not hold '.' or '..'",
    ),
    "group with a line break": (access(mapping(group="SRE\n")), "group", "control characters"),
    "group with a tab": (access(mapping(group="S\tRE")), "group", "control characters"),
    "group of 1025": (access(mapping(group="a" * 1025)), "mappings[0].group", "Too long"),
    "id with a slash": (
        access(mapping(groupId="a/b")),
        "(given: a/b)",
        "what Keycloak's console shows",
    ),
    "role with a slash": (
        access(mapping(clusterRole="a/b")),
        "spec.mappings[0].clusterRole: ",
        "(given: a/b)",
        "no name that a ClusterRole can have",
    ),
    "role with a percent": (access(mapping(clusterRole="a%b")), "(given: a%b)", "no name that a"),
    "role is a dot": (access(mapping(clusterRole=".")), "(given: .)", "no name that a ClusterRole"),
    "role is two dots": (
        access(mapping(clusterRole="..")),
        "(given: ..)",
        "no name that a ClusterRole",
    ),
    "role with a line break": (access(mapping(clusterRole="a\n")), "clusterRole", "control"),
    "no role": (access(mapping(clusterRole="")), "clusterRole", "at least 1 char"),
    "directory in capitals": (
        access(mapping(), directoryRef={"name": "Default"}),
        "spec.directoryRef.name: ",
        "(given: Default)",
        "must be lower-case",
    ),
}
PLACES: dict[str, Case] = {
    "no place": (
        access({"name": "sre", "group": "SRE", "clusterRole": "view"}),
        "spec.mappings[0]",
        "exactly one of namespaces",
    ),
    "not cluster-wide, and nowhere else": (
        access(mapping(clusterWide=False)),
        "spec.mappings[0]",
        "exactly one of namespaces",
    ),
    "two places": (
        access(mapping(clusterWide=True, namespaces={"names": ["shop"]})),
        "spec.mappings[0]",
        "exactly one of namespaces",
    ),
    "neither names nor selector": (
        access(mapping(namespaces={})),
        "spec.mappings[0].namespaces",
        "must have names, a selector, or both",
    ),
    "no names": (access(mapping(namespaces={"names": []})), "namespaces", "must have names, a"),
    "empty selector": (
        access(mapping(namespaces={"selector": {}})),
        "spec.mappings[0].namespaces.selector",
        "would match every namespace",
    ),
    "selector of no labels": (
        access(mapping(namespaces={"selector": {"matchLabels": {}, "matchExpressions": []}})),
        "spec.mappings[0].namespaces.selector",
        "would match every namespace",
    ),
    "65 names": (
        access(mapping(namespaces={"names": [f"n{index}" for index in range(65)]})),
        "spec.mappings[0].namespaces.names",
        "Too many: 65: must have at most 64",
    ),
    "one namespace twice": (
        access(mapping(namespaces={"names": ["a", "a"]})),
        "spec.mappings[0].namespaces.names[1]",
        "Duplicate value",
    ),
    "pattern of namespaces": (
        access(mapping(namespaces={"names": ["shop-*"]})),
        "spec.mappings[0].namespaces.names[0]: ",
        "(given: shop-*)",
        "for a pattern of namespaces use selector",
    ),
    "In without values": (selecting(key="a", operator="In"), "Expressions[0]", "must be given"),
    "Exists with values": (
        selecting(key="a", operator="Exists", values=["b"]),
        "matchExpressions[0]",
        "must be left out with Exists",
    ),
    "unknown operator": (selecting(key="a", operator="Like"), '"Like"', "Unsupported value"),
    "bad key": (selecting(key="a b", operator="Exists"), "(given: a b)", "a label's key must be"),
    "bad label key": (
        access(mapping(namespaces={"selector": {"matchLabels": {"a b": "c"}}})),
        "selector.matchLabels",
        "a label's key must be",
    ),
    "bad label value": (
        access(mapping(namespaces={"selector": {"matchLabels": {"a": "b c"}}})),
        "(given: b c)",
        "a label's value must be",
    ),
    "expiry without zone": (
        access(mapping(expiresAt="2026-12-31T00:00:00")),
        "spec.mappings[0].expiresAt: ",
        "(given: 2026-12-31T00:00:00)",
        "must be written with its time zone",
    ),
    "expiry without time": (access(mapping(expiresAt="2026-12-31")), "expiresAt", "time zone"),
    "expiry in words": (access(mapping(expiresAt="tomorrow")), "(given: tomorrow)", "time zone"),
    "expiry on a day that is none": (
        access(mapping(expiresAt="2026-02-30T00:00:00Z")),
        "(given: 2026-02-30T00:00:00Z)",
        "no such day in the calendar",
    ),
}


def issuer(url: str, words: str = "must end in /realms/<name>") -> Case:
    return directory(issuer=url), "spec.issuer: ", f"(given: {url})", words


def interval(text: str, words: str) -> Case:
    return directory(syncInterval=text), "spec.syncInterval: ", f"(given: {text})", words


REALMS: dict[str, Case] = {
    "http": issuer("http://auth.example.com/realms/a", "must begin with https://"),
    "http on localhost": issuer("http://localhost:8080/realms/a", "begin with https://"),
    "no URL": issuer("auth.example.com/realms/a", "must begin with https://"),
    "no realm": issuer("https://auth.example.com/auth"),
    "realm without a name": issuer("https://auth.example.com/realms/"),
    "realm and a slash": issuer("https://auth.example.com/realms/a/"),
    "realm and more": issuer("https://auth.example.com/realms/a/b"),
    "query": issuer("https://auth.example.com/realms/a?b=c"),
    "fragment": issuer("https://auth.example.com/realms/a#b"),
    "user in the URL": issuer("https://me:pw@auth.example.com/realms/a"),
    "space in the URL": issuer("https://auth.example.com/realms/a b"),
    "realm of dots": issuer("https://auth.example.com/realms/.."),
    "realm of quoted dots": issuer("https://auth.example.com/realms/%2e%2E"),
    "no issuer": (directory(issuer=None), "spec.issuer", "Required value"),
    "admin over http": (
        directory(adminURL="http://keycloak.keycloak.svc:8080"),
        "spec.adminURL",
        "must begin with https:// since credentials go there",
    ),
    "admin on localhost over http": (
        directory(adminURL="http://[::1]:8080/auth"),
        "spec.adminURL",
        "must begin with https:// since credentials go there",
    ),
    "admin with a slash": (directory(adminURL="https://k:8443/"), "spec.adminURL", "no trailing"),
    "admin with its path": (
        directory(adminURL="https://k/auth/admin"),
        "spec.adminURL",
        "nothing from /realms or /admin on",
    ),
    "two ways to log in": (directory(auth={**SECRET, **TOKEN}), "spec.auth", "exactly one of"),
    "no way to log in": (directory(auth={}), "spec.auth", "exactly one of clientSecret"),
    "no auth": (directory(auth=None), "spec.auth", "Required value"),
    "no authorities": (directory(caBundle={}), "spec.caBundle", "exactly one of configMapRef"),
    "two sources of authorities": (
        directory(caBundle={"inline": PEM, "secretRef": {"name": "ca"}}),
        "spec.caBundle",
        "exactly one of configMapRef",
    ),
    "authorities that are none": (directory(caBundle={"inline": "x"}), "inline", "as PEM"),
    "private key": (
        directory(caBundle={"inline": f"{PEM}-----BEGIN PRIVATE KEY-----\n"}),
        "spec.caBundle.inline",
        "holds a private key",
    ),
    "key with a slash": (
        directory(caBundle={"secretRef": {"name": "ca", "key": "a/b"}}),
        "spec.caBundle.secretRef.key",
        "a key must be letters",
    ),
    "secret of dots": (
        directory(auth={"clientSecret": {"secretRef": {"name": ".."}}}),
        "spec.auth.clientSecret.secretRef.name",
        "must be lower-case",
    ),
    "secret elsewhere": (
        directory(auth={"clientSecret": {"secretRef": {"name": "other/keycloak"}}}),
        "spec.auth.clientSecret.secretRef.name",
        "must be lower-case",
    ),
}
TOKENS: dict[str, Case] = {
    "no tokens": (directory(tokens=None), "spec.tokens", "Required value"),
    "no clients": (tokens(clients=[]), "spec.tokens.clients", "must be at least one client"),
    "nine clients": (
        tokens(clients=[{"clientId": f"c{index}"} for index in range(9)]),
        "spec.tokens.clients",
        "Too many: 9: must have at most 8",
    ),
    "one client twice": (
        tokens(clients=[{"clientId": "a"}, {"clientId": "a"}]),
        "spec.tokens.clients[1]",
        "Duplicate value",
    ),
    "client with a line break": (client(clientId="a\n"), "clientId", "must not hold control"),
    "unknown token": (client(token="id"), '"id"', 'supported values: "ID", "Access"'),  # noqa: S106
    "scopes in one string": (client(scopes=["openid groups"]), "scopes[0]", "as several items"),
    "prefix of Kubernetes": (tokens(groupsPrefix="system:"), "groupsPrefix", "reserves for itself"),
    "prefix with a line break": (tokens(groupsPrefix="a\n"), "groupsPrefix", "must not hold"),
    "prefix that is shared with nine": (
        tokens(sharesPrefixWith=[f"d{number}" for number in range(9)]),
        "spec.tokens.sharesPrefixWith",
        "Too many: 9: must have at most 8",
    ),
    "prefix that is shared twice": (
        tokens(sharesPrefixWith=["old", "old"]),
        "spec.tokens.sharesPrefixWith[1]",
        "Duplicate value",
    ),
    "claim with a space": (tokens(groupsClaim="my groups"), "groupsClaim", "without spaces"),
    "canary of Kubernetes": (
        directory(canary={"group": "system:authenticated"}),
        "spec.canary.group",
        "reserved by Kubernetes",
    ),
    "negative interval": interval("-60s", "whole numbers with h, m, s or ms and no sign"),
    "interval without unit": interval("60", "whole numbers with h, m, s or ms"),
    "short interval": interval("9s", "must be between 10s and 24h"),
    "long interval": interval("25h", "must be between 10s and 24h"),
    "negative grace": (directory(onMissing={"grace": "-1m"}), "(given: -1m)", "no sign"),
    "long grace": (directory(onMissing={"grace": "721h"}), "(given: 721h)", "between 0s and 720h"),
    "unknown answer": (directory(onReplaced="Ask"), '"Ask"', 'values: "Refuse", "Warn"'),
    "unknown end": (directory(onRenamed="Ask"), '"Ask"', 'values: "Keep", "Drop"'),
    "unknown remedy": (directory(onCollision="Ask"), '"Ask"', 'values: "Keep", "Revoke"'),
    "role that is none": (
        directory(allowedClusterRoles=["a/b"]),
        "spec.allowedClusterRoles[0]: ",
        "(given: a/b)",
        "no name that a ClusterRole can have",
    ),
    "no role allowed": (
        directory(allowedClusterRoles=[]),
        "spec.allowedClusterRoles",
        "'*' allows every ClusterRole that the operator may bind",
    ),
    "no list of roles": (
        directory(allowedClusterRoles=None),
        "spec.allowedClusterRoles",
        "Required value",
    ),
    "no prefix": (
        directory(tokens={"clients": [{"clientId": "headlamp"}]}),
        "spec.tokens.groupsPrefix",
        "Required value",
    ),
    "one role twice": (directory(allowedClusterRoles=["a", "a"]), "Roles[1]", "Duplicate value"),
}
REFUSED = MAPPINGS | PLACES | REALMS | TOKENS


def largest() -> Object:
    """Return a GroupAccess that fills every bound: its rules must not cost too much to check."""
    values = [f"{index:02}{'v' * 61}" for index in range(32)]
    keys = [f"example.com/{index:02}{'k' * 61}" for index in range(16)]
    expressions = [{"key": key, "operator": "NotIn", "values": values} for key in keys]
    selector = {"matchLabels": dict.fromkeys(keys, LABEL), "matchExpressions": expressions}
    names = [f"{index:02}{'n' * 61}" for index in range(64)]
    fields = {
        "group": "/" + "ü" * 1023,
        "groupId": "0" * 36,
        "clusterRole": "r" * 253,
        "namespaces": {"names": names, "selector": selector},
        "expiresAt": "2026-12-31T00:00:00.123456789+01:00",
    }
    return access(*(mapping(name=f"{index:02}{'m' * 61}", **fields) for index in range(24)))


TAKEN = {
    "every bound filled": largest(),
    "same grant twice": access(mapping(), mapping(name="again")),
    "group with blanks and more": access(mapping(group="/Équipe à/it's (new) & <b>/ops+1?#%")),
    "name with a slash in it": access(mapping(group="a/b")),
    "role of a component": access(mapping(clusterRole="acme:reader,writer#1")),
    "suspended": access(mapping(), suspend=True),
    "not cluster-wide, said in words": access(
        mapping(clusterWide=False, namespaces={"names": ["shop"]})
    ),
    "expired": access(mapping(expiresAt="2020-02-29T00:00:00Z")),
    "realm with a space": directory(issuer="https://auth.example.com/realms/my%20realm"),
    "admin elsewhere": directory(adminURL="https://keycloak.keycloak.svc:8443/auth"),
    "no stored secret": directory(auth=TOKEN),
    "authorities inline": directory(caBundle={"inline": PEM}),
    "authorities in a Secret": directory(caBundle={"secretRef": {"name": "ca"}}),
    "shortest and none": directory(syncInterval="10s", onMissing={"grace": "0s"}),
    "longest": directory(syncInterval="23h59m60s", onMissing={"grace": "720h"}),
    "prefix": tokens(groupsPrefix="oidc:"),
    "prefix that is shared": tokens(sharesPrefixWith=["old"]),
    "client that is a URL": client(clientId="https://grafana.example.com/", token="Access"),  # noqa: S106
    "suspended realm": directory(suspend=True),
    "some roles": directory(allowedClusterRoles=["view", "acme:reader"]),
}
