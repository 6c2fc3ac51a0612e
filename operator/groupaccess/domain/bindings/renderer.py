"""What the bindings of one GroupAccess are to say, by the verdicts on its mappings."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.binding import BindingContent, BindingKey, RoleRef, Subject
from groupaccess.domain.bindings.desired_state import (
    expiry_annotation,
    render_content,
    role_in_name,
)
from groupaccess.domain.bindings.group_rename import current_group, max_former_lifetime
from groupaccess.domain.bindings.history import BindingHistory, EarlierGrant
from groupaccess.domain.identity.former_subjects import (
    FORMER_ANNOTATION,
    FormerSubjects,
    former_annotation,
    former_subjects,
    unexpired,
)
from groupaccess.domain.identity.pins import Pin
from groupaccess.domain.timestamp import format_time
from groupaccess.domain.tokens.group_claims import plausible_subjects
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome, Verdict

# What a binding says of the group that it was made for; it goes along when the binding changes.
GROUP_ANNOTATIONS = (
    "directory",
    "directory-id",
    "group",
    "group-id",
    "group-name",
    "group-path",
    "missing-since",
    "replaced-id",
    FORMER_ANNOTATION,
)


@dataclass(frozen=True, slots=True)
class BindingRenderer:
    """What the contents of one GroupAccess are drawn from; see `desired`."""

    access: Access
    given: EvaluationContext
    bindings: BindingHistory
    moved: dict[str, BindingContent | None] = field(default_factory=dict)  # by the mapping's name

    def content(self, verdict: Verdict, key: BindingKey) -> BindingContent | None:
        """Return what the binding should say, or None when nothing new is to be said."""
        if verdict.outcome is Outcome.GRANT:
            return self._granted_content(verdict, key)
        if verdict.suspended:
            return None
        content = self._last_applied(verdict, key)
        if (
            content is None
            and verdict.directory_unavailable
            and not self.still_matches(verdict.mapping, key)
        ):
            name = verdict.mapping.name
            if name not in self.moved:
                self.moved[name] = self._moved(verdict)
            return self.moved[name]
        return content

    def still_matches(self, mapping: AccessMapping, key: BindingKey) -> bool:
        """Tell whether a standing binding is still what is declared.

        One without annotations stays: nothing says that it stood for another group or directory.
        """
        binding = self.bindings.existing.get(key)
        if binding is None or binding.content.role != _role(mapping):
            return False
        directory, group = (binding.content.annotation(each) for each in ("directory", "group"))
        known = self.bindings
        return directory in {None, *known.directories} and group in {
            None,
            *known.spellings(mapping),
        }

    def without_ended_subjects(self, key: BindingKey) -> BindingContent | None:
        """Return a standing binding without the former subjects whose end has come.

        None when there are none. Nobody is bound by that who is not bound now, and what others did
        to the binding is not taken for something that was applied.
        """
        binding, role = self.bindings.existing.get(key), role_in_name(key)
        namespace = self.given.namespaces.get(key.namespace)
        if binding is None or binding.content.role != role or (namespace and namespace.terminating):
            return None
        content, last = binding.content, self.bindings.applied.get(key)
        before = self.bindings.earlier_grant(key, content)
        formers = unexpired(
            before.former, self.given.now, max_former_lifetime(self.given.directory)
        )
        taken_over = self._subjects_taken_over(content.groups, before)
        if formers == former_subjects(content) and not taken_over:
            return None
        ours = before.subjects if last is None else {*content.groups} & {*last.groups}
        formers = {name: item for name, item in formers.items() if name not in taken_over}
        subjects = (ours - before.former.keys() - taken_over) | formers.keys()
        text = {**content.own_annotations, FORMER_ANNOTATION: None, **former_annotation(formers)}
        return render_content(self.access, role, _group_subjects(subjects), text)

    def _granted_content(self, verdict: Verdict, key: BindingKey) -> BindingContent:
        group, snapshot = verdict.group, self.given.reading.snapshot
        current = current_group(verdict, self.given)
        if group is None or snapshot is None or current is None:
            raise ValueError("only a group that was read can be granted")
        text = {
            "directory": self.access.directory,
            "directory-id": snapshot.directory_id,
            "group": verdict.mapping.group,
            "group-id": group.id,
            "group-name": group.name,
            "group-path": group.path,
            "replaced-id": verdict.replaced_id,
        }
        subjects = frozenset(verdict.subjects)
        if verdict.incomplete:
            subjects |= self._of_unknown_clients(verdict.mapping, key, group.path)
        role = _role(verdict.mapping)
        before = self.bindings.earlier_grants(verdict.mapping, key, role, group.id)
        formers = replace(current, subjects=subjects).former_subjects(before, self.given.now)
        return self._render(verdict.mapping, subjects, formers, text)

    def _of_unknown_clients(
        self, mapping: AccessMapping, key: BindingKey, path: str
    ) -> frozenset[str]:
        """Return what was bound for clients whose strings are not known now."""
        content = self.bindings.last_content(key)
        if content is None or not self.bindings.is_for(mapping, content):
            return frozenset()
        if content.annotation("group-path") != path:
            return frozenset()
        return self._plausible(path, content) - former_subjects(content).keys()

    def _last_applied(self, verdict: Verdict, key: BindingKey) -> BindingContent | None:
        """Return what was last proven under this very name, so that drift can be repaired to it.

        When Keycloak was asked, it says since when the group is missing, or no longer does, and
        which identity the directory has.
        """
        mapping, last = verdict.mapping, self.bindings.applied.get(key)
        if last is not None and self.bindings.is_for(mapping, last):
            return self._preserved(verdict, last, self.bindings.earlier_grant(key, last))
        if verdict.pin is None or not self.still_matches(mapping, key):
            return None
        now = self.bindings.existing[key].content
        preserved = self._preserved(verdict, now, self.bindings.earlier_grant(key, now))
        return None if _group_annotations(preserved) == _group_annotations(now) else preserved

    def _moved(self, verdict: Verdict) -> BindingContent | None:
        """Carry the strings of an unchanged group to its new place while nothing is read."""
        mapping, bindings = verdict.mapping, self.bindings
        for key, content in sorted(bindings.applied.items()):
            if content.subjects and bindings.is_for(mapping, content):
                return self._preserved(verdict, content, bindings.earlier_grant(key, content))
        for key, binding in sorted(bindings.existing.items()):
            content = binding.content
            plausible = self._plausible(mapping.group, content)
            before = bindings.earlier_grant(key, content).restrict_to(plausible)
            if before.subjects and bindings.is_for(mapping, content):
                return self._preserved(verdict, content, before)
        return None

    def _preserved(
        self, verdict: Verdict, content: BindingContent, before: EarlierGrant
    ) -> BindingContent:
        """Return what a binding goes on to say: nobody is added."""
        now, current = self.given.now, current_group(verdict, self.given)
        subjects = before.subjects
        text = _updated_annotations(content, verdict.pin, self.access.directory)
        if current is None:
            formers = unexpired(before.former, now, max_former_lifetime(self.given.directory))
        else:
            formers = current.former_subjects([before], now)
            subjects = subjects if current.subjects is None else subjects & current.subjects
        taken_over = self._subjects_taken_over(subjects | formers.keys(), before)
        formers = {name: item for name, item in formers.items() if name not in taken_over}
        subjects -= taken_over
        return self._render(verdict.mapping, subjects, formers, text)

    def _subjects_taken_over(self, subjects: Iterable[str], before: EarlierGrant) -> frozenset[str]:
        """Return the subjects that another directory has taken over with its prefix.

        That is no word of Keycloak's: it is declared so, and acts whatever holds the mapping.
        """
        directory, prefixes = self.given.directory, self.given.prefixes
        own = directory.groups_prefix if directory else ""
        bare = {before.path, before.name, *before.former}
        return frozenset(each for each in subjects if prefixes.own_now(each, own, bare))

    def _plausible(self, group: str, content: BindingContent) -> frozenset[str]:
        """Return the subjects that the declared group can have: drift must not become a grant."""
        directory = self.given.directory
        prefix = directory.groups_prefix if directory else ""
        return frozenset(s.name for s in plausible_subjects(group, content, prefix))

    def _render(
        self,
        mapping: AccessMapping,
        subjects: AbstractSet[str],
        formers: FormerSubjects,
        text: Mapping[str, str | None],
    ) -> BindingContent:
        current = {**text, **former_annotation(formers), **expiry_annotation(mapping)}
        return render_content(
            self.access, _role(mapping), _group_subjects(subjects | formers.keys()), current
        )


def _group_annotations(content: BindingContent) -> dict[str, str]:
    return {
        name: text for name, text in content.own_annotations.items() if name in GROUP_ANNOTATIONS
    }


def _updated_annotations(
    content: BindingContent, pin: Pin | None, directory: str
) -> dict[str, str | None]:
    """Return what a binding says of its group, with what is known now of it and its directory.

    A partner's group may have the same id: of that nothing is known here.
    """
    current: dict[str, str | None] = {**_group_annotations(content), FORMER_ANNOTATION: None}
    if pin is None or (current.get("directory"), current.get("group-id")) != (
        directory,
        pin.group_id,
    ):
        return current
    since = pin.missing_since
    return {
        **current,
        "directory-id": pin.directory_id or current.get("directory-id"),
        "missing-since": format_time(since) if since else None,
    }


def _group_subjects(groups: Iterable[str]) -> Iterator[Subject]:
    return (Subject("Group", name) for name in groups)


def _role(mapping: AccessMapping) -> RoleRef:
    return RoleRef("ClusterRole", mapping.cluster_role)
