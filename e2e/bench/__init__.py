"""Measurements: run by hand, printed, and not asserted."""
