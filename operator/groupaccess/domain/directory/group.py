"""A Keycloak group, as the admin API returns it."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """A Keycloak group. `path` is exactly the API's text, since tokens carry the same."""

    path: str
    name: str
    id: str

    @property
    def references(self) -> frozenset[str]:
        """Return what a GroupAccess may declare to mean this group."""
        return frozenset({self.path, self.name})

    @property
    def possible_claim_values(self) -> frozenset[str]:
        """Return the strings that tokens can carry for this group, whatever the mappers are.

        Collisions, the canary and plausible subjects rely on it. Which of them a client's mappers
        write is decided in `tokens/client_claims.py` (`group_values`) alone.
        """
        return ANY_CONTENT.values_of(self)


class ClaimContent(NamedTuple):
    """Which strings the tokens of a realm may carry for a group: by options of its mappers.

    The name is always possible, since one option chooses between the two: `full_path` tells that
    some mapper has Keycloak's "Full group path". Keycloak is searched for other groups that have
    one of these strings, too.
    """

    full_path: bool = False

    def values_of(self, group: Group) -> frozenset[str]:
        """Return the strings that tokens may carry for a group."""
        return frozenset({group.name, group.path} if self.full_path else {group.name})


ANY_CONTENT = ClaimContent(full_path=True)
