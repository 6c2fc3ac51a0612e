"""What the bindings of one GroupAccess are to say, by the verdicts on its mappings."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.binding import BindingKey, Content, RoleRef, Subject
from groupaccess.domain.bindings.desired_state import expiry, render, spelled_role
from groupaccess.domain.bindings.group_rename import current, longest
from groupaccess.domain.bindings.history import Before, Bindings
from groupaccess.domain.identity.former_subjects import (
    ANNOTATION,
    Formers,
    annotation,
    former_subjects,
    lasting,
)
from groupaccess.domain.identity.pins import Pin
from groupaccess.domain.timestamp import stamp
from groupaccess.domain.tokens.group_claims import plausible_subjects
from groupaccess.domain.verdict.verdict import Circumstances, Outcome, Verdict

# What a binding says of the group that it was made for; it goes along when the binding changes.
OF_THE_GROUP = (
    "directory",
    "directory-id",
    "group",
    "group-id",
    "group-name",
    "group-path",
    "missing-since",
    "replaced-id",
    ANNOTATION,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the contents of one GroupAccess are drawn from; see `desired`."""

    access: Access
    given: Circumstances
    bindings: Bindings
    carried: dict[str, Content | None] = field(default_factory=dict)  # by the mapping's name

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
                self.carried[name] = self._carried(verdict)
            return self.carried[name]
        return held

    def stays(self, mapping: AccessMapping, key: BindingKey) -> bool:
        """Tell whether a standing binding is still what is declared.

        One without annotations stays: nothing says that it stood for another group or directory.
        """
        binding = self.bindings.standing.get(key)
        if binding is None or binding.content.role != _role(mapping):
            return False
        directory, group = (binding.content.annotation(each) for each in ("directory", "group"))
        known = self.bindings
        return directory in {None, *known.directories} and group in {None, *known.spelled(mapping)}

    def ended(self, key: BindingKey) -> Content | None:
        """Return a standing binding without the former subjects whose end has come.

        None when there are none. Nobody is bound by that who is not bound now, and what others did
        to the binding is not taken for something that was applied.
        """
        binding, role = self.bindings.standing.get(key), spelled_role(key)
        namespace = self.given.namespaces.get(key.namespace)
        if binding is None or binding.content.role != role or (namespace and namespace.terminating):
            return None
        content, last = binding.content, self.bindings.applied.get(key)
        before = self.bindings.before(key, content)
        formers = lasting(before.formers, self.given.now, longest(self.given.directory))
        lost = self._taken_over(content.groups, before)
        if formers == former_subjects(content) and not lost:
            return None
        ours = before.subjects if last is None else {*content.groups} & {*last.groups}
        formers = {name: one for name, one in formers.items() if name not in lost}
        subjects = (ours - before.formers.keys() - lost) | formers.keys()
        text = {**content.about, ANNOTATION: None, **annotation(formers)}
        return render(self.access, role, _named(subjects), text)

    def _granted(self, verdict: Verdict, key: BindingKey) -> Content:
        group, snapshot = verdict.group, self.given.reading.snapshot
        said = current(verdict, self.given)
        if group is None or snapshot is None or said is None:
            raise ValueError("only a group that was read can be granted")
        text = {
            "directory": self.access.directory,
            "directory-id": snapshot.identity,
            "group": verdict.mapping.group,
            "group-id": group.id,
            "group-name": group.name,
            "group-path": group.path,
            "replaced-id": verdict.replaced_id,
        }
        subjects = frozenset(verdict.subjects)
        if verdict.partial:
            subjects |= self._of_unknown_clients(verdict.mapping, key, group.path)
        role = _role(verdict.mapping)
        before = self.bindings.of_group(verdict.mapping, key, role, group.id)
        formers = replace(said, subjects=subjects).left(before, self.given.now)
        return self._render(verdict.mapping, subjects, formers, text)

    def _of_unknown_clients(
        self, mapping: AccessMapping, key: BindingKey, path: str
    ) -> frozenset[str]:
        """Return what was bound for clients whose strings are not known now."""
        content = self.bindings.last(key)
        if content is None or not self.bindings.are_for(mapping, content):
            return frozenset()
        if content.annotation("group-path") != path:
            return frozenset()
        return self._plausible(path, content) - former_subjects(content).keys()

    def _held(self, verdict: Verdict, key: BindingKey) -> Content | None:
        """Return what was last proven under this very name, so that drift can be repaired to it.

        When Keycloak was asked, it says since when the group is missing, or no longer does, and
        which identity the directory has.
        """
        mapping, last = verdict.mapping, self.bindings.applied.get(key)
        if last is not None and self.bindings.are_for(mapping, last):
            return self._kept(verdict, last, self.bindings.before(key, last))
        if verdict.pin is None or not self.stays(mapping, key):
            return None
        now = self.bindings.standing[key].content
        kept = self._kept(verdict, now, self.bindings.before(key, now))
        return None if _of_the_group(kept) == _of_the_group(now) else kept

    def _carried(self, verdict: Verdict) -> Content | None:
        """Carry the strings of an unchanged group to its new place while nothing is read."""
        mapping, bindings = verdict.mapping, self.bindings
        for key, content in sorted(bindings.applied.items()):
            if content.subjects and bindings.are_for(mapping, content):
                return self._kept(verdict, content, bindings.before(key, content))
        for key, binding in sorted(bindings.standing.items()):
            content = binding.content
            plausible = self._plausible(mapping.group, content)
            before = bindings.before(key, content).only(plausible)
            if before.subjects and bindings.are_for(mapping, content):
                return self._kept(verdict, content, before)
        return None

    def _kept(self, verdict: Verdict, content: Content, before: Before) -> Content:
        """Return what a binding goes on to say: nobody is added."""
        now, said = self.given.now, current(verdict, self.given)
        subjects = before.subjects
        text = _marked(content, verdict.pin, self.access.directory)
        if said is None:
            formers = lasting(before.formers, now, longest(self.given.directory))
        else:
            formers = said.left([before], now)
            subjects = subjects if said.subjects is None else subjects & said.subjects
        lost = self._taken_over(subjects | formers.keys(), before)
        formers = {name: one for name, one in formers.items() if name not in lost}
        subjects -= lost
        return self._render(verdict.mapping, subjects, formers, text)

    def _taken_over(self, subjects: Iterable[str], before: Before) -> frozenset[str]:
        """Return the subjects that another directory has taken over with its prefix.

        That is no word of Keycloak's: it is declared so, and acts whatever holds the mapping.
        """
        directory, prefixes = self.given.directory, self.given.prefixes
        own = directory.groups_prefix if directory else ""
        bare = {before.path, before.name, *before.formers}
        return frozenset(each for each in subjects if prefixes.take_over(each, own, bare))

    def _plausible(self, group: str, content: Content) -> frozenset[str]:
        """Return the subjects that the declared group can have: drift must not become a grant."""
        directory = self.given.directory
        prefix = directory.groups_prefix if directory else ""
        return frozenset(s.name for s in plausible_subjects(group, content, prefix))

    def _render(
        self,
        mapping: AccessMapping,
        subjects: AbstractSet[str],
        formers: Formers,
        text: Mapping[str, str | None],
    ) -> Content:
        said = {**text, **annotation(formers), **expiry(mapping)}
        return render(self.access, _role(mapping), _named(subjects | formers.keys()), said)


def _of_the_group(content: Content) -> dict[str, str]:
    return {name: text for name, text in content.about.items() if name in OF_THE_GROUP}


def _marked(content: Content, pin: Pin | None, directory: str) -> dict[str, str | None]:
    """Return what a binding says of its group, with what is known now of it and its directory.

    A partner's group may have the same id: of that nothing is known here.
    """
    said: dict[str, str | None] = {**_of_the_group(content), ANNOTATION: None}
    if pin is None or (said.get("directory"), said.get("group-id")) != (directory, pin.group_id):
        return said
    since = pin.missing_since
    return {
        **said,
        "directory-id": pin.directory_id or said.get("directory-id"),
        "missing-since": stamp(since) if since else None,
    }


def _named(groups: Iterable[str]) -> Iterator[Subject]:
    return (Subject("Group", name) for name in groups)


def _role(mapping: AccessMapping) -> RoleRef:
    return RoleRef("ClusterRole", mapping.cluster_role)
