"""From verdicts to bindings, and to the writes that lead to them."""
