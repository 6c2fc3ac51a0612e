"""How far the watches of bindings are: the responses to own writes are ordered by that."""

from dataclasses import dataclass, field

from groupaccess.domain.binding import Binding


@dataclass
class WatchProgress:
    """Up to which resourceVersion the watch of each kind has reported everything.

    A response that is no newer contains nothing that the watch has not reported: an object that is
    missing by then was deleted. The watch may still report the earlier state of a binding that the
    operator deleted: until it has passed that version, the uid is remembered.
    """

    _passed: dict[bool, int] = field(default_factory=dict)  # by: is it namespaced?
    _ended: dict[bool, dict[str, int]] = field(default_factory=lambda: {False: {}, True: {}})

    def advance(self, version: str, *, namespaced: bool) -> None:
        """Record how far a watch is, and forget the deletions that it has passed."""
        now = self._passed[namespaced] = int(version)
        ended = self._ended[namespaced]
        if ended:
            self._ended[namespaced] = {uid: at for uid, at in ended.items() if at > now}

    def is_past(self, binding: Binding) -> bool:
        """Return whether the watch has reported everything up to this version of a binding."""
        return int(binding.resource_version) <= self._passed.get(bool(binding.key.namespace), 0)

    def put_deletion(self, binding: Binding) -> None:
        """Record that a binding was deleted at this version."""
        if not self.is_past(binding):
            self._ended[bool(binding.key.namespace)][binding.uid] = int(binding.resource_version)

    def is_deleted(self, binding: Binding) -> bool:
        """Return whether the binding was deleted at this version, or at a later one.

        A version later than the deleted one is of a binding that waits for a finalizer: it still
        grants.
        """
        end = self._ended[bool(binding.key.namespace)].get(binding.uid)
        return end is not None and int(binding.resource_version) <= end
