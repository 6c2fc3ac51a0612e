"""The status of each object."""
