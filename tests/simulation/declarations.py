"""What people declare, as the simulation draws it, and how that is written in YAML's terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from groupaccess.api.v1alpha1 import GroupMapping

API = "groupaccess.io/v1alpha1"
DIRECTORY = "default"
ROLES = ("view", "edit", "admin")
NAMESPACES = ("x", "y")
TEAM = {"team": "t"}
BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    """A mapping. `where` is "*" for the whole cluster, "team" for a selector, else names."""

    name: str
    group: str
    role: str
    where: str = "*"
    ends: int | None = None  # seconds from the beginning

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "name": self.name,
            "group": self.group,
            "clusterRole": self.role,
        }
        if self.where == "*":
            if "cluster_wide" in GroupMapping.model_fields:
                body["clusterWide"] = True
        elif self.where == "team":
            body["namespaces"] = {"selector": {"matchLabels": TEAM}}
        else:
            body["namespaces"] = {"names": self.where.split("+")}
        if self.ends is not None:
            body["expiresAt"] = f"{BEGIN + timedelta(seconds=self.ends):%Y-%m-%dT%H:%M:%SZ}"
        return body

    def __str__(self) -> str:
        end = "" if self.ends is None else f" until {self.ends} s"
        return f"{self.name}: {self.group} -> {self.role} in {self.where}{end}"


@dataclass(frozen=True)
class Realm:
    """A KeycloakDirectory."""

    roles: tuple[str, ...] = ROLES
    grace: int = 600
    on_replaced: str = "Refuse"
    on_renamed: str = "Keep"
    suspend: bool = False

    def spec(self, issuer: str) -> dict[str, Any]:
        return {
            "issuer": issuer,
            "auth": {"clientSecret": {"secretRef": {"name": "keycloak"}}},
            "tokens": {
                "groupsClaim": "groups",
                "groupsPrefix": "",
                "clients": [{"clientId": "headlamp"}],
            },
            "syncInterval": "10s",
            "onMissing": {"grace": f"{self.grace}s"},
            "onReplaced": self.on_replaced,
            "onRenamed": self.on_renamed,
            "allowedClusterRoles": list(self.roles),
            "suspend": self.suspend,
        }


@dataclass(frozen=True)
class Access:
    """A GroupAccess."""

    name: str
    lines: tuple[Line, ...] = field(default=())
    suspend: bool = False

    def spec(self) -> dict[str, Any]:
        return {
            "directoryRef": {"name": DIRECTORY},
            "suspend": self.suspend,
            "mappings": [line.body() for line in self.lines],
        }


def declared(kind: str, name: str, spec: Mapping[str, Any], generation: int) -> dict[str, Any]:
    """Return a custom resource as the API server stores it."""
    return {
        "apiVersion": API,
        "kind": kind,
        "metadata": {
            "name": name,
            "generation": generation,
            "creationTimestamp": f"{BEGIN:%Y-%m-%dT%H:%M:%SZ}",
        },
        "spec": spec,
    }
