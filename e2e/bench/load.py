"""What a benchmark declares: so many GroupAccesses, some of which share a group."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from testbed.objects import access, mapping

DIRECTORY = "bench"
COMMON = "common"  # a group that every object can name
ROLE = "view"


@dataclass(frozen=True)
class Load:
    """`size` objects, `shared` of them with the same group, each with `bindings` bindings.

    With one binding each it is a ClusterRoleBinding, else RoleBindings in `namespaces`.
    """

    size: int
    shared: int = 10
    bindings: int = 1

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the groups that are needed."""
        return (COMMON, *(f"group-{number:05}" for number in range(-(-self.size // self.shared))))

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Return the namespaces that are needed."""
        return tuple(f"ns-{n:03}" for n in range(self.bindings)) if self.bindings > 1 else ()

    def bodies(self) -> Iterator[dict[str, Any]]:
        """Yield the objects."""
        for number in range(self.size):
            yield self.body(f"load-{number:05}", self.groups[1 + number // self.shared])

    def body(self, name: str, group: str) -> dict[str, Any]:
        """Return one more object of the same kind."""
        more = {"namespaces": {"names": list(self.namespaces)}} if self.namespaces else {}
        return access(name, DIRECTORY, mapping("m", group, ROLE, **more))
