"""What is decided: pure functions over values. No I/O, clock, logger or SDK."""
