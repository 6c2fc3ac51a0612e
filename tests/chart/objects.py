"""What is looked for in rendered objects."""

from collections.abc import Iterator

from chart.helm import CHART, Object

ROOT = CHART.parents[2]
ROLES = {"ClusterRole", "Role"}
DIRECTORY = {
    "issuer": "https://auth.example.com/realms/main",
    "auth": {"clientSecret": {"secretRef": {"name": "keycloak"}}},
    "tokens": {
        "groupsPrefix": "",
        "clients": [{"clientId": "headlamp", "scopes": ["openid", "groups"]}],
    },
    "allowedClusterRoles": ["view"],
}


def of_kind(objects: list[Object], kind: str) -> list[Object]:
    return [body for body in objects if body["kind"] == kind]


def rules(objects: list[Object]) -> Iterator[Object]:
    for body in objects:
        if body["kind"] in ROLES:
            yield from body["rules"]


def aggregated(objects: list[Object]) -> list[Object]:
    """Return the roles whose rules Kubernetes adds to another role."""
    return [
        body
        for body in of_kind(objects, "ClusterRole")
        if any("/aggregate-to-" in label for label in body["metadata"]["labels"])
    ]


def pod(objects: list[Object]) -> Object:
    (deployment,) = of_kind(objects, "Deployment")
    spec: Object = deployment["spec"]["template"]["spec"]
    return spec


def container(objects: list[Object]) -> Object:
    (only,) = pod(objects)["containers"]
    found: Object = only
    return found


def looks(objects: list[Object]) -> set[tuple[str, str, str]]:
    """Return what may be looked at of the API server: kind of role, namespace and resource."""
    watched = {"tokenreviews": ["create"], "nodes": ["list"], "pods": ["list"]}
    return {
        (body["kind"], body["metadata"].get("namespace", ""), resource)
        for body in objects
        if body["kind"] in ROLES
        for rule in body["rules"]
        for resource in rule["resources"]
        if resource in watched and rule["verbs"] == watched[resource]
    }
