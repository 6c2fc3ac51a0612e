"""Which directories are frozen, and what was acknowledged since the operator started."""

from dataclasses import dataclass, field

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.freeze import DirectoryAnomaly, DirectoryFreeze, explain_freeze


@dataclass
class FreezeMonitor:
    """Decides by the current facts, anew each time: a freeze itself is not remembered.

    It holds as long as the facts do: the pins of the bindings and the last whole round. It ends
    when they change, or when the directory's annotation acknowledges them. What is remembered, by
    directory: the failure that its users know of, and the absent ids that were acknowledged. They
    end with its uid; `DirectoryMemory` ends sooner, when the spec names another realm.
    """

    _reported: dict[str, Failure] = field(default_factory=dict)
    _acknowledged: dict[str, frozenset[str]] = field(default_factory=dict)

    def remember_acknowledgement(self, directory: Directory, anomaly: DirectoryAnomaly) -> None:
        """Remember which absent ids are acknowledged, until too few are absent to freeze anything.

        Acting on an acknowledgement removes some of the facts that it names.
        """
        if not anomaly.absent:
            self._acknowledged.pop(directory.name, None)
        elif directory.acknowledged.issuperset(anomaly.tokens):
            self._acknowledged[directory.name] = anomaly.absent

    def failure(self, directory: Directory, anomaly: DirectoryAnomaly) -> DirectoryFreeze | None:
        """Return why a directory is frozen, None when it is not."""
        acknowledged = self._acknowledged.get(directory.name, frozenset())
        return explain_freeze(anomaly, directory.name, directory.acknowledged, acknowledged)

    def put_reported(self, name: str, failure: Failure | None) -> bool:
        """Record why a directory is frozen, if it is; return whether its users must be told."""
        before = self._reported.pop(name, None)
        if failure is not None:
            self._reported[name] = failure
        return before != failure

    def forget(self, name: str) -> None:
        """Forget a directory that is gone."""
        self._reported.pop(name, None)
        self._acknowledged.pop(name, None)
