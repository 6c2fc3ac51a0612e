"""The faults of what the operator runs on, and that it heals by itself."""
