"""What is started for a block, and closed at its end whatever happened in it."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Lifetime(ABC):
    """A context manager that keeps the logs when its block failed."""

    @abstractmethod
    def start(self) -> Self:
        """Start it, and return it when it serves."""

    @abstractmethod
    def close(self, *, keep: bool = False) -> None:
        """End it and remove what it made; `keep` leaves the logs and says where they are."""

    def __enter__(self) -> Self:
        """Start it."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it, keeping the logs when the block failed."""
        self.close(keep=kind is not None)
