"""From verdicts to the bindings that should stand."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from groupaccess.domain import model
from groupaccess.domain.bindings import (
    Binding,
    BindingKey,
    Content,
    Desired,
    RoleRef,
    Subject,
)
from groupaccess.domain.carriers import carriers
from groupaccess.domain.claims import plausible_subjects
from groupaccess.domain.namespaces import Places, places
from groupaccess.domain.pins import Pin, stamp
from groupaccess.domain.unreadable import held
from groupaccess.domain.verdict import Circumstances, Outcome, Verdict
from groupaccess.domain.wanted import Wanted, render

# What a binding says of the group that it was made for; it goes along when the binding changes.
OF_THE_GROUP = (
    "directory",
    "directory-id",
    "group",
    "group-id",
    "group-path",
    "missing-since",
    "replaced-id",
)


def desired(
    access: model.Access,
    verdicts: Iterable[Verdict],
    given: Circumstances,
    standing: Mapping[BindingKey, Binding],
    applied: Mapping[BindingKey, Content],
) -> Wanted:
    """Render what each verdict asks for.

    `standing` are the bindings that bear the object's reserved names; `applied` is what the API
    server acknowledged last of each, by which drift is repaired while a verdict is Hold.
    """
    draft = _Draft(access, given, standing, applied)
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
    wanted = Wanted(tuple(bindings), frozenset(kept), where)
    empty = carriers(access, judged, given, standing, wanted)
    return replace(wanted, bindings=(*bindings, *empty))


@dataclass(frozen=True, slots=True)
class _Draft:
    """What the contents of one GroupAccess are drawn from."""

    access: model.Access
    given: Circumstances
    standing: Mapping[BindingKey, Binding]
    applied: Mapping[BindingKey, Content]
    carried: dict[str, Content | None] = field(default_factory=dict)  # by the mapping's name

    @property
    def _directories(self) -> AbstractSet[str]:
        """Return the directories whose groups of the declared name are meant."""
        return {self.access.directory, *self.given.prefixes.partners}

    def content(self, verdict: Verdict, key: BindingKey) -> Content | None:
        """Return what the binding should say, or None when nothing new is to be said."""
        if verdict.outcome is Outcome.GRANT:
            return self._granted(verdict, key)
        if verdict.suspended:
            return None
        held = self._held(verdict, key)
        if held is None and verdict.unread and not self.stays(verdict.mapping, key):
            name = verdict.mapping.name
            if name not in self.carried:
                self.carried[name] = self._carried(verdict.mapping)
            return self.carried[name]
        return held

    def stays(self, mapping: model.Mapping, key: BindingKey) -> bool:
        """Tell whether a standing binding is still what is declared.

        One without annotations stays: nothing says that it stood for another group or directory.
        """
        binding = self.standing.get(key)
        if binding is None or binding.content.role != _role(mapping):
            return False
        directory, group = (binding.content.annotation(each) for each in ("directory", "group"))
        return directory in {None, *self._directories} and group in {None, mapping.group}

    def _granted(self, verdict: Verdict, key: BindingKey) -> Content:
        group, snapshot = verdict.group, self.given.reading.snapshot
        if group is None or snapshot is None:
            raise ValueError("only a group that was read can be granted")
        about = {
            "directory": self.access.directory,
            "directory-id": snapshot.identity,
            "group": verdict.mapping.group,
            "group-id": group.id,
            "group-path": group.path,
        }
        if verdict.replaced_id is not None:
            about["replaced-id"] = verdict.replaced_id
        subjects = {Subject("Group", name) for name in verdict.subjects}
        if verdict.partial:
            subjects |= self._kept_subjects(key, about)
        return self._render(verdict.mapping, subjects, about)

    def _kept_subjects(self, key: BindingKey, about: Mapping[str, str]) -> set[Subject]:
        """Return what was bound for clients whose strings are not known now."""
        before = self.applied.get(key)
        if before is None and key in self.standing:
            before = self.standing[key].content
        if before is None or before.annotation("directory") not in self._directories:
            return set()
        if any(before.annotation(name) != about[name] for name in ("group", "group-path")):
            return set()
        return set(self._plausible(about["group-path"], before))

    def _held(self, verdict: Verdict, key: BindingKey) -> Content | None:
        """Return what was last proven under this very name, so that drift can be repaired to it.

        When Keycloak was asked, it says since when the group is missing, or no longer does, and
        which identity the directory has.
        """
        mapping, pin, last = verdict.mapping, verdict.pin, self.applied.get(key)
        if last is not None and self._same_declaration(mapping, last):
            return self._render(mapping, last.subjects, self._marked(last, pin))
        if pin is None or not self.stays(mapping, key):
            return None
        now = self.standing[key].content
        about = self._marked(now, pin)
        if about == _about(now):
            return None
        return self._render(mapping, self._plausible(pin.path, now), about)

    def _marked(self, content: Content, pin: Pin | None) -> dict[str, str]:
        """Return what a binding says of its group, with what is known now of it and its directory.

        A partner's group may have the same id: of that nothing is known here.
        """
        about = _about(content)
        said = about.get("directory"), about.get("group-id")
        if pin is None or said != (self.access.directory, pin.group_id):
            return about
        about.pop("missing-since", None)
        if pin.directory_id is not None:
            about["directory-id"] = pin.directory_id
        since = pin.missing_since
        return about if since is None else {**about, "missing-since": stamp(since)}

    def _carried(self, mapping: model.Mapping) -> Content | None:
        """Carry the strings of an unchanged group to its new place while nothing is read."""
        for _, content in sorted(self.applied.items()):
            if content.subjects and self._same_declaration(mapping, content):
                return self._render(mapping, content.subjects, _about(content))
        for _, binding in sorted(self.standing.items()):
            subjects = self._plausible(mapping.group, binding.content)
            if subjects and self._same_declaration(mapping, binding.content):
                return self._render(mapping, subjects, _about(binding.content))
        return None

    def _plausible(self, group: str, content: Content) -> tuple[Subject, ...]:
        """Return the subjects that the declared group can have: drift must not become a grant."""
        directory = self.given.directory
        prefix = directory.groups_prefix if directory else ""
        return plausible_subjects(group, content, prefix)

    def _same_declaration(self, mapping: model.Mapping, content: Content) -> bool:
        directory, group = (content.annotation(each) for each in ("directory", "group"))
        return directory in self._directories and group == mapping.group

    def _render(
        self, mapping: model.Mapping, subjects: Iterable[Subject], about: Mapping[str, str]
    ) -> Content:
        return render(self.access, mapping, _role(mapping), subjects, about)


def _about(content: Content) -> dict[str, str]:
    found = {name: content.annotation(name) for name in OF_THE_GROUP}
    return {name: value for name, value in found.items() if value is not None}


def _role(mapping: model.Mapping) -> RoleRef:
    return RoleRef("ClusterRole", mapping.cluster_role)
