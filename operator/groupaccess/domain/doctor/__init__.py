"""Checks that a person runs with rights of their own; the operator runs none of them."""
