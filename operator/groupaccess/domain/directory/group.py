"""A Keycloak group, as the admin API returns it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """A Keycloak group. `path` is exactly the API's text, since tokens carry the same."""

    path: str
    name: str
    id: str
