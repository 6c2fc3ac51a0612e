"""Which directories are frozen, and what was acknowledged since the operator started."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.freeze import PinnedGroup, detect_anomaly, freeze_failure


@dataclass
class FreezeMonitor:
    """Decides by the current facts; `reported` is what was last reported of each directory."""

    reported: dict[str, Failure] = field(default_factory=dict)
    _acknowledged: dict[str, frozenset[str]] = field(default_factory=dict)

    def evaluate(
        self,
        directory: Directory,
        snapshot: Snapshot,
        uses: Iterable[PinnedGroup],
        declared_ids: AbstractSet[str] = frozenset(),
    ) -> Failure | None:
        """Return why a directory is frozen, None when it is not.

        An acknowledgement is remembered while the event lasts, since acting on it removes some of
        the facts that it names.
        """
        name, result = directory.name, detect_anomaly(uses, snapshot, directory, declared_ids)
        if not result.absent:
            self._acknowledged.pop(name, None)
        elif directory.acknowledged.issuperset(result.tokens):
            self._acknowledged[name] = result.absent
        return freeze_failure(
            result, name, directory.acknowledged, self._acknowledged.get(name, frozenset())
        )

    def has_changed(self, name: str, frozen: Failure | None) -> bool:
        """Record the current failure of a directory; return whether it has changed."""
        before = self.reported.pop(name, None)
        if frozen is not None:
            self.reported[name] = frozen
        return before != frozen

    def forget(self, name: str) -> None:
        """Forget a directory that is gone."""
        self.reported.pop(name, None)
        self._acknowledged.pop(name, None)
