"""Groups in use by which nobody gets access: Keycloak's members are direct ones alone."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unpeopled:
    """A group without a direct member, by its id; `child` is the path of a child that has some."""

    id: str
    child: str | None = None

    def said_of(self, path: str, subjects: Iterable[str]) -> str:
        """Warn of it in a sentence; the subjects are those that members would carry."""
        if self.child is None:
            return f"{path} has no members: nobody gets access by it."
        return (
            f"No one is a direct member of {path}; members of {self.child} do not carry "
            f"{' and '.join(subjects)}: add a mapping for each, or put people into the group "
            "itself."
        )
