"""Two directories, and users of the first."""

from datetime import UTC, datetime
from typing import Any

from fakes.keycloak import ADMIN_URL
from fakes.values import (
    Spec,
    access,
    binding,
    directory,
    failure,
    key,
    mapping,
    snapshot,
)
from groupaccess.application.declared import DeclaredDirectory
from groupaccess.application.store import Store
from groupaccess.domain.directory import Reading
from groupaccess.domain.ladder import verdict
from groupaccess.domain.reasons import Reason
from groupaccess.domain.verdict import Verdict

ELSEWHERE = f"{ADMIN_URL}realms/OTHER"
LOST = failure(Reason.KEYCLOAK_UNAVAILABLE)
FORMER = binding(
    key(),
    **{"directory": "default", "group": "SRE", "group-id": "id-/Old", "group-path": "/Former"},
)


def other(version: str = "1", **more: Any) -> DeclaredDirectory:  # noqa: ANN401 -- JSON
    """Return the other directory."""
    return directory("other", version=version, **{"issuer": ELSEWHERE, **more})


def prefixed(prefix: str) -> Spec:
    """Return the fields of a directory whose strings have a prefix."""
    return {"tokens": {"clients": [{"clientId": "headlamp"}], "groupsPrefix": prefix}}


def two_directories() -> Store:
    """Return a store with two directories, and users of the first: for SRE, and for /apps/Dev."""
    made = Store()
    made.put_directory(directory())
    made.put_directory(other())
    made.put_access(access("platform", mapping(group="SRE")))
    made.put_access(access("shop", mapping(group="/apps/Dev")))
    made.put_cluster_role("view")
    made.put_reading("default", Reading(snapshot("/SRE", "/apps/Dev")))
    return made


def judge(store: Store, name: str = "platform") -> Verdict:
    """Return the verdict on the one mapping of a GroupAccess."""
    declared = store.accesses[name]
    given = store.circumstances(declared, datetime.now(UTC))
    return verdict(declared.access.mappings[0], given)
