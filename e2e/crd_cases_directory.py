"""Bad KeycloakDirectories, with the words that refuse them."""

from crd_objects import PEM, SECRET, TOKEN, Case, client, directory, tokens


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
    "unknown token": (client(token="id"), '"id"', 'supported values: "ID", "Access"'),  # noqa: S106 -- a kind of token
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
