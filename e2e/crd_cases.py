"""Bad objects with the words that refuse them, and good ones that look unusual."""

from crd_cases_access import MAPPINGS, PLACES
from crd_cases_directory import REALMS, TOKENS
from crd_objects import LABEL, PEM, TOKEN, Object, access, client, directory, mapping, tokens

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
    "client that is a URL": client(clientId="https://grafana.example.com/", token="Access"),  # noqa: S106 -- a kind of token
    "suspended realm": directory(suspend=True),
    "some roles": directory(allowedClusterRoles=["view", "acme:reader"]),
}
