"""What was read last of the groups for which bindings were written.

It is kept by the id in the bindings, so that no edit of a mapping lets it be forgotten. While
Keycloak cannot be read, it says who may be bound anew: in another role or place, or by a repair of
drift.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import NamedTuple

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.binding import Annotation, BindingContent
from groupaccess.domain.directory.group import Group
from groupaccess.domain.directory.snapshot import Snapshot
from groupaccess.domain.tokens.collisions import find_collision, others_with_subjects
from groupaccess.domain.tokens.group_claims import GroupClaim, group_claim
from groupaccess.domain.tokens.prefixes import PeerPrefixes
from groupaccess.domain.verdict.verdict import EvaluationContext, Verdict


class BoundGroup(NamedTuple):
    """A group for which a binding was written: its id, and the directory that it is of."""

    directory: str
    group_id: str

    @classmethod
    def of(cls, content: BindingContent) -> "BoundGroup | None":
        """Return the group that a content names, None if it names no id."""
        directory, _ = content.declared_group
        group_id = content.annotation(Annotation.GROUP_ID)
        return cls(directory, group_id) if directory and group_id else None


@dataclass(frozen=True, slots=True)
class GroupReading:
    """What is known of a group: its `path`, and the `subjects` of its tokens, None if not known.

    They are `incomplete` if the strings of a client are not known. `taken` are bound strings that
    tokens of the group do not carry any more, but those of others do. Drift `may_return` unless the
    group is gone, or its string collides where that revokes. The group `may_move` to another role
    or place unless it is gone or its string collides.
    """

    path: str = ""
    subjects: frozenset[str] | None = None
    incomplete: bool = False
    taken: frozenset[str] = frozenset()
    may_return: bool = True
    may_move: bool = True

    def gives(self, content: BindingContent) -> frozenset[str] | None:
        """Return the subjects that a binding of the group may have, None if that is not known.

        Strings of an unknown client stay while the group has the path with which it was bound.
        """
        same_path = self.path == content.annotation(Annotation.GROUP_PATH)
        return None if self.incomplete and same_path else self.subjects


def group_readings(
    context: EvaluationContext,
    verdicts: Iterable[Verdict],
    contents: Iterable[BindingContent],
    before: Mapping[BoundGroup, GroupReading],
) -> dict[BoundGroup, GroupReading]:
    """Return what is known of the groups that contents name.

    What was known `before` counts for other directories, in an outage, and as long as answers are
    not believed. Of a group that is followed under `onReplaced: Warn` the new one counts.
    """
    bound = _bound(contents)
    result = {group: before[group] for group in bound if group in before}
    directory, snapshot = context.directory, context.reading.snapshot
    if directory is None or snapshot is None or not _believes_answers(context):
        return result
    judged = (verdict.without_suspend or verdict for verdict in verdicts)
    followed = {each.replaced_id: each.group for each in judged if each.replaced_id}
    for group, strings in bound.items():
        if group.directory != context.directory_name:
            continue
        found = snapshot.by_id.get(group.group_id) or followed.get(group.group_id)
        if found is not None:
            result[group] = _read(found, strings, directory, snapshot, context.prefixes)
        elif group.group_id in context.reading.confirmed_absent:
            last = result.get(group, GroupReading())
            result[group] = replace(last, may_return=False, may_move=False)
    return result


def _bound(contents: Iterable[BindingContent]) -> Mapping[BoundGroup, AbstractSet[str]]:
    """Return the strings that are bound for each group."""
    result: defaultdict[BoundGroup, set[str]] = defaultdict(set)
    for content in contents:
        if (group := BoundGroup.of(content)) is not None:
            result[group].update(content.groups)
    return result


def _believes_answers(context: EvaluationContext) -> bool:
    """Tell whether the answers are current, and nothing contradicts them."""
    check = context.oidc_check if context.directory and context.directory.canary else None
    contradicted = check is not None and check.contradicts
    return context.reading.failure is None and context.frozen is None and not contradicted


def _read(
    group: Group,
    strings: AbstractSet[str],
    directory: Directory,
    snapshot: Snapshot,
    prefixes: PeerPrefixes,
) -> GroupReading:
    claim = group_claim(group, directory, snapshot)
    subjects = frozenset(claim.subjects) if isinstance(claim, GroupClaim) else frozenset[str]()

    def is_taken(text: str) -> bool:
        return any(True for _ in others_with_subjects(group, [text], directory, snapshot))

    taken = frozenset(filter(is_taken, strings - subjects))
    if not isinstance(claim, GroupClaim):
        return GroupReading(group.path, subjects, incomplete=True, taken=taken)
    collided = find_collision(group, claim, directory, snapshot)
    collided = collided or prefixes.find_prefix_collision(claim.subjects)
    return GroupReading(
        group.path,
        subjects,
        claim.incomplete,
        taken,
        may_return=collided is None or not directory.revokes_collided,
        may_move=collided is None,
    )
