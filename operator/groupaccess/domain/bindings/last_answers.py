"""What Keycloak's last answers gave to the groups that one GroupAccess declares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class DeclaredGroup(NamedTuple):
    """A group as declared, and the directory for which it is declared."""

    directory: str
    group: str


@dataclass(frozen=True, slots=True)
class LastAnswers:
    """The subjects that the last answers gave to a declared group, by its id; never empty.

    The id is empty where no group was found and none had been before.
    """

    by_id: Mapping[str, frozenset[str]]

    def subjects(self, group_id: str | None = None) -> frozenset[str]:
        """Return the subjects of the group with an id; if its answer is not known, of every one."""
        known = [self.by_id[each] for each in {group_id or "", ""} if each in self.by_id]
        return frozenset.intersection(*(known or self.by_id.values()))
