"""Objects as a platform generates them, by the hundred."""

from typing import Any

from simulation.cluster import SimulatedCluster

DIRECTORY = "default"
Spec = dict[str, Any]


def direct(cluster: SimulatedCluster, name: str = DIRECTORY, prefix: str = "") -> None:
    """Declare a KeycloakDirectory that is asked once an hour."""
    spec = {
        "issuer": cluster.keycloak.issuer,
        "auth": {"clientSecret": {"secretRef": {"name": "keycloak"}}},
        "tokens": {"groupsPrefix": prefix, "clients": [{"clientId": "headlamp"}]},
        "syncInterval": "1h",
        "allowedClusterRoles": ["*"],
    }
    cluster.apply("keycloakdirectories", "KeycloakDirectory", name, spec)


def declare(
    cluster: SimulatedCluster, name: str, *mappings: Spec, directory: str = DIRECTORY
) -> None:
    """Declare a GroupAccess."""
    spec = {"directoryRef": {"name": directory}, "mappings": list(mappings)}
    cluster.apply("groupaccesses", "GroupAccess", name, spec)


def mapping(group: str, role: str = "view", name: str = "m", team: str | None = None) -> Spec:
    """Return a mapping for the whole cluster, or for the namespaces of a team."""
    where = (
        {"clusterWide": True}
        if team is None
        else {"namespaces": {"selector": {"matchLabels": {"team": team}}}}
    )
    return {"name": name, "group": group, "clusterRole": role, **where}
