"""From verdicts to the bindings that should stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from groupaccess.domain import model
from groupaccess.domain.bindings import (
    ANNOTATION_DOMAIN,
    Binding,
    BindingKey,
    Content,
    Desired,
    Owner,
    RoleRef,
    Subject,
)
from groupaccess.domain.claims import RESERVED
from groupaccess.domain.verdict import Circumstances, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Wanted:
    """What should stand: `bindings` exactly so, those in `kept` as they are.

    A binding of the object that is in neither is no longer declared.
    """

    bindings: tuple[Desired, ...]
    kept: frozenset[BindingKey]


def desired(
    access: model.Access,
    verdicts: Iterable[Verdict],
    given: Circumstances,
    standing: Mapping[BindingKey, Binding],
    proven: Mapping[BindingKey, Content],
) -> Wanted:
    """Render what each verdict asks for.

    `standing` are the bindings that bear the object's reserved names; `proven` what was granted
    and written since the operator started, by which drift is repaired while a verdict is Hold.
    """
    bindings: list[Desired] = []
    kept: set[BindingKey] = set()
    for verdict in verdicts:
        if verdict.outcome is Outcome.REVOKE:
            continue
        for key in access.keys(verdict.mapping):
            content = (
                _granted(access, verdict, given, _before(key, standing, proven))
                if verdict.outcome is Outcome.GRANT
                else _held(access, verdict, key, proven)
            )
            if content is None and _stays(access, verdict.mapping, standing.get(key)):
                kept.add(key)
                continue
            if content is None and verdict.unread:
                content = _carried(access, verdict.mapping, given, standing, proven)
            if content is not None:
                bindings.append(Desired(key, verdict.mapping.name, content))
    return Wanted(tuple(bindings), frozenset(kept))


def _before(
    key: BindingKey,
    standing: Mapping[BindingKey, Binding],
    proven: Mapping[BindingKey, Content],
) -> Content | None:
    """Return what a binding said last: what was proven, else what stands."""
    return proven.get(key) or (standing[key].content if key in standing else None)


def _granted(
    access: model.Access, verdict: Verdict, given: Circumstances, before: Content | None
) -> Content:
    group, snapshot = verdict.group, given.reading.snapshot
    if group is None or snapshot is None:
        raise ValueError("only a group that was read can be granted")
    annotations = {
        "directory": access.directory,
        "directory-id": snapshot.identity,
        "group": verdict.mapping.group,
        "group-id": group.id,
        "group-path": group.path,
    }
    subjects = {Subject("Group", name) for name in verdict.subjects}
    same = ("directory", "group", "group-path")
    if verdict.partial and before and all(before.annotation(n) == annotations[n] for n in same):
        subjects |= set(_plausible(verdict.mapping, given, before))
    return Content(
        role=_role(verdict.mapping),
        subjects=tuple(sorted(subjects)),
        owners=(_owner(access),),
        annotations=tuple(sorted((ANNOTATION_DOMAIN + k, v) for k, v in annotations.items())),
    )


def _held(
    access: model.Access,
    verdict: Verdict,
    key: BindingKey,
    proven: Mapping[BindingKey, Content],
) -> Content | None:
    """Return what was last proven under this very name, so that drift can be repaired to it."""
    last = proven.get(key)
    if last is None or not _same_declaration(access, verdict.mapping, last):
        return None
    return replace(last, owners=(_owner(access),))


def _stays(access: model.Access, mapping: model.Mapping, binding: Binding | None) -> bool:
    """Tell whether a standing binding is still what is declared.

    One without annotations stays: nothing says that it stood for another group or directory.
    """
    if binding is None or binding.content.role != _role(mapping):
        return False
    stood_for = (binding.content.annotation("directory"), binding.content.annotation("group"))
    declared = (access.directory, mapping.group)
    return all(was in {None, now} for was, now in zip(stood_for, declared, strict=True))


def _carried(
    access: model.Access,
    mapping: model.Mapping,
    given: Circumstances,
    standing: Mapping[BindingKey, Binding],
    proven: Mapping[BindingKey, Content],
) -> Content | None:
    """Carry the strings of an unchanged group to its new role or name while nothing is read."""
    for _, content in sorted(proven.items()):
        if _same_declaration(access, mapping, content):
            return replace(content, role=_role(mapping), owners=(_owner(access),))
    for _, binding in sorted(standing.items()):
        content = binding.content
        subjects = _plausible(mapping, given, content)
        if subjects and _same_declaration(access, mapping, content):
            return replace(
                content,
                role=_role(mapping),
                subjects=subjects,
                owners=(_owner(access),),
                managed=True,
            )
    return None


def _plausible(
    mapping: model.Mapping, given: Circumstances, content: Content
) -> tuple[Subject, ...]:
    """Return the subjects that the declared group can have: drift must not become a grant."""
    prefix = given.directory.groups_prefix if given.directory else ""
    path = content.annotation("group-path") or mapping.group
    leaf = path.rpartition("/")[2]
    if mapping.group not in (path, leaf):
        return ()
    strings = {prefix + path, prefix + leaf}
    fits = (s for s in content.subjects if s.kind == "Group" and s.name in strings)
    return tuple(s for s in fits if not s.name.startswith(RESERVED))


def _same_declaration(access: model.Access, mapping: model.Mapping, content: Content) -> bool:
    declared = (access.directory, mapping.group)
    return (content.annotation("directory"), content.annotation("group")) == declared


def _role(mapping: model.Mapping) -> RoleRef:
    return RoleRef("ClusterRole", mapping.cluster_role)


def _owner(access: model.Access) -> Owner:
    return Owner(access.uid, access.name)
