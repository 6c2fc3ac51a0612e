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
        "state/declared_objects",
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
