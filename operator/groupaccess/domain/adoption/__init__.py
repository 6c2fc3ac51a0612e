"""From bindings that somebody made by hand to GroupAccesses."""
