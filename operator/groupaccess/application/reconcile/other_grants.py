"""Finds other bindings that grant the same as a GroupAccess, also for revoked mappings."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from groupaccess.application.state.grant_index import BoundRole
from groupaccess.application.state.object_memory import DeclaredGroup
from groupaccess.application.state.store import Store
from groupaccess.domain.access.group_access import Access, AccessMapping
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.bindings.other_grants import (
    OtherGrants,
    equal_or_wider_roles,
    summarize_other_grants,
)
from groupaccess.domain.tokens.group_claims import plausible_subjects
from groupaccess.domain.verdict.verdict import Outcome, Verdict


class OtherGrantsFinder:
    """Finds the other bindings for the same right.

    The subjects of a revoked mapping are remembered, for when Keycloak does not show which ones it
    would have.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def remember_revoked(
        self, access: Access, verdicts: Iterable[Verdict], desired: DesiredState
    ) -> None:
        """Remember the subjects of mappings that are about to be revoked; forget all others."""
        memory = self._store.memory(access.name)
        before, memory.last_subjects = memory.last_subjects, {}
        for mapping in (each.mapping for each in verdicts if each.outcome is Outcome.REVOKE):
            declared = DeclaredGroup(access.directory, mapping.group)
            groups = self._bound(access, mapping, desired) or before.get(declared)
            if groups:
                memory.last_subjects[declared] = groups

    def find_and_track(
        self, access: Access, verdicts: Iterable[Verdict], desired: DesiredState
    ) -> dict[str, OtherGrants]:
        """Return the other grants of each mapping that has some, by the mapping's name.

        Track what it binds: it is requeued when another binding gives one of these groups a role.
        """
        grants, bound = self._store.bindings.grants, set[BoundRole]()
        result: dict[str, OtherGrants] = {}
        contents = self._contents(access, desired)
        for verdict in verdicts:
            mapping = verdict.mapping
            keys = _keys(access, mapping, desired)
            if verdict.outcome is Outcome.REVOKE:
                declared = DeclaredGroup(access.directory, mapping.group)
                last = self._store.memory(access.name).last_subjects.get(declared, frozenset())
                groups = frozenset(verdict.potential_subjects) or last
            else:
                keys &= contents.keys()
                groups = frozenset(group for key in keys for group in contents[key])
            bound |= {BoundRole(group, mapping.cluster_role) for group in groups}
            namespaces = {key.namespace for key in keys}
            roles = equal_or_wider_roles(mapping.cluster_role, namespaces)
            also = summarize_other_grants(grants.others(groups, roles, keys))
            if also is not None:
                result[mapping.name] = also
        grants.track(access.name, frozenset(bound))
        return result

    def _contents(self, access: Access, desired: DesiredState) -> dict[BindingKey, tuple[str, ...]]:
        """Return the groups in each binding that is desired or preserved."""
        existing = self._store.bindings_of(access.name)
        groups = {key: existing[key].content.groups for key in desired.preserved if key in existing}
        return groups | {want.key: want.content.groups for want in desired.bindings}

    def _bound(
        self, access: Access, mapping: AccessMapping, desired: DesiredState
    ) -> frozenset[str]:
        """Return the groups in the mapping's bindings, if they belong to the declared group."""
        existing = self._store.bindings_of(access.name)
        directory = self._store.directories.declared.get(access.directory)
        prefix = directory.directory.groups_prefix if directory else ""
        declared = (access.directory, mapping.group)
        contents = (
            existing[key].content for key in _keys(access, mapping, desired) if key in existing
        )
        return frozenset(
            subject.name
            for content in contents
            if content.declared_group == declared
            for subject in plausible_subjects(mapping.group, content, prefix)
        )


def _keys(access: Access, mapping: AccessMapping, desired: DesiredState) -> AbstractSet[BindingKey]:
    where = desired.placements[mapping.name]
    return {access.binding_key(mapping, each) for each in (*where.active, *where.terminating)}
