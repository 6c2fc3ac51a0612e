"""When a directory is no longer trusted: it became another one, or most of its groups are gone.

This is decided from facts each time. A person acknowledges with tokens that identify the facts, so
that an old acknowledgement does not apply to later events.
"""

import hashlib
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import NamedTuple

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.binding import (
    ANNOTATION_DOMAIN,
    Annotation,
    BindingContent,
    BindingKey,
    BindingName,
)
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason

ACKNOWLEDGE_ANNOTATION = f"{ANNOTATION_DOMAIN}acknowledge"
MIN_ABSENT_GROUPS = 2  # absent groups in use; a single one only has its grace
MIN_PRESENT_GROUPS = 2  # groups in use that show by their ids that it is the same realm
MAX_NAMED_GROUPS = 3


@dataclass(frozen=True, slots=True)
class DirectoryFreeze(Failure):
    """Why a directory is frozen, and the acknowledgement that ends exactly this freeze."""

    acknowledgement: str = ""


class PinnedGroup(NamedTuple):
    """The group that a binding pins; without subjects it is not in use any more.

    `group` is the path or name as declared, `path` the last known one. `name` is the group's last
    known name, or the path if the binding has none.
    """

    group_id: str
    group: str
    path: str
    directory_id: str
    has_subjects: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class DirectoryAnomaly:
    """What is wrong with a directory as a whole.

    `new_directory_id` is its new id, if bindings pin another one and nothing shows that it is the
    same realm. `absent` are all pinned ids that the realm does not have, if too many of those in
    use are absent (`absent_in_use` of `in_use`); `paths` are the last known paths of the latter.
    """

    new_directory_id: str | None = None
    absent: frozenset[str] = frozenset()
    absent_in_use: int = 0
    in_use: int = 0
    paths: tuple[str, ...] = ()

    @property
    def tokens(self) -> tuple[str, ...]:
        """Return the tokens that an acknowledgement must contain."""
        identity = () if self.new_directory_id is None else (_token("i", [self.new_directory_id]),)
        return (*identity, *((_token("g", self.absent),) if self.absent else ()))


def pinned_group(key: BindingKey, content: BindingContent) -> tuple[str, PinnedGroup] | None:
    """Return the directory and the group that a binding of ours pins, None if it pins none."""
    directory, declared = content.declared_group
    group_id = content.annotation(Annotation.GROUP_ID)
    if BindingName.parse(key.name) is None or not directory or not group_id:
        return None
    path, identity = (
        content.annotation(name) or "" for name in (Annotation.GROUP_PATH, Annotation.DIRECTORY_ID)
    )
    group, name = declared or "", content.annotation(Annotation.GROUP_NAME) or path
    return directory, PinnedGroup(group_id, group, path, identity, bool(content.subjects), name)


def detect_anomaly(
    uses: Iterable[PinnedGroup],
    snapshot: Snapshot,
    directory: Directory,
    declared_ids: AbstractSet[str] = frozenset(),
) -> DirectoryAnomaly:
    """Compare the pinned groups with the snapshot.

    A re-created group is not absent if the directory follows its successor. One whose id is in
    `declared_ids` has no successor.
    """
    uses = tuple(uses)
    other = _has_other_identity(uses, snapshot) and not _is_believed(uses, snapshot)
    another = other and not _is_same_realm(uses, snapshot)
    identity = snapshot.directory_id if another else None
    away = [use for use in uses if use.group_id not in snapshot.by_id]
    if not directory.refuses_replaced:
        away = [
            use for use in away if use.group_id in declared_ids or not _has_successor(use, snapshot)
        ]
    used = {use.group_id for use in uses if use.has_subjects}
    absent_in_use = {use.group_id for use in away if use.has_subjects}
    if len(absent_in_use) < MIN_ABSENT_GROUPS or 2 * len(absent_in_use) <= len(used):
        return DirectoryAnomaly(identity)
    absent = frozenset(use.group_id for use in away)
    paths = tuple(sorted({use.path for use in uses if use.group_id in absent_in_use}))
    return DirectoryAnomaly(identity, absent, len(absent_in_use), len(used), paths)


def new_account(uses: Iterable[PinnedGroup], snapshot: Snapshot) -> str | None:
    """Return the id of the operator's account if it is another one in the same realm."""
    uses = tuple(uses)
    changed = _has_other_identity(uses, snapshot) and _is_same_realm(uses, snapshot)
    return snapshot.directory_id if changed else None


def explain_freeze(
    anomaly: DirectoryAnomaly,
    directory: str,
    tokens: AbstractSet[str],
    acknowledged_absent: AbstractSet[str],
) -> DirectoryFreeze | None:
    """Return why the directory is frozen, None without a reason or if each is acknowledged.

    `acknowledged_absent` are ids whose absence was acknowledged since the start. The absent ids
    become fewer while the operator acts on that, which is no new event.
    """
    facts = []
    if (
        anomaly.new_directory_id is not None
        and _token("i", [anomaly.new_directory_id]) not in tokens
    ):
        facts.append(
            "the operator's account in Keycloak has a new id, "
            f"{anomaly.new_directory_id}: was the realm re-created?"
        )
    if (
        anomaly.absent
        and not anomaly.absent <= acknowledged_absent
        and _token("g", anomaly.absent) not in tokens
    ):
        more = (
            ""
            if len(anomaly.paths) <= MAX_NAMED_GROUPS
            else f" and {len(anomaly.paths) - MAX_NAMED_GROUPS} more"
        )
        named = ", ".join(anomaly.paths[:MAX_NAMED_GROUPS]) + more
        facts.append(
            f"{anomaly.absent_in_use} of {anomaly.in_use} groups in use no longer exist in "
            f"Keycloak: {named}"
        )
    if not facts:
        return None
    acknowledgement = ".".join(anomaly.tokens)
    command = f"kubectl annotate keycloakdirectory {directory} --overwrite"
    text = (
        f"{'; '.join(facts)}. If this is intended, acknowledge it: "
        f"{command} {ACKNOWLEDGE_ANNOTATION}={acknowledgement}"
    )
    return replace(
        DirectoryFreeze.of(Reason.DIRECTORY_FROZEN, text), acknowledgement=acknowledgement
    )


def read_acknowledgement(annotation: str | None) -> frozenset[str]:
    """Return the tokens of an acknowledgement; dots separate them."""
    return frozenset(filter(None, (annotation or "").strip().split(".")))


def _has_other_identity(uses: Iterable[PinnedGroup], snapshot: Snapshot) -> bool:
    known = {use.directory_id for use in uses if use.has_subjects and use.directory_id}
    return bool(known - {snapshot.directory_id})


def _is_believed(uses: Iterable[PinnedGroup], snapshot: Snapshot) -> bool:
    """Tell whether a binding names this account: it was trusted when that was written.

    Other bindings may name the former account for long: a suspended or held binding is not written.
    """
    return any(use.has_subjects and use.directory_id == snapshot.directory_id for use in uses)


def _is_same_realm(uses: Iterable[PinnedGroup], snapshot: Snapshot) -> bool:
    """Tell whether each id in use still exists: another realm has other ids.

    One id alone proves too little: somebody may have given it to a group of another realm.
    """
    used = {use.group_id for use in uses if use.has_subjects}
    return len(used) >= MIN_PRESENT_GROUPS and used <= snapshot.by_id.keys()


def _has_successor(use: PinnedGroup, snapshot: Snapshot) -> bool:
    """Tell whether exactly one other group has the declared path or name."""
    return len(snapshot.by_reference.get(use.group, ())) == 1


def _token(kind: str, facts: Iterable[str]) -> str:
    digest = hashlib.sha256("\n".join(sorted(facts)).encode())
    return f"{kind}-{digest.hexdigest()[:12]}"
