"""The guards around what Keycloak does not say, and what it said before."""

from switches_kinds import application, domain, keycloak

SILENCE_SWITCHES = (
    domain(
        "silence: a last reading revokes nothing",
        "verdict/rules",
        "return replace(last, outcome=Outcome.HOLD) if about else last",
        "return last",
    ),
    domain(
        "questions: not answered is not missing",
        "verdict/rules",
        "(gap is None or gap.answered)",
        "True",
    ),
    domain(
        "questions: a failure of its own holds a mapping",
        "verdict/rules",
        "context.reading.failure or (gap.failure if gap else None)",
        "context.reading.failure",
    ),
    application(
        "questions: what was answered before stays in force",
        "state/directory_memory",
        "return None if failure is None and answered else MissingAnswer(failure, answered)",
        "return None if answered else MissingAnswer(failure, answered)",
    ),
    application(
        "questions: a server that only fails is left alone",
        "directory/inquiry",
        "and self._failures >= MAX_FAILURES",
        "and False",
    ),
    application(
        "questions: what is asked at once is few",
        "directory/inquiry",
        "many = min(MAX_CONCURRENT_REQUESTS, len(waiting))",
        "many = len(waiting)",
    ),
    application(
        "questions: a hidden group is noticed",
        "directory/inquiry",
        "if any(hidden_groups({by_id: answer, search: self.answers[search]})):",
        "if False:",
    ),
    application(
        "questions: a group that may not be read by its id is noticed",
        "directory/inquiry",
        "if (unseen := forbidden_group(self.results)) is not None:",
        "if unseen := None:",
    ),
    application(
        "questions: hidden groups are noticed without a pin, too",
        "directory/inquiry",
        "if not used.pinned_ids:",
        "if False:",
    ),
    application(
        "questions: a round keeps to its share of Keycloak's time",
        "directory/interval",
        "self.stretched = least > declared",
        "self.stretched = False",
    ),
    application(
        "questions: before a first round nothing pinned is judged",
        "state/cluster_state",
        "return not self.pinned_groups(directory)",
        "return True",
    ),
    application(
        "questions: another account counts after a whole round",
        "directory/rounds",
        "if self._store.is_other_account(name, realm) and not ended.is_whole",
        "if False",
    ),
    application(
        "questions: the memory of a directory ends with its uid",
        "state/declared",
        "(each.state.ref.uid, each.spec.issuer,",
        "(each.spec.issuer,",
    ),
    keycloak(
        "questions: only Keycloak's own 404",
        "groups",
        ' and "group" in own_name',
        "",
    ),
    keycloak(
        "questions: a 403 is no absence",
        "groups",
        "if error.response_code == NOT_FOUND and",
        "if error.response_code in (NOT_FOUND, 403) or",
    ),
    keycloak(
        "questions: answers of another realm do not count",
        "reader",
        "if await session.login.account_id() != identity",
        "if False",
    ),
    keycloak(
        "questions: counted and none shown is a missing right",
        "groups",
        "if counted and not await search_groups(session, WILDCARD)",
        "if False",
    ),
    keycloak(
        "one identity for a whole reading",
        "reader",
        "if await session.login.account_id() == identity",
        "if True",
    ),
)

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
        "bound.directory != context.directory_name:\n        return before",
        "bound.directory != context.directory_name:\n        return None",
    ),
    domain(
        "silence: a group that is gone gets nothing new",
        "bindings/group_reading",
        "may_move=False) if gone",
        "may_move=True) if gone",
    ),
    domain(
        "silence: a string that others carry is not moved",
        "bindings/group_reading",
        "may_move=collided is None",
        "may_move=True",
    ),
    domain(
        "silence: an unknown client's strings end with a rename",
        "bindings/group_reading",
        "self.incomplete and same_path",
        "self.incomplete",
    ),
    domain(
        "silence: drift is not repaired to what tokens do not carry any more",
        "bindings/builder",
        "    if given is None:",
        "    if True:",
    ),
    domain(
        "silence: nothing moves that tokens do not carry any more",
        "bindings/renderer",
        "before if given is None else",
        "before if True else",
    ),
    domain(
        "silence: a group that is gone has its binding repaired in its grace alone",
        "bindings/renderer",
        "if reading is None or reading.may_move:",
        "if True:",
    ),
    domain(
        "identity: of two groups of a name the pinned one moves",
        "bindings/history",
        "return not own or pin is None or group_id in {None, pin.group_id}",
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
