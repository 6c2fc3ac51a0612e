"""Checks that a person asks for, with rights of their own; the operator runs none of them."""
