"""What Keycloak's first start leaves: to make its tables and to load its classes is most of one."""

import shutil
from collections.abc import Callable
from pathlib import Path

from testbed.cache import cache_root, cached, fingerprint
from testbed.tools import KEYCLOAK

FOLDER = "h2"  # of a server's own folder
CLASSES = "classes.jsa"


def copy_database(folder: Path, fill: Callable[[Path], None], *settings: str) -> None:
    """Put a copy of the database below a server's `folder`.

    The first time for a version and `settings`, `fill` makes FOLDER and CLASSES in the folder that
    it is given.
    """
    KEYCLOAK.ensure()
    stamp = fingerprint(KEYCLOAK.version, CLASSES, *settings)
    made = cached(_place(), stamp, fill, f"database of {KEYCLOAK.label}")
    shutil.copytree(made / FOLDER, folder / FOLDER)


def class_archive() -> Path:
    """Return the classes of a first start, which a JVM maps instead of loading each one.

    Another JVM than the one that made the archive does without it.
    """
    return _place() / CLASSES


def _place() -> Path:
    return cache_root() / "keycloak-database" / KEYCLOAK.version
