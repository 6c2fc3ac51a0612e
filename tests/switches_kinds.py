"""What a switch is, and the names that the tables share."""

from dataclasses import dataclass

DOMAIN = ("tests/domain", "tests/application")
ADAPTERS = ("tests/adapters",)
KEYCLOAK = ("tests/adapters/keycloak",)
SIMULATION = ("tests/simulation",)

OPERATOR = "operator/groupaccess"


@dataclass(frozen=True)
class Edit:
    """Where `old` stands, exactly once, and what stands there when a guard is off."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Switch:
    """One guard: where it stands, what stands there when it is off, and who has to notice.

    `more` are other places that have to change with it.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    more: tuple[Edit, ...] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Return all that is to be edited."""
        return (Edit(self.file, self.old, self.new), *self.more)

    @property
    def needs_cluster(self) -> bool:
        """Tell whether only a real API server shows the difference."""
        return self.tests[0] == "e2e"


def domain(name: str, module: str, old: str, new: str) -> Switch:
    """Return a switch in a module of the domain."""
    return Switch(name, f"{OPERATOR}/domain/{module}.py", old, new, DOMAIN)


def application(name: str, module: str, old: str, new: str) -> Switch:
    """Return a switch in a module of the application."""
    return Switch(name, f"{OPERATOR}/application/{module}.py", old, new, DOMAIN)


def keycloak(name: str, module: str, old: str, new: str) -> Switch:
    """Return a switch in a module of the adapter of Keycloak."""
    return Switch(name, f"{OPERATOR}/adapters/keycloak/{module}.py", old, new, KEYCLOAK)


def mend(name: str, *edits: Edit) -> Switch:
    """Return a switch that takes back the mend of a defect: the simulation has to notice."""
    first, *more = edits
    return Switch(name, first.file, first.old, first.new, SIMULATION, tuple(more))
