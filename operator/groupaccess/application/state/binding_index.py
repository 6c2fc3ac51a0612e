"""Every binding of the cluster: by key, by the GroupAccess whose name it bears, and by group."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from groupaccess.application.state.object_memory import BindingMemory
from groupaccess.application.state.pin_index import PinIndex
from groupaccess.application.state.reference_index import discard
from groupaccess.application.state.watch_progress import WatchProgress
from groupaccess.domain.binding import Binding, BindingKey, BindingName

NOTHING: frozenset[str] = frozenset()


@dataclass
class BindingIndex:
    """The bindings of the cluster, and which GroupAccesses bind which groups.

    `on_shared_group_change` is called with those that bind a group which a changed binding of
    somebody else names, whether a watch brought the news or the own writer.
    """

    on_shared_group_change: Callable[[AbstractSet[str]], None] = lambda _: None
    by_key: dict[BindingKey, Binding] = field(default_factory=dict)
    pins: PinIndex = field(default_factory=PinIndex)
    memories: dict[str, BindingMemory] = field(default_factory=dict)  # by uid
    _by_owner: dict[str, dict[BindingKey, Binding]] = field(default_factory=dict)
    _by_group: defaultdict[str, set[BindingKey]] = field(default_factory=lambda: defaultdict(set))
    _binders: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _bound: dict[str, frozenset[str]] = field(default_factory=dict)
    _progress: WatchProgress = field(default_factory=WatchProgress)

    def put(self, binding: Binding) -> AbstractSet[str]:
        """Keep a binding, unless newer news of it are known; return whose name it bears.

        It may be a watch that tells of it or the answer to an own write, in any order.
        """
        return NOTHING if self._progress.is_past(binding) else self._keep(binding)

    def replace(
        self, bindings: Iterable[Binding], version: str, *, namespaced: bool
    ) -> AbstractSet[str]:
        """Take in a complete list of one kind, as of a version; return whose names are concerned.

        What it lacks has gone, but for what was written after it.
        """
        listed = {binding.key: binding for binding in bindings}
        ended = [
            previous
            for key, previous in self.by_key.items()
            if bool(key.namespace) is namespaced
            and key not in listed
            and int(previous.resource_version) <= int(version)
        ]
        affected = {owner for previous in ended for owner in self._forget(previous)}
        affected.update(owner for each in listed.values() for owner in self._keep(each))
        self._progress.advance(version, namespaced=namespaced)
        return affected

    def watched_until(self, version: str, *, namespaced: bool) -> None:
        """Keep that the watch of one kind has told of everything up to a version."""
        self._progress.advance(version, namespaced=namespaced)

    def _keep(self, binding: Binding) -> AbstractSet[str]:
        """Keep a binding, unless it is known as newer, or known to have ended.

        Versions grow over all objects, so that late news of a deleted binding do not hide its
        namesake.
        """
        previous = self.by_key.get(binding.key)
        newer = previous is not None and int(previous.resource_version) > int(
            binding.resource_version
        )
        if newer or self._progress.is_deleted(binding):
            return NOTHING
        if previous is not None:
            self._unindex(previous)
            if previous.uid != binding.uid:
                self.memories.pop(previous.uid, None)
            elif previous.was_owned and not binding.content.owners:
                binding = replace(binding, lost_owner=True)
        self.by_key[binding.key] = binding
        self.pins.add(binding)
        for owner in _owner(binding.key):
            self._by_owner.setdefault(owner, {})[binding.key] = binding
        for group in binding.content.groups:
            self._by_group[group].add(binding.key)
        if previous is None or previous.content != binding.content:
            self.on_shared_group_change(
                self.accesses_sharing_groups(previous, binding) - _owner(binding.key)
            )
        same = previous is not None and (previous.uid, previous.content) == (
            binding.uid,
            binding.content,
        )
        return NOTHING if same else _owner(binding.key)

    def drop(self, key: BindingKey, uid: str) -> AbstractSet[str]:
        """Forget a binding that was deleted, if it is still that one."""
        previous = self.by_key.get(key)
        if previous is None or previous.uid != uid:
            return NOTHING
        self._progress.put_deletion(previous)
        return self._forget(previous)

    def _forget(self, previous: Binding) -> AbstractSet[str]:
        del self.by_key[previous.key]
        self.memories.pop(previous.uid, None)
        self._unindex(previous)
        owners = _owner(previous.key)
        for owner in owners:
            self._by_owner[owner].pop(previous.key, None)
            if not self._by_owner[owner]:
                del self._by_owner[owner]
        self.on_shared_group_change(self.accesses_sharing_groups(previous) - owners)
        return owners

    @property
    def owners(self) -> AbstractSet[str]:
        """Return the GroupAccesses whose names bindings bear."""
        return self._by_owner.keys()

    def of_access(self, access: str) -> Mapping[BindingKey, Binding]:
        """Return the bindings that bear the reserved names of a GroupAccess."""
        return self._by_owner.get(access, {})

    def naming_groups(self, groups: AbstractSet[str]) -> Iterator[Binding]:
        """Yield the bindings that name one of the groups, some perhaps twice."""
        return (self.by_key[key] for group in groups for key in self._by_group.get(group, ()))

    def track_groups(self, access: str, groups: frozenset[str]) -> None:
        """Keep which groups a GroupAccess binds; none when it is gone."""
        for group in self._bound.pop(access, NOTHING):
            discard(self._binders, group, access)
        if groups:
            self._bound[access] = groups
        for group in groups:
            self._binders[group].add(access)

    def accesses_sharing_groups(self, *bindings: Binding | None) -> AbstractSet[str]:
        """Return the GroupAccesses that bind a group which one of the bindings names."""
        groups = {group for binding in bindings if binding for group in binding.content.groups}
        return {access for group in groups for access in self._binders.get(group, ())}

    def _unindex(self, binding: Binding) -> None:
        self.pins.remove(binding)
        for group in binding.content.groups:
            discard(self._by_group, group, binding.key)


def _owner(key: BindingKey) -> AbstractSet[str]:
    name = BindingName.parse(key.name)
    return NOTHING if name is None else {name.owner}
