"""What every binding was at each moment, and whom it bound."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from fakes.kube.storage import Key
from simulation.rules import EVIL, Bound


@dataclass(frozen=True)
class State:
    """What a binding was from a moment on; without subjects nobody is bound."""

    at: float
    bound: Bound | None

    @property
    def binds(self) -> bool:
        return self.bound is not None and bool(self.bound.subjects)

    @property
    def grants(self) -> bool:
        return self.bound is not None and self.binds and self.bound.has_its_role


class History:
    """The states of all bindings, by name and by place."""

    def __init__(self) -> None:
        self._states: defaultdict[str, dict[str, list[State]]] = defaultdict(dict)

    def add(self, key: Key, state: State) -> None:
        """Note what a binding is from now on."""
        self._states[key.name].setdefault(key.namespace, []).append(state)

    def is_evil(self, name: str) -> bool:
        """Tell whether somebody else put a subject into one of these bindings."""
        states = (state for places in self._states[name].values() for state in places)
        return any(state.bound and EVIL in state.bound.subjects for state in states)

    def counts(self, name: str, since: float) -> list[int]:
        """Return in how many places a name granted, at each moment since then."""
        places = self._states[name].values()
        moments = sorted(
            {since, *(state.at for states in places for state in states if state.at > since)}
        )
        states_then = [[_at(states, moment) for states in places] for moment in moments]
        return [sum(state.grants for state in states) for states in states_then]

    def lasting(self, name: str, since: float) -> int:
        """Return in how many places a name granted at every moment since then.

        A binding that is seen to go counts beside one that was made unseen in another place.
        """
        return sum(all(s.grants for s in states) for states in self._recent(name, since))

    def places(self, name: str, since: float, *, any_role: bool) -> int:
        """Return in how many places a name granted (or any role) at some moment since then.

        What went unseen in one place counts beside what was written in another.
        """
        recent = self._recent(name, since)
        return sum(any(s.binds if any_role else s.grants for s in states) for states in recent)

    def _recent(self, name: str, since: float) -> Iterator[list[State]]:
        """Yield what the binding in each place was since then."""
        for states in self._states[name].values():
            yield [_at(states, since), *(state for state in states if state.at > since)]

    def grants(self, name: str, place: str) -> bool:
        """Tell whether a binding grants now."""
        states = self._states[name].get(place)
        return states is not None and states[-1].grants

    def elsewhere(self, bound: Bound, pin: str, since: float) -> set[str]:
        """Return the subjects of the object's other bindings for the same group."""
        subjects: set[str] = set()
        for states in self._of_access(bound.name.access):
            for state in (_at(states, since), states[-1]):
                if state.bound and state.bound.annotation("group-id") == pin:
                    subjects |= set(state.bound.subjects)
        return subjects

    def ever(self, bound: Bound, pin: str) -> Iterator[Bound]:
        """Yield all that the object's bindings ever were for the same group."""
        for states in self._of_access(bound.name.access):
            for state in states:
                if state.bound is None or state.bound.stored is bound.stored:
                    continue
                if state.bound.annotation("group-id") == pin:
                    yield state.bound

    def _of_access(self, access: str) -> Iterator[list[State]]:
        """Yield the states of each binding of a GroupAccess."""
        for name, by_place in self._states.items():
            if name.startswith(f"groupaccess:{access}:"):
                yield from by_place.values()


def _at(states: list[State], moment: float) -> State:
    """Return the state at a moment."""
    index = bisect_right(states, moment, key=lambda state: state.at)
    return states[index - 1] if index else State(0.0, None)
