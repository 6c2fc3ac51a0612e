"""The guards around strings that tokens from before a rename still carry."""

from switches_kinds import application, domain

FORMER_SWITCHES = (
    domain("former: it ends", "identity/former_subjects", "if now < item.until", "if True"),
    domain(
        "former: no end is far away",
        "identity/former_subjects",
        "min(item.until, limit)",
        "item.until",
    ),
    domain(
        "former: what is listed is bound",
        "identity/former_subjects",
        "in content.groups if",
        "in listed if",
    ),
    domain(
        "former: four are kept",
        "identity/former_subjects",
        "by_end[-MAX_FORMER_SUBJECTS:]",
        "by_end",
    ),
    domain(
        "former: the earlier end counts",
        "identity/former_subjects",
        " or item.until < result[name].until",
        "",
    ),
    domain(
        "former: others carry it", "bindings/group_rename", "any(True for _ in others)", "False"
    ),
    domain(
        "former: its clients are gone",
        "bindings/group_rename",
        "former.clients.isdisjoint(clients)",
        "False",
    ),
    domain(
        "former: it left with its client",
        "bindings/group_rename",
        "or not clients_gone or not remaining",
        "or True",
    ),
    domain("former: the group's own id", "bindings/history", " == group_id\n", " != ''\n"),
    domain(
        "former: no other role or place",
        "bindings/history",
        "if self.existing[other].content.role == role",
        "if True",
    ),
    domain(
        "former: the end of a write that fails",
        "bindings/history",
        "before.with_known_ends(",
        "before.only(",
    ),
    domain(
        "former: Drop",
        "bindings/group_rename",
        "MAX_FORMER_LIFETIME if keeps else timedelta(0)",
        "MAX_FORMER_LIFETIME",
    ),
    domain(
        "former: under any hold",
        "bindings/builder",
        "for want in _without_ended_subjects(renderer, preserved)",
        "for want in ()",
    ),
    domain(
        "former: nothing comes back by an end",
        "bindings/renderer",
        "{*content.groups} & {*last.groups}",
        "{*last.groups}",
    ),
    domain(
        "silence: nothing moves that the last answers objected to",
        "verdict/verdict",
        "return self.directory_unavailable and fine",
        "return self.directory_unavailable",
    ),
    domain(
        "silence: what was read of a group outlives its reading",
        "bindings/group_reading",
        "{group: before[group] for group in bound if group in before}",
        "dict[BoundGroup, GroupReading]()",
    ),
    domain(
        "silence: an outage changes nothing of what was read",
        "bindings/group_reading",
        "return context.reading.failure is None and",
        "return",
    ),
    domain(
        "silence: a frozen directory's answers are not believed",
        "bindings/group_reading",
        "and context.frozen is None",
        "",
    ),
    domain(
        "silence: computed strings that kube-apiserver contradicts are not believed",
        "bindings/group_reading",
        "and not contradicted",
        "",
    ),
    domain(
        "silence: a group that is gone gets nothing new",
        "bindings/group_reading",
        "may_return=False, may_move=False)",
        "may_return=False, may_move=True)",
    ),
    domain(
        "silence: the binding of a group that is gone is not repaired",
        "bindings/group_reading",
        "may_return=False, may_move=False)",
        "may_return=True, may_move=False)",
    ),
    domain(
        "silence: a string that others carry is not moved",
        "bindings/group_reading",
        "may_move=collided is None",
        "may_move=True",
    ),
    domain(
        "silence: a string whose collision revokes is not bound again",
        "bindings/group_reading",
        "may_return=collided is None or not directory.revokes_collided",
        "may_return=True",
    ),
    domain(
        "silence: a former string that others carry is not bound again",
        "bindings/history",
        "- reading.taken",
        "",
    ),
    domain(
        "silence: an unknown client's strings end with a rename",
        "bindings/group_reading",
        "self.incomplete and same_path",
        "self.incomplete",
    ),
    domain(
        "silence: nothing is bound anew that tokens do not carry any more",
        "bindings/history",
        "before.subjects if current is None else current",
        "before.subjects",
    ),
    domain(
        "silence: a group in its grace has its binding repaired",
        "bindings/renderer",
        "if verdict.pin is not None or in_grace:",
        "if verdict.pin is not None:",
    ),
    domain(
        "rename: a former string outlives the deletion of its binding",
        "bindings/renderer",
        "if verdict.pin is not None or in_grace:",
        "if in_grace:",
    ),
    domain(
        "identity: a group that is followed counts as the one before",
        "bindings/history",
        "pin.group_id in ids",
        "pin.group_id == group_id",
    ),
    domain(
        "identity: of two groups of a name the pinned one moves",
        "bindings/history",
        "return not own or pin is None or group_id is None or pin.group_id in ids",
        "return True",
    ),
    domain(
        "former: what kube-apiserver contradicts",
        "bindings/group_rename",
        "verdict.reason is Reason.API_SERVER_MISMATCH",
        "False",
    ),
    application(
        "former: it wakes",
        "reconcile/expiry",
        "(moment for moment in others if moment > now)",
        "()",
    ),
    application(
        "former: the next answer touches",
        "state/evaluation",
        "self.former.union(*self.by_mapping.values())",
        "frozenset().union(*self.by_mapping.values())",
    ),
    application(
        "former: its name is in use",
        "state/demand",
        "ids, claim_values(directory, formers))",
        "ids)",
    ),
)
