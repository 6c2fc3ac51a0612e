"""What keeps the operator fast among many objects: indexes, and the order of the work queue."""

from switches_kinds import OPERATOR, Switch

STATE = f"{OPERATOR}/application/state"
WORKQUEUE = f"{OPERATOR}/application/workqueue"


def index(name: str, module: str, old: str, new: str) -> Switch:
    """Return a switch in an index; the growth tests have to notice."""
    return Switch(f"index: {name}", f"{STATE}/{module}.py", old, new, ("tests/growth",))


INDEXES = (
    index(
        "who cannot see a change of other grants is not reconciled",
        "grant_index",
        "return rank <= MAX_NAMED_BINDINGS or others <= MAX_COUNTED_BINDINGS",
        "return True",
    ),
    index(
        "a namespace is compared with the selectors of its labels",
        "selector_index",
        "for access in self._candidates(each)",
        "for access in self._scopes",
    ),
    index(
        "few objects have a write that is open or a binding that is missing",
        "cluster_state",
        'yield from filter(attrgetter("attempts"), memories)',
        "yield from memories",
    ),
    index(
        "an answer without groups does not count when the snapshot is built",
        "directory_memory",
        "build_snapshot(self.realm, self._about_groups, self.former_strings)",
        "build_snapshot(self.realm, self.answers, self.former_strings)",
    ),
    index(
        "prefixes are compared when a directory comes or goes, not at each binding",
        "prefix_comparison",
        "return self._bound == bound",
        "return False",
    ),
    index(
        "a freeze is looked for only where an id is absent or another account is named",
        "cluster_state",
        "if last_round.absent or self._names_other_account(name, last_round):",
        "if True:",
    ),
)

ORDER = (
    Switch(
        "queue: what is urgent stays so until Keycloak has answered",
        f"{WORKQUEUE}/requests.py",
        "Priority.HIGH if name in self._urgent else Priority.LOW",
        "Priority.LOW",
        ("tests/growth/test_cold_start.py",),
    ),
    Switch(
        "queue: what has its answers is no longer urgent",
        f"{WORKQUEUE}/requests.py",
        "self._urgent.discard(name)",
        "return",
        ("tests/application/workqueue",),
    ),
    Switch(
        "queue: first passes leave workers to what is urgent",
        f"{WORKQUEUE}/queue.py",
        "len(self._processing_low) >= MAX_LOW_WORKERS",
        "False",
        ("tests/application/workqueue",),
    ),
)
