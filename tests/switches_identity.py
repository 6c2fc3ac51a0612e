"""The guards of what a group is: its id, an absence and its grace, a freeze."""

from switches_kinds import application, domain

IDENTITY_SWITCHES = (
    domain(
        "identity: a pinned id counts, not the name",
        "identity/resolve",
        "    if pin is None:\n        return _resolve_name",
        "    if True:\n        return _resolve_name",
    ),
    domain(
        "identity: an absence is confirmed first",
        "identity/resolve",
        "if pin.group_id not in reading.confirmed_absent",
        "if False",
    ),
    domain(
        "identity: Keycloak is asked by id for what no search shows",
        "directory/questions",
        "if pin.group_id not in shown and _is_searched(pin, answers)",
        "if False",
    ),
    application(
        "silence: a new question that fails makes new grants wait",
        "state/store",
        "self.directories.memory(name).failure = failure\n        return accesses",
        "return accesses",
    ),
    application(
        "silence: a question to a former realm says nothing of the current one",
        "directory/turns",
        "                if self._reads_same_realm(declared):\n",
        "                if True:\n",
    ),
    domain(
        "identity: an object does not inherit the groups of a former one of its name",
        "bindings/renderer",
        "return bool(uids) and self.access.uid not in uids",
        "return False",
    ),
    domain(
        "identity: no subject moves to a mapping with another groupId while nothing is read",
        "bindings/history",
        "return own and group_id == mapping.group_id",
        "return True",
    ),
    application(
        "identity: nothing acts on an absence before each pin was answered",
        "state/directory_memory",
        "if ended.is_whole and self.snapshot is not None",
        "if self.snapshot is not None",
    ),
    application(
        "identity: an absence that no whole round has shown does not act",
        "state/directory_memory",
        "for each in self.confirmed_absent if each in since",
        "for each in since",
    ),
    domain(
        "identity: missing within its grace",
        "identity/resolve",
        "has_ended = now >= end",
        "has_ended = True",
    ),
    domain(
        "identity: missing after its grace",
        "identity/resolve",
        "has_ended = now >= end",
        "has_ended = False",
    ),
    domain(
        "identity: the grace's start counts",
        "identity/resolve",
        "since = min(pin.missing_since or now, ",
        "since = min(",
    ),
    domain(
        "identity: the grace's start is remembered",
        "identity/resolve",
        "confirmed.replace(microsecond=0), now)",
        "now)",
    ),
    application(
        "identity: the grace's start is kept over readings",
        "state/directory_memory",
        "self.absent_since.setdefault(question.group_id, now)",
        "self.absent_since[question.group_id] = now",
    ),
    domain(
        "identity: the grace's start is read from the binding",
        "identity/pins",
        "parse_time(content.annotation(Annotation.MISSING_SINCE))",
        "None",
    ),
    domain(
        "identity: the grace's start is written on the binding",
        "bindings/held_annotations",
        "format_time(since) if since else None",
        "None",
    ),
    domain(
        "identity: replaced is refused",
        "identity/resolve",
        "was, proven=True",
        "was",
    ),
    domain(
        "identity: made anew is not followed",
        "identity/resolve",
        "if not directory.refuses_replaced and mapping.group_id is None",
        "if True",
    ),
    domain(
        "identity: an accepted id bears the name",
        "identity/resolve",
        "if group is not None and mapping.group in group.references",
        "if group is not None",
    ),
    domain(
        "identity: strangers carry the string of one that is gone",
        "verdict/group_rules",
        "        if others:\n            return replaced",
        "        if False:\n            return replaced",
    ),
    domain(
        "identity: a pin is of its directory",
        "identity/pins",
        "or content.annotation(Annotation.DIRECTORY) != directory",
        "",
    ),
    domain(
        "identity: a revoked pin is remembered",
        "bindings/placeholders",
        "return verdict.outcome is not Outcome.GRANT and not verdict.drops_pin",
        "return False",
    ),
)

FREEZE_SWITCHES = (
    domain(
        "freeze: most groups are gone",
        "identity/freeze",
        "if len(absent_in_use) < MIN_ABSENT_GROUPS or 2 * len(absent_in_use) <= len(used)",
        "if True",
    ),
    domain(
        "freeze: another identity",
        "identity/freeze",
        "identity = snapshot.directory_id if another else None",
        "directory_id = None",
    ),
    domain(
        "freeze: one id proves no realm",
        "identity/freeze",
        "return len(used) >= MIN_PRESENT_GROUPS and used",
        "return used",
    ),
    domain(
        "freeze: each id in use proves the realm",
        "identity/freeze",
        "and used <= snapshot.by_id.keys()",
        "and not used.isdisjoint(snapshot.by_id)",
    ),
    domain(
        "freeze: what was made anew counts under Refuse",
        "identity/freeze",
        "if not directory.refuses_replaced",
        "if True",
    ),
    domain(
        "freeze: two successors are none",
        "identity/freeze",
        "snapshot.by_reference.get(use.group, ())) == 1",
        "snapshot.by_reference.get(use.group, ())) >= 1",
    ),
    domain(
        "freeze: an acknowledgement names the identity",
        "identity/freeze",
        '_token("i", [anomaly.new_directory_id]) not in tokens',
        "not tokens",
    ),
    domain(
        "freeze: an acknowledgement names the groups",
        "identity/freeze",
        '_token("g", anomaly.absent) not in tokens',
        "not tokens",
    ),
    application(
        "freeze: only what was acknowledged was seen",
        "state/freeze_monitor",
        "elif directory.acknowledged.issuperset(anomaly.tokens)",
        "elif directory.acknowledged",
    ),
)
