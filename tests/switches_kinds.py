"""What a switch is, and the names that the tables share."""

from dataclasses import dataclass

DOMAIN = ("tests/domain", "tests/application")
ADAPTERS = ("tests/adapters",)
KEYCLOAK = ("tests/adapters", "-k", "keycloak")

OPERATOR = "operator/groupaccess"


@dataclass(frozen=True)
class Switch:
    """One guard: where `old` stands, exactly once, and what stands there when it is off."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

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
