"""Every binding of the cluster: by key, and by the GroupAccess in its name."""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from groupaccess.application.state.grant_index import GrantIndex
from groupaccess.application.state.object_memory import BindingMemory
from groupaccess.application.state.pin_index import PinIndex
from groupaccess.application.state.watch_progress import WatchProgress
from groupaccess.domain.binding import Binding, BindingKey, BindingName

NOTHING: frozenset[str] = frozenset()


@dataclass
class BindingIndex:
    """The bindings of the cluster, and what each of them grants.

    `on_other_grants_change` is called with the GroupAccesses whose status tells of other bindings,
    when such a binding has changed. The change may come from a watch or from an own write.
    """

    on_other_grants_change: Callable[[AbstractSet[str]], None] = lambda _: None
    by_key: dict[BindingKey, Binding] = field(default_factory=dict)
    pins: PinIndex = field(default_factory=PinIndex)
    grants: GrantIndex = field(default_factory=GrantIndex)
    memories: dict[str, BindingMemory] = field(default_factory=dict)  # by uid
    _by_owner: dict[str, dict[BindingKey, Binding]] = field(default_factory=dict)
    _progress: WatchProgress = field(default_factory=WatchProgress)

    def put(self, binding: Binding) -> AbstractSet[str]:
        """Store a binding, unless a newer version is known; return the affected GroupAccess.

        It comes from a watch or from the response to an own write, in any order.
        """
        return NOTHING if self._progress.is_past(binding) else self._keep(binding)

    def replace(
        self, bindings: Iterable[Binding], version: str, *, namespaced: bool
    ) -> AbstractSet[str]:
        """Store a complete list of one kind, as of `version`; return the affected GroupAccesses.

        A binding that is not listed was deleted, unless it was written after `version`.
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
        """Record that the watch of one kind has reported everything up to `version`."""
        self._progress.advance(version, namespaced=namespaced)

    def _keep(self, binding: Binding) -> AbstractSet[str]:
        """Store a binding, unless a newer version or its deletion is known.

        resourceVersions grow over all objects, so a late event of a deleted binding does not hide a
        new binding of the same name.
        """
        previous = self.by_key.get(binding.key)
        newer = previous is not None and int(previous.resource_version) > int(
            binding.resource_version
        )
        if newer or self._progress.is_deleted(binding):
            return NOTHING
        if previous is not None:
            self.pins.remove(previous)
            if previous.uid != binding.uid:
                self.memories.pop(previous.uid, None)
            elif previous.was_owned and not binding.content.owners:
                lost = previous.content.owners or previous.lost_owners
                binding = replace(binding, lost_owners=lost)
        self.by_key[binding.key] = binding
        self.pins.add(binding)
        for owner in _owner(binding.key):
            self._by_owner.setdefault(owner, {})[binding.key] = binding
        self._regrant(previous, binding)
        same = previous is not None and (previous.uid, previous.content) == (
            binding.uid,
            binding.content,
        )
        return NOTHING if same else _owner(binding.key)

    def drop(self, key: BindingKey, uid: str) -> AbstractSet[str]:
        """Remove a binding that was deleted, if it still has this uid."""
        previous = self.by_key.get(key)
        if previous is None or previous.uid != uid:
            return NOTHING
        self._progress.put_deletion(previous)
        return self._forget(previous)

    def _forget(self, previous: Binding) -> AbstractSet[str]:
        del self.by_key[previous.key]
        self.memories.pop(previous.uid, None)
        self.pins.remove(previous)
        owners = _owner(previous.key)
        for owner in owners:
            self._by_owner[owner].pop(previous.key, None)
            if not self._by_owner[owner]:
                del self._by_owner[owner]
        self._regrant(previous, None)
        return owners

    @property
    def owners(self) -> AbstractSet[str]:
        """Return the GroupAccesses that occur in the names of bindings."""
        return self._by_owner.keys()

    def of_access(self, access: str) -> Mapping[BindingKey, Binding]:
        """Return the bindings with the reserved names of a GroupAccess."""
        return self._by_owner.get(access, {})

    def _regrant(self, before: Binding | None, now: Binding | None) -> None:
        (key,) = {each.key for each in (before, now) if each is not None}
        if concerned := self.grants.replace(before, now) - _owner(key):
            self.on_other_grants_change(concerned)


def _owner(key: BindingKey) -> AbstractSet[str]:
    name = BindingName.parse(key.name)
    return NOTHING if name is None else {name.owner}
