"""How far the watches of bindings are: what an own write answers is put in order by that."""

from dataclasses import dataclass, field

from groupaccess.domain.binding import Binding


@dataclass
class WatchProgress:
    """Up to which version the watch of each kind has told of everything.

    An answer that is no newer says nothing that the watch had not told: what is not there by then
    was deleted. What the operator itself deletes the watch may still tell of, as it was before:
    until it has passed that version, the uid is remembered.
    """

    _passed: dict[bool, int] = field(default_factory=dict)  # whether it is in namespaces
    _ended: dict[bool, dict[str, int]] = field(default_factory=lambda: {False: {}, True: {}})

    def advance(self, version: str, *, namespaced: bool) -> None:
        """Keep how far a watch is, and forget the ends that it has passed."""
        now = self._passed[namespaced] = int(version)
        ended = self._ended[namespaced]
        if ended:
            self._ended[namespaced] = {uid: at for uid, at in ended.items() if at > now}

    def is_past(self, binding: Binding) -> bool:
        """Tell whether the watch has told all up to this version of a binding."""
        return int(binding.resource_version) <= self._passed.get(bool(binding.key.namespace), 0)

    def put_deletion(self, binding: Binding) -> None:
        """Keep that a binding was deleted in this version."""
        if not self.is_past(binding):
            self._ended[bool(binding.key.namespace)][binding.uid] = int(binding.resource_version)

    def is_deleted(self, binding: Binding) -> bool:
        """Tell whether it was deleted in this version, or in a later one.

        A later version of it than the deleted one waits for somebody's finalizer: it still binds.
        """
        end = self._ended[bool(binding.key.namespace)].get(binding.uid)
        return end is not None and int(binding.resource_version) <= end
