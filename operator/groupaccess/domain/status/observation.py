"""What is bound for a GroupAccess now, compared with the desired state."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from groupaccess.domain.binding import Binding, BindingKey, BindingName, RoleRef
from groupaccess.domain.bindings.desired_state import DesiredState
from groupaccess.domain.bindings.other_grants import OtherGrants
from groupaccess.domain.bindings.plan import is_ours
from groupaccess.domain.failure import Failure
from groupaccess.domain.identity.former_subjects import FormerSubject, former_subjects, merge_former

MAX_SUBJECTS = 32  # groups that a status shows


@dataclass(frozen=True, slots=True)
class MappingBindings:
    """The bindings of one mapping that have subjects.

    `exact` are as desired, `allowed` are places where something is bound that may be, `extra`
    should be gone, `ending` end with their terminating namespace. `faulty` are those of the mapping
    that could not be written or deleted.
    """

    exact: frozenset[BindingKey] = frozenset()
    allowed: frozenset[BindingKey] = frozenset()
    extra: frozenset[BindingKey] = frozenset()
    ending: frozenset[BindingKey] = frozenset()
    faulty: frozenset[BindingKey] = frozenset()

    @property
    def any_bound(self) -> bool:
        """Tell whether any subject is bound."""
        return bool(self.allowed or self.extra or self.ending)


@dataclass(frozen=True, slots=True)
class Observation:
    """What the watch and the answers to the operator's writes show of one GroupAccess.

    `bindings` are the operator's that have subjects, by the name of their mapping. `faults` are
    writes and deletions that fail, `pending` those that have no answer yet. `other_grants` are
    other bindings for the same right, by the mapping's name.
    """

    bindings: Mapping[str, Mapping[BindingKey, Binding]] = field(default_factory=dict)
    faults: Mapping[BindingKey, Failure] = field(default_factory=dict)
    pending: AbstractSet[BindingKey] = frozenset()
    other_grants: Mapping[str, OtherGrants] = field(default_factory=dict)

    def subjects(self, mapping: str, keys: Iterable[BindingKey]) -> tuple[str, ...]:
        """Return the groups that some bindings of a mapping name, sorted, at most MAX_SUBJECTS."""
        bound = self.bindings.get(mapping, {})
        named = {group for key in keys for group in bound[key].content.groups}
        return tuple(sorted(named))[:MAX_SUBJECTS]

    def former(self, mapping: str, keys: Iterable[BindingKey]) -> dict[str, FormerSubject]:
        """Return the former subjects that some bindings of a mapping bind."""
        bound = self.bindings.get(mapping, {})
        return merge_former(former_subjects(bound[key].content) for key in keys)

    def compare(
        self, mapping: str, keys: Iterable[BindingKey], desired: DesiredState
    ) -> MappingBindings:
        """Compare a mapping's bindings by role, subjects and place; `keys` are its places."""
        theirs = self.bindings.get(mapping, {})
        here = frozenset(keys)
        may = {key for key in theirs if _may_be(key, desired) and _has_role(theirs[key])}
        places = may & here
        return MappingBindings(
            exact=frozenset(key for key in places if _is_exact(theirs[key], desired)),
            allowed=frozenset(places),
            extra=frozenset(theirs.keys() - may),
            ending=frozenset(may - here),
            faulty=frozenset(key for key in self.faults if mapping_in_name(key) == mapping),
        )


def bindings_by_mapping(bindings: Iterable[Binding]) -> dict[str, dict[BindingKey, Binding]]:
    """Index the operator's bindings that have subjects by the mapping in their names."""
    result: dict[str, dict[BindingKey, Binding]] = {}
    for binding in bindings:
        mapping = mapping_in_name(binding.key)
        if mapping is not None and binding.content.subjects and is_ours(binding):
            result.setdefault(mapping, {})[binding.key] = binding
    return result


def mapping_in_name(key: BindingKey) -> str | None:
    """Return the mapping's name that a reserved name contains, None for another name."""
    name = BindingName.parse(key.name)
    return name.mapping if name else None


def _may_be(key: BindingKey, desired: DesiredState) -> bool:
    content = desired.contents.get(key)
    return key in desired.preserved or (content is not None and bool(content.subjects))


def _is_exact(binding: Binding, desired: DesiredState) -> bool:
    content = desired.contents.get(binding.key)
    return content is None or set(content.subjects) == set(binding.content.subjects)


def _has_role(binding: Binding) -> bool:
    name = BindingName.parse(binding.key.name)
    return name is not None and binding.content.role == RoleRef("ClusterRole", name.cluster_role)
