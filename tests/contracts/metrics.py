"""What the port `Metrics` promises."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from groupaccess.application.ports.metrics import Metrics


@dataclass(frozen=True)
class Times:
    """How many durations were observed, and their sum in seconds."""

    count: float = 0
    seconds: float = 0


NEVER = Times()


@dataclass(frozen=True)
class Figures:
    """All that is measured; what a test leaves out is as at the start."""

    additions: float = 0
    retries: float = 0
    depth: float = 0
    waits: Times = NEVER
    results: Mapping[str, float] = field(default_factory=dict)
    errors: float = 0
    durations: Times = NEVER
    repairs: float = 0
    differences: float = 0
    leads: bool = False
    ahead: float = 0
    guards: Mapping[str, bool] = field(default_factory=dict)
    reads: Mapping[tuple[str, str], float] = field(default_factory=dict)  # by directory and reason
    read_durations: Mapping[str, Times] = field(default_factory=dict)  # by directory


class Board(Protocol):
    """Metrics, and who reads them."""

    port: Metrics

    def read(self) -> Figures:
        """Return what they are now."""


class MetricsContract:
    """Subclasses give the fixture `board`."""

    def test_at_the_start_nothing_has_happened_and_this_replica_does_not_lead(
        self, board: Board
    ) -> None:
        assert board.read() == Figures()

    def test_keys_that_are_added_and_retried_are_counted(self, board: Board) -> None:
        board.port.queue_added()
        board.port.queue_added()
        board.port.queue_retried()
        assert board.read() == Figures(additions=2, retries=1)

    def test_how_many_keys_wait_is_what_was_said_last(self, board: Board) -> None:
        board.port.queue_depth(3)
        board.port.queue_depth(1)
        assert board.read() == Figures(depth=1)

    def test_each_wait_is_observed(self, board: Board) -> None:
        board.port.queue_duration(0.5)
        board.port.queue_duration(100)
        assert board.read() == Figures(waits=Times(2, 100.5))

    def test_reconciles_are_counted_by_result_and_errors_apart(self, board: Board) -> None:
        for result in ("success", "error", "success", "requeue_after"):
            board.port.reconcile_finished(result, 0.25)
        results = {"success": 2, "error": 1, "requeue_after": 1}
        assert board.read() == Figures(results=results, errors=1, durations=Times(4, 1))

    def test_each_repair_is_counted(self, board: Board) -> None:
        board.port.drift_corrected()
        board.port.drift_corrected()
        assert board.read() == Figures(repairs=2)

    def test_the_differences_of_all_audits_are_added(self, board: Board) -> None:
        for differences in (2, 0, 1):
            board.port.audit_differences(differences)
        assert board.read() == Figures(differences=3)

    def test_whether_this_replica_leads_is_what_was_said_last(self, board: Board) -> None:
        board.port.leader_status(yes=True)
        assert board.read() == Figures(leads=True)
        board.port.leader_status(yes=False)
        assert board.read() == Figures()

    def test_a_clock_is_ahead_or_behind_as_was_said_last(self, board: Board) -> None:
        board.port.clock_difference(4)
        board.port.clock_difference(-2.5)
        assert board.read() == Figures(ahead=-2.5)

    def test_each_policy_is_in_force_or_not_as_was_said_last(self, board: Board) -> None:
        for policy, yes in (("one", True), ("other", True), ("one", False)):
            board.port.bind_guard_in_force(policy, yes=yes)
        assert board.read() == Figures(guards={"one": False, "other": True})

    def test_rounds_are_counted_by_directory_and_reason_and_timed_by_directory(
        self, board: Board
    ) -> None:
        for name, reason in (("a", ""), ("a", "LoginFailed"), ("a", ""), ("b", "")):
            board.port.directory_read(name, reason, 0.5)
        reads = {("a", ""): 2, ("a", "LoginFailed"): 1, ("b", ""): 1}
        read_durations = {"a": Times(3, 1.5), "b": Times(1, 0.5)}
        assert board.read() == Figures(reads=reads, read_durations=read_durations)
