"""Each field that may be left empty, in an object that gives it a value; what would be wider."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crd_objects import API, SECRET
from groupaccess.api.v1alpha1.optional_fields import KEYCLOAK_DIRECTORY

Object = dict[str, Any]
ID = "0f9503e8-9c1e-4a6b-8f5d-2f6f6d1c7a10"
LABEL = {"groupaccess-test": "empty"}
SELECTOR: Object = {
    "matchLabels": {"team": "shop", "env": "dev"},
    "matchExpressions": [{"key": "tier", "operator": "In", "values": ["web"]}],
}
SHOP: Object = {
    "name": "shop",
    "group": "/apps/shop",
    "groupId": ID,
    "clusterRole": "view",
    "namespaces": {"names": ["shop"], "selector": SELECTOR},
    "expiresAt": "2099-12-31T00:00:00Z",
}
OTHER: Object = {"name": "other", "group": "g", "clusterRole": "view", "clusterWide": True}
DIRECTORY: Object = {
    "issuer": "https://auth.example.com/realms/main",
    "adminURL": "https://keycloak.keycloak.svc:8443",
    "caBundle": {"configMapRef": {"name": "ca", "key": "root.pem"}},
    "auth": SECRET,
    "tokens": {
        "groupsClaim": "roles",
        "groupsPrefix": "oidc:",
        "sharesPrefixWith": ["other"],
        "clients": [{"clientId": "headlamp", "token": "Access", "scopes": ["openid", "groups"]}],
    },
    "canary": {"group": "canary"},
    "syncInterval": "10s",
    "onMissing": {"grace": "0s"},
    "onReplaced": "Warn",
    "onRenamed": "Drop",
    "onCollision": "Revoke",
    "suspend": True,
    "allowedClusterRoles": ["view"],
}


@dataclass(frozen=True)
class Field:
    """A field of an object, by its path below spec; `spec` gives it a value."""

    kind: str
    path: tuple[str | int, ...]
    spec: Object
    note: str = ""

    @property
    def name(self) -> str:
        """Return the path as people write it, and what is special about it."""
        text = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in self.path)
        kind = "ga" if self.kind == "GroupAccess" else "kcd"
        return f"{kind}{text}{f' ({self.note})' if self.note else ''}"

    @property
    def listed(self) -> str:
        """Return the path as `optional_fields` has it."""
        text = ".".join("[]" if isinstance(each, int) else each for each in self.path)
        return text.replace(".[]", "[]")

    def emptied(self, spec: Object) -> Object:
        """Return a spec like this field's with the field left empty, as a template does."""
        found = copy.deepcopy(spec)
        *above, last = self.path
        parent: Any = found
        for each in above:
            parent = parent[each]
        parent[last] = None
        return found

    @property
    def in_mapping(self) -> bool:
        """Tell whether it is a field of one mapping."""
        return self.path[0] == "mappings" and len(self.path) > 1


def body(kind: str, name: str, spec: Object) -> Object:
    """Return an object."""
    metadata = {"name": name, "labels": LABEL}
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}


def access(*mappings: Object) -> Object:
    """Return the spec of a suspended GroupAccess of another directory than the default one."""
    return {"directoryRef": {"name": "other"}, "suspend": True, "mappings": list(mappings)}


def _in_shop(*path: str | int, note: str = "", **namespaces: object) -> Field:
    mapping = {**SHOP, "namespaces": namespaces} if namespaces else SHOP
    return Field("GroupAccess", ("mappings", 0, *path), access(mapping), note)


def _of_access() -> Iterator[Field]:
    for path in (("directoryRef",), ("directoryRef", "name"), ("suspend",), ("mappings",)):
        yield Field("GroupAccess", path, access(SHOP))
    for key in ("group", "groupId", "clusterRole", "namespaces", "expiresAt"):
        yield _in_shop(key)
    yield Field("GroupAccess", ("mappings", 0, "clusterWide"), access(OTHER))
    selector = ("namespaces", "selector")
    yield from (_in_shop("namespaces", "names"), _in_shop(*selector))
    yield _in_shop("namespaces", "names", note="alone", names=["shop"])
    yield _in_shop(*selector, note="alone", selector=SELECTOR)
    for key in ("matchLabels", "matchExpressions"):
        yield _in_shop(*selector, key)
        yield _in_shop(*selector, key, note="alone", selector={key: SELECTOR[key]})
    yield _in_shop(*selector, "matchLabels", "env")
    yield _in_shop(*selector, "matchExpressions", 0, "values")


def _of_directory() -> Iterator[Field]:
    bundle, client = ("caBundle", "configMapRef"), ("tokens", "clients", 0)
    for path in (
        *((key,) for key in DIRECTORY),
        *(("auth", "clientSecret"), ("onMissing", "grace"), ("canary", "group")),
        *(("tokens", "groupsClaim"), ("tokens", "groupsPrefix"), ("tokens", "clients")),
        ("tokens", "sharesPrefixWith"),
        *((*client, "token"), (*client, "scopes"), bundle, (*bundle, "key")),
    ):
        yield Field("KeycloakDirectory", path, DIRECTORY)
    token = {**DIRECTORY, "auth": {"serviceAccountToken": {"clientId": "groupaccess"}}}
    yield Field("KeycloakDirectory", ("auth", "serviceAccountToken"), token)
    secret = {**DIRECTORY, "caBundle": {"secretRef": {"name": "ca", "key": "root.pem"}}}
    yield Field("KeycloakDirectory", ("caBundle", "secretRef"), secret)
    yield Field("KeycloakDirectory", ("caBundle", "secretRef", "key"), secret)
    pem = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n"
    inline = {**DIRECTORY, "caBundle": {"inline": pem}}
    yield Field("KeycloakDirectory", ("caBundle", "inline"), inline)


FIELDS = (*_of_access(), *_of_directory())


def wider(kind: str, intended: Object, stored: Object) -> list[str]:
    """Return in what a stored spec grants more than the intended one."""
    if kind == "KeycloakDirectory":
        return list(_wider_directory(intended, stored))
    found = [key for key in ("directoryRef", "suspend") if stored.get(key) != intended[key]]
    known = {mapping["name"]: mapping for mapping in intended["mappings"]}
    for mapping in stored["mappings"]:
        found += _wider_mapping(known[mapping["name"]], mapping)
    return found


def _wider_mapping(intended: Object, stored: Object) -> Iterator[str]:
    for key in ("group", "groupId", "clusterRole", "expiresAt"):
        if stored.get(key) != intended.get(key):
            yield key
    if "namespaces" not in stored:
        if "namespaces" in intended:
            yield "namespaces"
        return
    mine, theirs = intended["namespaces"], stored["namespaces"]
    if not set(theirs.get("names", ())) <= set(mine.get("names", ())):
        yield "names"
    if "selector" in theirs and not _requires(mine["selector"]) <= _requires(theirs["selector"]):
        yield "selector"


def _requires(selector: Object) -> set[str]:
    labels = selector.get("matchLabels", {}).items()
    return {str(each) for each in (*labels, *selector.get("matchExpressions", ()))}


def _wider_directory(intended: Object, stored: Object) -> Iterator[str]:
    """Compare all but what the table says may be lost."""
    harmless = tuple(f"{path}." for path, said in KEYCLOAK_DIRECTORY.items() if not said.widens)
    for path, value in _flat(intended).items():
        if not f"{path}.".startswith(harmless) and _flat(stored).get(path) != value:
            yield path


def _flat(spec: Object, above: str = "") -> dict[str, object]:
    """Return the leaves by their paths; the clients are leaves of one list."""
    found: dict[str, object] = {}
    for key, value in spec.items():
        inner, mark = (value[0], "[]") if key == "clients" else (value, "")
        path = f"{above}{key}{mark}"
        found |= _flat(inner, f"{path}.") if isinstance(inner, dict) else {path: inner}
    return found
