"""The index of what bindings pin: one binding costs the same beside many as beside few."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from fakes.values import content, key
from groupaccess.application.state.pin_index import PinIndex
from groupaccess.domain.binding import Binding

if TYPE_CHECKING:
    from _collections_abc import dict_items

UNTIL = "2026-11-28T12:05:00Z"


class Counting(Counter[str]):
    """Counts how many of its entries are looked at one by one."""

    looks = 0

    def __iter__(self) -> Iterator[str]:
        for name in super().__iter__():
            type(self).looks += 1
            yield name

    def items(self) -> "dict_items[str, int]":
        type(self).looks += len(self)
        return super().items()


def renamed(name: str) -> Binding:
    """Return a binding of a group, with a former subject."""
    about: dict[str, Any] = {"directory": "default", "group": name, "group-id": f"id-{name}"}
    about["former-subjects"] = f'{{"former-{name}": {{"until": "{UNTIL}"}}}}'
    bound = content("view", name, f"former-{name}", **about)
    return Binding(key(name=name), name, "1", bound)


def looks_of_an_update(number: int) -> int:
    """Take in so many bindings, and count what an update of each looks at."""
    made = [renamed(f"g{each}") for each in range(number)]
    pinned = PinIndex(_formers=defaultdict(Counting))
    for each in made:
        pinned.add(each)
    Counting.looks = 0
    for each in made:
        pinned.remove(each)
        pinned.add(each)
    assert len(pinned.former_subjects("default")) == number
    return Counting.looks


def test_an_update_of_a_binding_looks_at_no_other_one() -> None:
    assert looks_of_an_update(200) <= 4 * 200


@pytest.mark.parametrize("times", [1, 2])
def test_what_several_bindings_list_is_known_until_the_last_of_them_goes(times: int) -> None:
    pinned = PinIndex()
    for _ in range(times):
        pinned.add(renamed("g"))
    for _ in range(times):
        assert set(pinned.former_subjects("default")) == {"former-g"}
        pinned.remove(renamed("g"))
    assert set(pinned.former_subjects("default")) == set()
