"""Python's garbage collector, in a process that keeps all objects of a cluster."""

import gc

# New objects before the youngest generation is looked at, and so on: Python's own are lower.
THRESHOLDS = (10_000, 20, 20)


def freeze_objects() -> None:
    """Leave what exists now out of all later collections.

    Each of them would stop the operator for a time that grows with the cluster. What is frozen is
    still freed when nothing refers to it any more; only a cycle of references is not found.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
