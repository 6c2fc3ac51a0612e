"""The guards around what Keycloak says: what its silence means, and whose string it is."""

from switches_kinds import application, domain, keycloak

IDENTITY = (
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
        "return self.is_for(mapping, content) and mapping.group_id in ids",
        "return self.is_for(mapping, content)",
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

FREEZE = (
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

CLAIMS = (
    domain(
        "claims: a fixed text replaces the groups",
        "tokens/client_claims",
        "frozenset({MapperKind.REPLACING, MapperKind.NESTED})",
        "frozenset({MapperKind.NESTED})",
    ),
    domain(
        "claims: a dot in the name nests",
        "tokens/client_claims",
        "frozenset({MapperKind.REPLACING, MapperKind.NESTED})",
        "frozenset({MapperKind.REPLACING})",
    ),
    domain(
        "claims: a token that lacks the string",
        "tokens/client_claims",
        "if client.proof is not None and client.proof.result is ProofResult.REFUTED",
        "if False",
    ),
    domain(
        "claims: a client that is disabled",
        "tokens/client_claims",
        "if not client.enabled",
        "if False",
    ),
    domain(
        "claims: a client that is unknown",
        "tokens/group_claims",
        "incomplete=any(",
        "incomplete=False and any(",
    ),
    domain(
        "claims: no bound string goes while one is unknown",
        "bindings/renderer",
        "if verdict.incomplete",
        "if False",
    ),
    domain(
        "claims: the canary contradicts",
        "verdict/group_rules",
        "if check and check.contradicts",
        "if False",
    ),
)

COLLISIONS = (
    domain(
        "collision: another group",
        "tokens/collisions",
        "        if others:\n",
        "        if False:\n",
    ),
    domain(
        "collision: roles",
        "tokens/collisions",
        "for mapper in effective_mappers(client, login_client, name)",
        "for mapper in ()",
    ),
    domain(
        "collision: roles that a login may ask for",
        "tokens/collisions",
        "for mapper in optional_claim_mappers(client, login_client, name)",
        "for mapper in ()",
    ),
    domain(
        "collision: a string that begins with another directory's prefix",
        "tokens/prefixes",
        "if subject.startswith(prefix)",
        "if False",
    ),
    domain(
        "prefix: the second directory with one grants nothing new",
        "verdict/rules",
        "    _prefix_shared,\n    _other_issuer,",
        "    _other_issuer,",
    ),
    domain(
        "prefix: bindings that name a directory decide first",
        "tokens/prefixes",
        "unbound = directory.name not in bound",
        "unbound = False",
    ),
    domain(
        "prefix: both have to list each other",
        "tokens/prefixes",
        "own.shares_prefix_with & listing | missing",
        "own.shares_prefix_with | listing",
    ),
    domain(
        "prefix: in a move the old subjects stay",
        "bindings/builder",
        "{access.directory, *context.prefixes.partners}",
        "{access.directory}",
    ),
    domain(
        "collision: while a group is missing",
        "verdict/group_rules",
        "if collided is not None and directory.revokes_collided",
        "if False",
    ),
    application(
        "prefix: another directory is news for those with its prefix",
        "state/store",
        "            return NOTHING\n        self._compare_prefixes()",
        "            return NOTHING",
    ),
    application(
        "prefix: the last binding of a directory is news for the others",
        "state/store",
        "if not self.prefixes.is_of(self.bindings.pins.directories_with_subjects)",
        "if False",
    ),
    application(
        "prefix: the directory's own status says it",
        "state/cluster_state",
        "self.check_freeze(name) or self.prefixes.of(name).conflict",
        "self.check_freeze(name)",
    ),
)

SILENCE = (
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

FORMER = (
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
        "former: no former name goes to a new place while nothing is read",
        "bindings/history",
        "return before if answered is None else before.restrict_to(answered)",
        "return before",
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

TRUTH = (*IDENTITY, *FREEZE, *CLAIMS, *COLLISIONS, *SILENCE, *FORMER)
