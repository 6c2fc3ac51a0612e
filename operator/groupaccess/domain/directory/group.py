"""A Keycloak group, as the admin API shows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """A Keycloak group. `path` is the API's own text, since tokens carry the same."""

    path: str
    name: str
    id: str
