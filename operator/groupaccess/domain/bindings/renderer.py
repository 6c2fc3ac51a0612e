"""The contents of one GroupAccess's bindings, by the verdicts on its mappings."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.binding import (
    Annotation,
    Binding,
    BindingContent,
    BindingKey,
    RoleRef,
    Subject,
)
from groupaccess.domain.bindings.desired_state import (
    declared_annotations,
    render_content,
    role_in_name,
)
from groupaccess.domain.bindings.group_rename import current_group, max_former_lifetime
from groupaccess.domain.bindings.held_annotations import kept_annotations, updated_annotations
from groupaccess.domain.bindings.history import BindingHistory, EarlierGrant
from groupaccess.domain.directory.group import Group
from groupaccess.domain.identity.former_subjects import (
    FormerSubjects,
    former_annotation,
    former_subjects,
    unexpired,
)
from groupaccess.domain.tokens.group_claims import plausible_subjects
from groupaccess.domain.verdict.verdict import EvaluationContext, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class BindingRenderer:
    """The data from which the contents are rendered; see `build_desired_state`."""

    access: Access
    context: EvaluationContext
    bindings: BindingHistory
    moved: dict[str, BindingContent | None] = field(default_factory=dict)  # by the mapping's name

    def content(self, verdict: Verdict, key: BindingKey) -> BindingContent | None:
        """Return the content that a binding should have, None if there is nothing new to write."""
        if verdict.outcome is Outcome.GRANT:
            return self._granted_content(verdict, key)
        if verdict.suspended:
            return None
        content = self._last_applied(verdict, key)
        if content is None and verdict.may_move and not self.still_matches(verdict.mapping, key):
            name = verdict.mapping.name
            if name not in self.moved:
                self.moved[name] = self._move(verdict)
            return self.moved[name]
        return content

    def still_matches(self, mapping: AccessMapping, key: BindingKey) -> bool:
        """Tell whether an existing binding still has the mapping's role, directory and group.

        A binding without these annotations matches: nothing says that it was for another group or
        directory.
        """
        binding = self.bindings.existing.get(key)
        if binding is None or binding.content.role != _role(mapping):
            return False
        if self.is_of_namesake(binding):
            return False
        directory, group = binding.content.declared_group
        known = self.bindings
        return directory in {None, *known.directories} and group in {
            None,
            *known.spellings(mapping),
        }

    def is_of_namesake(self, binding: Binding) -> bool:
        """Tell whether a binding belongs to a former object of this name.

        It goes with that object, unless an answer of Keycloak grants the same anew: the groups of
        that object are not those that were found for this one.
        """
        owners = (*binding.content.owners, *binding.lost_owners)
        uids = {owner.uid for owner in owners if owner.name == self.access.name}
        return bool(uids) and self.access.uid not in uids

    def without_ended_subjects(self, key: BindingKey) -> BindingContent | None:
        """Return an existing binding without the former subjects that have ended.

        Return None if there are none. Nobody is bound who is not bound now, and what others did to
        the binding does not count as applied.
        """
        binding, role = self.bindings.existing.get(key), role_in_name(key)
        namespace = self.context.namespaces.get(key.namespace)
        if binding is None or binding.content.role != role or (namespace and namespace.terminating):
            return None
        content, last = binding.content, self.bindings.applied.get(key)
        before = self.bindings.earlier_grant(key, content)
        formers = unexpired(
            before.former, self.context.now, max_former_lifetime(self.context.directory)
        )
        taken_over = self._subjects_taken_over(content.groups, before)
        if formers == former_subjects(content) and not taken_over:
            return None
        ours = before.subjects if last is None else {*content.groups} & {*last.groups}
        formers = {name: item for name, item in formers.items() if name not in taken_over}
        subjects = (ours - before.former.keys() - taken_over) | formers.keys()
        text = {
            **content.own_annotations,
            Annotation.FORMER_SUBJECTS: None,
            **former_annotation(formers),
        }
        return render_content(self.access, role, _group_subjects(subjects), text)

    def _granted_content(self, verdict: Verdict, key: BindingKey) -> BindingContent:
        group, snapshot = verdict.group, self.context.reading.snapshot
        current = current_group(verdict, self.context)
        if group is None or snapshot is None or current is None:
            raise ValueError("only a group that was read can be granted")
        text: dict[str, str | None] = {
            Annotation.DIRECTORY: self.access.directory,
            Annotation.DIRECTORY_ID: snapshot.directory_id,
            Annotation.GROUP: verdict.mapping.group,
            Annotation.GROUP_ID: group.id,
            Annotation.GROUP_NAME: group.name,
            Annotation.GROUP_PATH: group.path,
            Annotation.REPLACED_ID: verdict.replaced_id,
        }
        subjects = frozenset(verdict.subjects)
        if verdict.incomplete:
            subjects |= self._of_unknown_clients(verdict.mapping, key, group)
        role = _role(verdict.mapping)
        before = self.bindings.earlier_grants(verdict.mapping, key, role, group.id)
        formers = replace(current, subjects=subjects).former_subjects(before, self.context.now)
        return self._render(verdict.mapping, subjects, formers, text)

    def _of_unknown_clients(
        self, mapping: AccessMapping, key: BindingKey, group: Group
    ) -> frozenset[str]:
        """Return what was bound for clients whose strings are not known now."""
        content = self.bindings.last_content(key)
        if content is None or not self.bindings.is_for(mapping, content):
            return frozenset()
        directory, _ = content.declared_group
        ids = {group.id, content.annotation(Annotation.GROUP_ID)}
        another = directory == self.access.directory and len(ids) > 1
        if another or content.annotation(Annotation.GROUP_PATH) != group.path:
            return frozenset()
        return self._plausible(group.path, content) - former_subjects(content).keys()

    def _last_applied(self, verdict: Verdict, key: BindingKey) -> BindingContent | None:
        """Return the last content of this very binding, so that drift is repaired to it.

        If Keycloak was asked, `missing-since` and `directory-id` follow its answer. A binding that
        was not applied since the start is only written if these annotations change.
        """
        mapping, last = verdict.mapping, self.bindings.applied.get(key)
        if last is not None and self.bindings.is_same_group(mapping, last):
            return self._preserved(verdict, last, self._repairable(verdict, key, last))
        if verdict.pin is None or not self.still_matches(mapping, key):
            return None
        now = self.bindings.existing[key].content
        preserved = self._preserved(verdict, now, self.bindings.earlier_grant(key, now))
        return None if kept_annotations(preserved) == kept_annotations(now) else preserved

    def _move(self, verdict: Verdict) -> BindingContent | None:
        """Carry the subjects of an unchanged group to a new binding while nothing is read."""
        mapping, bindings = verdict.mapping, self.bindings
        for key, content in sorted(bindings.applied.items()):
            before = bindings.movable(key, content)
            if (before.subjects or before.former) and bindings.is_same_group(mapping, content):
                return self._preserved(verdict, content, before)
        for key, binding in sorted(bindings.existing.items()):
            content = binding.content
            if self.is_of_namesake(binding) or not bindings.is_same_group(mapping, content):
                continue
            plausible = self._plausible(mapping.group, content)
            before = bindings.movable(key, content).restrict_to(plausible)
            if before.subjects:
                return self._preserved(verdict, content, before)
        return None

    def _repairable(
        self, verdict: Verdict, key: BindingKey, content: BindingContent
    ) -> EarlierGrant:
        """Return what drift may be repaired to; a group in its grace keeps what it has."""
        last = verdict.last_known
        in_grace = last is not None and last.grace_ends is not None
        if verdict.pin is not None or in_grace:
            return self.bindings.earlier_grant(key, content)
        return self.bindings.repairable(key, content)

    def _preserved(
        self, verdict: Verdict, content: BindingContent, before: EarlierGrant
    ) -> BindingContent:
        """Return the content that a held binding keeps: no subject is added."""
        now, current = self.context.now, current_group(verdict, self.context)
        subjects = before.subjects
        text = updated_annotations(content, verdict.pin, self.access.directory)
        if current is None:
            formers = unexpired(before.former, now, max_former_lifetime(self.context.directory))
        else:
            formers = current.former_subjects([before], now)
            subjects = subjects if current.subjects is None else subjects & current.subjects
        taken_over = self._subjects_taken_over(subjects | formers.keys(), before)
        formers = {name: item for name, item in formers.items() if name not in taken_over}
        subjects -= taken_over
        return self._render(verdict.mapping, subjects, formers, text)

    def _subjects_taken_over(self, subjects: Iterable[str], before: EarlierGrant) -> frozenset[str]:
        """Return the subjects that belong to another directory now, by its prefix.

        This follows from what is declared, not from Keycloak, so that it acts under every Hold.
        """
        directory, prefixes = self.context.directory, self.context.prefixes
        own = directory.groups_prefix if directory else ""
        bare = before.group().possible_claim_values | before.former.keys()
        return frozenset(each for each in subjects if prefixes.own_now(each, own, bare))

    def _plausible(self, group: str, content: BindingContent) -> frozenset[str]:
        """Return the subjects that the declared group can have: drift must not become a grant."""
        directory = self.context.directory
        prefix = directory.groups_prefix if directory else ""
        return frozenset(s.name for s in plausible_subjects(group, content, prefix))

    def _render(
        self,
        mapping: AccessMapping,
        subjects: AbstractSet[str],
        formers: FormerSubjects,
        text: Mapping[str, str | None],
    ) -> BindingContent:
        current = {**text, **former_annotation(formers), **declared_annotations(mapping)}
        return render_content(
            self.access, _role(mapping), _group_subjects(subjects | formers.keys()), current
        )


def _group_subjects(groups: Iterable[str]) -> Iterator[Subject]:
    return (Subject("Group", name) for name in groups)


def _role(mapping: AccessMapping) -> RoleRef:
    return RoleRef("ClusterRole", mapping.cluster_role)
