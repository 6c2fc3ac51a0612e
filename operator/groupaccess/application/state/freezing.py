"""Which directories are frozen, and what was acknowledged of them since the start."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.freeze import PinnedGroup, detect_anomaly, freeze_failure


@dataclass
class FreezeMonitor:
    """Judges by the facts of each moment; `reported` is what was said of a directory last."""

    reported: dict[str, Failure] = field(default_factory=dict)
    _acknowledged: dict[str, frozenset[str]] = field(default_factory=dict)

    def evaluate(
        self,
        directory: Directory,
        snapshot: Snapshot,
        uses: Iterable[PinnedGroup],
        declared_ids: AbstractSet[str] = frozenset(),
    ) -> Failure | None:
        """Say why a directory is frozen, None when it is not.

        An acknowledgement is remembered while the event lasts: its facts become fewer when it is
        acted upon.
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
        """Keep what is said of a directory now; tell whether that is news."""
        before = self.reported.pop(name, None)
        if frozen is not None:
            self.reported[name] = frozen
        return before != frozen

    def forget(self, name: str) -> None:
        """Forget a directory that is gone."""
        self.reported.pop(name, None)
        self._acknowledged.pop(name, None)
