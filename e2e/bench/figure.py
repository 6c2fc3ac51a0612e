"""One figure of a benchmark."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A figure: what it is, in which unit, its floor (None for none) and the goal of the ratio.

    Without a floor the goal is of the figure itself; None for no goal.
    """

    name: str
    unit: str
    value: float
    floor: float | None
    goal: float | None

    @property
    def compared(self) -> float:
        """Return what the goal is about."""
        return self.value if self.floor is None else self.value / self.floor

    @property
    def met(self) -> bool:
        """Return whether the goal is met."""
        return self.goal is None or self.compared <= self.goal
