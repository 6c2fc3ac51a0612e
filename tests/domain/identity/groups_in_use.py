"""Groups in use and a realm in which they are or are not, and what its freeze says."""

from dataclasses import replace

from domain.builders import directory, group, realm
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.identity.freeze import PinnedGroup, detect_anomaly, explain_freeze
from groupaccess.domain.reasons import Reason

REALM = "realm-1"
REFUSE, WARN = directory(), directory(refuses_replaced=False)


def use(group_id: str, *, grants: bool = True, of: str = REALM) -> PinnedGroup:
    return PinnedGroup(group_id, group_id, f"/{group_id}", of, grants)


def read(*ids: str, identity: str = REALM) -> Snapshot:
    known = realm(*(f"/{group_id}" for group_id in ids or ("other",)), identity=identity)
    groups = tuple(replace(group, id=group.name) for group in known.groups)
    return replace(known, groups=groups)


def frozen(
    uses: list[PinnedGroup],
    snapshot: Snapshot,
    *tokens: str,
    seen: str = "",
    of: Directory = REFUSE,
) -> str:
    failure = explain_freeze(detect_anomaly(uses, snapshot, of), "default", set(tokens), set(seen))
    if failure is None:
        return ""
    assert failure.reason is Reason.DIRECTORY_FROZEN
    return failure.message


def tokens(uses: list[PinnedGroup], snapshot: Snapshot) -> tuple[str, ...]:
    return detect_anomaly(uses, snapshot, REFUSE).tokens


def anew(*names: str, twice: str = "") -> Snapshot:
    """Return a realm whose groups have these names, each with another id than its name."""
    paths = [*(f"/{name}" for name in names), *(f"/x/{name}" for name in twice)]
    return realm(*(group(path, uid=f"new {path}") for path in paths), identity=REALM)
