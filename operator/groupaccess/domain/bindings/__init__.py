"""From verdicts to the desired bindings, and to the writes that lead to them."""
