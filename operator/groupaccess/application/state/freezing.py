"""Which directories are frozen, and what was acknowledged of them since the start."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.freeze import PinnedGroup, detect_anomaly, freeze_failure


@dataclass
class Freezing:
    """Judges by the facts of each moment; `told` is what was said of a directory last."""

    told: dict[str, Failure] = field(default_factory=dict)
    _seen: dict[str, frozenset[str]] = field(default_factory=dict)

    def judge(
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
        name, found = directory.name, detect_anomaly(uses, snapshot, directory, declared_ids)
        if not found.absent:
            self._seen.pop(name, None)
        elif directory.acknowledged.issuperset(found.tokens):
            self._seen[name] = found.absent
        return freeze_failure(
            found, name, directory.acknowledged, self._seen.get(name, frozenset())
        )

    def is_news(self, name: str, frozen: Failure | None) -> bool:
        """Keep what is said of a directory now; tell whether that is news."""
        before = self.told.pop(name, None)
        if frozen is not None:
            self.told[name] = frozen
        return before != frozen

    def forget(self, name: str) -> None:
        """Forget a directory that is gone."""
        self.told.pop(name, None)
        self._seen.pop(name, None)
