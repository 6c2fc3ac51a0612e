"""Checks for a person with rights of their own: no operator runs them, and no command yet."""
