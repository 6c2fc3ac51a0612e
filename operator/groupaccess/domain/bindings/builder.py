"""From verdicts to the desired state: the bindings that should be there."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from groupaccess.domain.access.group_access import Access
from groupaccess.domain.access.namespace_scope import Places, places
from groupaccess.domain.binding import Binding, BindingKey, BindingName, Content, Desired
from groupaccess.domain.bindings.desired_state import Wanted
from groupaccess.domain.bindings.history import Bindings
from groupaccess.domain.bindings.placeholders import carriers
from groupaccess.domain.bindings.renderer import Draft
from groupaccess.domain.identity.former_subjects import Formers
from groupaccess.domain.identity.pins import edited
from groupaccess.domain.verdict.verdict import Circumstances, Outcome, Verdict


def desired(
    access: Access,
    verdicts: Iterable[Verdict],
    given: Circumstances,
    standing: Mapping[BindingKey, Binding],
    applied: Mapping[BindingKey, Content],
    pending: Mapping[BindingKey, Content] | None = None,
    ends: Mapping[BindingKey, Formers] | None = None,
) -> Wanted:
    """Render what each verdict asks for.

    `standing` are the bindings that bear the object's reserved names; `applied` is what the API
    server acknowledged last of each, by which drift is repaired while a verdict is Hold; `pending`
    is what it did not acknowledge yet, and `ends` are those of former subjects in all of that.
    """
    known = Bindings(
        frozenset({access.directory, *given.prefixes.partners}),
        edited(access, {key: one.content for key, one in standing.items()} | dict(applied)),
        standing,
        applied,
        pending or {},
        ends or {},
    )
    draft = Draft(access, given, known)
    bindings: list[Desired] = []
    kept: set[BindingKey] = set()
    where: dict[str, Places] = {}
    judged = tuple(verdicts)
    for verdict in judged:
        mapping = verdict.mapping
        if mapping.unreadable is not None:
            where[mapping.name] = Places(wanted=())
            continue
        where[mapping.name] = places(mapping.scope, given.namespaces)
        if verdict.outcome is Outcome.REVOKE:
            continue
        for namespace in where[mapping.name].wanted:
            key = access.key(mapping, namespace)
            what = draft.content(verdict, key)
            if what is not None:
                bindings.append(Desired(key, mapping.name, what))
            elif draft.stays(mapping, key):
                kept.add(key)
        kept |= {access.key(mapping, gone) for gone in where[mapping.name].terminating}
    kept.update(held(access, judged, standing))
    ended = {want.key: want for want in _ended(draft, kept)}
    bindings += ended.values()
    wanted = Wanted(tuple(bindings), frozenset(kept - ended.keys()), where)
    empty = carriers(access, judged, given, standing, wanted)
    return replace(wanted, bindings=(*bindings, *empty))


def _ended(draft: Draft, kept: AbstractSet[BindingKey]) -> Iterator[Desired]:
    """Yield what is kept as it is, but for former subjects whose end has come."""
    for key in sorted(kept):
        name, what = BindingName.parse(key.name), draft.ended(key)
        if name is not None and what is not None:
            yield Desired(key, name.mapping, what)


def held(
    access: Access, verdicts: Iterable[Verdict], standing: Iterable[BindingKey]
) -> Iterator[BindingKey]:
    """Yield the bindings of mappings that cannot be read; all, when their names cannot.

    What such a mapping is for is not known, so that each binding of its name stays as it is.
    """
    names = {
        verdict.mapping.name
        for verdict in verdicts
        if verdict.outcome is Outcome.HOLD and verdict.mapping.unreadable is not None
    }
    for key in standing:
        name = BindingName.parse(key.name)
        if access.unreadable is not None or (name is not None and name.mapping in names):
            yield key
