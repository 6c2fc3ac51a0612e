"""What Keycloak's last answers say of the groups for which bindings were written.

It is kept by the id in the bindings, so that no edit of a mapping lets it be forgotten. While
Keycloak cannot be read, nobody is bound anew whom the last answers do not give.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from groupaccess.domain.binding import Annotation, BindingContent
from groupaccess.domain.tokens.collisions import find_collision
from groupaccess.domain.tokens.group_claims import GroupClaim, group_claim
from groupaccess.domain.verdict.verdict import EvaluationContext


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

    They are `incomplete` if the strings of a client are not known. It `may_move` to another role or
    place unless it is gone, or others share one of its strings.
    """

    path: str = ""
    subjects: frozenset[str] | None = None
    incomplete: bool = False
    may_move: bool = True

    def gives(self, content: BindingContent) -> frozenset[str] | None:
        """Return the subjects that a binding of the group may have, None if that is not known.

        Strings of an unknown client stay while the group has the path with which it was bound.
        """
        same_path = self.path == content.annotation(Annotation.GROUP_PATH)
        return None if self.incomplete and same_path else self.subjects


def group_readings(
    context: EvaluationContext,
    contents: Iterable[BindingContent],
    before: Mapping[BoundGroup, GroupReading],
) -> dict[BoundGroup, GroupReading]:
    """Return what is known of the groups that contents name.

    Where the reading says nothing, as of another directory, what was known `before` counts.
    """
    result: dict[BoundGroup, GroupReading] = {}
    for group in {BoundGroup.of(each) for each in contents}:
        known = _read(context, group, before.get(group)) if group else None
        if group and known:
            result[group] = known
    return result


def _read(
    context: EvaluationContext, bound: BoundGroup, before: GroupReading | None
) -> GroupReading | None:
    directory, snapshot = context.directory, context.reading.snapshot
    if directory is None or snapshot is None or bound.directory != context.directory_name:
        return before
    group = snapshot.by_id.get(bound.group_id)
    if group is None:
        gone = bound.group_id in context.reading.confirmed_absent
        return replace(before or GroupReading(), may_move=False) if gone else before
    claim = group_claim(group, directory, snapshot)
    if not isinstance(claim, GroupClaim):
        return GroupReading(group.path, frozenset(), incomplete=True)
    collided = find_collision(group, claim, directory, snapshot)
    collided = collided or context.prefixes.find_prefix_collision(claim.subjects)
    return GroupReading(
        group.path, frozenset(claim.subjects), claim.incomplete, may_move=collided is None
    )
