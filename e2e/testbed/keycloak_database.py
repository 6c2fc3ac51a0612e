"""Keycloak's database as its first start leaves it: to make the tables is half the work of one."""

import shutil
from collections.abc import Callable
from pathlib import Path

from testbed.cache import cache_root, cached, fingerprint
from testbed.tools import KEYCLOAK

FOLDER = "h2"  # of a server's own folder


def copy_database(folder: Path, fill: Callable[[Path], None], *settings: str) -> None:
    """Put a copy below a server's `folder`.

    The first time for a version and `settings`, `fill` makes it in the folder that it is given.
    """
    KEYCLOAK.ensure()
    stamp = fingerprint(KEYCLOAK.version, *settings)
    place = cache_root() / "keycloak-database" / KEYCLOAK.version
    label = f"database of {KEYCLOAK.label}"
    made = cached(place, stamp, lambda made: fill(made / FOLDER), label)
    shutil.copytree(made / FOLDER, folder / FOLDER)
