"""Many GroupAccesses that chance changes: what is declared, and what is to be granted by it."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from testbed.objects import access, mapping
from testbed.replay import Grant, allowed

GROUPS = ("/alpha", "/teams/beta", "/teams/gamma", "/delta")
ROLES = ("view", "edit", "admin", "cluster-admin")
Mappings = list[dict[str, Any]]


@dataclass
class RandomObjects:
    """What is declared now, and how chance changes it."""

    chance: random.Random
    directory: str
    prefix: str
    count: int
    labels: dict[str, dict[str, str]]  # of the namespaces
    declared: dict[str, Mappings] = field(default_factory=dict)

    def begin(self) -> list[dict[str, Any]]:
        """Declare every object; return them to be applied."""
        for number in range(self.count):
            names = self.chance.sample("abc", self.chance.randint(1, 3))
            self.declared[f"{self.prefix}-{number}"] = [self._mapping(each) for each in names]
        return [access(name, self.directory, *said) for name, said in self.declared.items()]

    def change(self) -> tuple[list[dict[str, Any]], list[str]]:
        """Change a third of all objects; return what is to be applied, and what to be deleted."""
        names = [f"{self.prefix}-{number}" for number in range(self.count)]
        changed = self.chance.sample(names, max(1, self.count // 3))
        for name in changed:
            self.declared[name] = self._changed(self.declared[name])
        applied = [name for name in changed if self.declared[name]]
        bodies = [access(name, self.directory, *self.declared[name]) for name in applied]
        return bodies, [name for name in changed if not self.declared[name]]

    def wanted(self) -> dict[str, set[Grant]]:
        """Return what is to be granted now, by object; an object that is gone grants nothing."""
        now = datetime.now(UTC)
        return {
            name: {
                grant
                for (_, grant), end in allowed({"mappings": said}, self.labels).items()
                if end > now
            }
            for name, said in self.declared.items()
        }

    def _changed(self, said: Mappings) -> Mappings:
        """Remove the object, remove a mapping, or draw one anew: role, scope, group, expiry."""
        if not said:
            return [self._mapping("a")]
        if self.chance.random() < 0.15:
            return []
        index = self.chance.randrange(len(said))
        others = [*said[:index], *said[index + 1 :]]
        if others and self.chance.random() < 0.25:
            return others
        return [*others, self._redrawn(said[index])]

    def _redrawn(self, old: dict[str, Any]) -> dict[str, Any]:
        """Draw a mapping anew; one that no longer ends needs another name."""
        new = self._mapping(old["name"])
        longer = "expiresAt" in old and "expiresAt" not in new
        return {**new, "name": f"{old['name'][0]}{self.chance.randrange(10**6)}"} if longer else new

    def _mapping(self, name: str) -> dict[str, Any]:
        more: dict[str, Any] = {}
        scopes: list[dict[str, Any] | None] = [
            None,
            {"names": self.chance.sample(sorted(self.labels), 2)},
            {"selector": {"matchLabels": {"world": self.prefix}}},
        ]
        scope = self.chance.choice(scopes)
        if scope is not None:
            more["namespaces"] = scope
        if self.chance.random() < 0.2:
            end = datetime.now(UTC) + timedelta(seconds=self.chance.uniform(2, 8))
            more["expiresAt"] = f"{end:%Y-%m-%dT%H:%M:%SZ}"
        return mapping(name, self.chance.choice(GROUPS), self.chance.choice(ROLES), **more)
