"""Several directories, each of a realm of its own unless a test says otherwise."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from domain.builders import NOW, directory
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.tokens.prefixes import PeerPrefixes, compare_prefixes

DAY = timedelta(days=1)


def made(
    name: str,
    prefix: str = "",
    *,
    realm_name: str | None = None,
    shares: Iterable[str] = (),
    age: int | None = 0,
) -> Directory:
    """Return a directory of a realm of its own, so many days old."""
    return replace(
        directory(prefix=prefix),
        name=name,
        issuer=f"https://auth.example.com/realms/{realm_name or name}",
        shares_prefix_with=frozenset(shares),
        created=None if age is None else NOW - age * DAY,
    )


def compare(name: str, *directories: Directory, bound: Iterable[str] = ()) -> PeerPrefixes:
    return compare_prefixes(
        name, {directory.name: directory for directory in directories}, frozenset(bound)
    )
