"""Decisions as pure functions over values. No I/O, clock, logger or SDK."""
