"""A Keycloak group, as the admin API returns it."""

from dataclasses import dataclass


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
        write is decided in `tokens/client_claims.py` (`group_values`) alone; which questions show
        the groups that share one, in `questions.py` (`questions_about`).
        """
        return frozenset({self.path, self.name})
