"""Requests to ask a directory: everything again, or what is new for some GroupAccesses."""

import asyncio
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field


@dataclass
class DirectoryRequest:
    """What is requested of the loop of one directory.

    `everything` requests a round now, `new` the answers that `accesses` still need.
    """

    everything: asyncio.Event = field(default_factory=asyncio.Event)
    new: asyncio.Event = field(default_factory=asyncio.Event)
    accesses: set[str] = field(default_factory=set)


class DirectoryRequests:
    """The requests by directory. Requests for a directory without a loop are dropped."""

    def __init__(self, enqueue: Callable[[Iterable[str]], None]) -> None:
        self._enqueue = enqueue
        self._open: dict[str, DirectoryRequest] = {}

    def open(self, name: str) -> DirectoryRequest:
        """Return the request that the loop of a directory waits for."""
        return self._open.setdefault(name, DirectoryRequest())

    def close(self, name: str) -> None:
        """Drop what was requested of a directory whose loop ends."""
        self._open.pop(name, None)

    def ask_everything(self, name: str) -> None:
        """Request a round of a directory now."""
        if name in self._open:
            self._open[name].everything.set()

    def ask_new(self, name: str, accesses: Iterable[str] = ()) -> None:
        """Request the questions that were never asked for some GroupAccesses, now.

        In any case the directory's status is written again if it has changed.
        """
        if name in self._open:
            self._open[name].accesses.update(accesses)
            self._open[name].new.set()

    def update_directory(self, name: str, users: AbstractSet[str]) -> None:
        """Update a directory and its users, since it is frozen now, or shares a prefix, or not."""
        self.ask_new(name)
        self._enqueue(users)
