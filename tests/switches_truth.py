"""The guards around what Keycloak says: what its silence means, and whose string it is."""

from switches_kinds import application, domain, keycloak

IDENTITY = (
    domain(
        "identity: a pinned id counts, not the name",
        "identity",
        "    if pin is None:\n        return _by_name",
        "    if True:\n        return _by_name",
    ),
    domain(
        "identity: an absence is confirmed first",
        "identity",
        "if pin.group_id not in reading.gone",
        "if False",
    ),
    application(
        "identity: Keycloak is asked for what is absent", "directory_sync", "if asked:", "if False:"
    ),
    domain("identity: missing within its grace", "identity", "over = now >= end", "over = True"),
    domain("identity: missing after its grace", "identity", "over = now >= end", "over = False"),
    domain(
        "identity: the grace's start counts",
        "identity",
        "since = min(pin.missing_since or now, ",
        "since = min(",
    ),
    domain(
        "identity: the grace's start is remembered",
        "identity",
        "confirmed.replace(microsecond=0), now)",
        "now)",
    ),
    application(
        "identity: the grace's start is kept over readings",
        "realms",
        "before.gone.get(each, at)",
        "at",
    ),
    domain(
        "identity: the grace's start is read from the binding",
        "pins",
        '_time(content.annotation("missing-since"))',
        "None",
    ),
    domain(
        "identity: the grace's start is written on the binding",
        "desired",
        'return about if since is None else {**about, "missing-since": stamp(since)}',
        "return about",
    ),
    domain(
        "identity: replaced is refused",
        "identity",
        "was, proven=directory.refuses_replaced",
        "was",
    ),
    domain(
        "identity: made anew is not followed",
        "identity",
        "if not directory.refuses_replaced and mapping.group_id is None",
        "if True",
    ),
    domain(
        "identity: an accepted id bears the name",
        "identity",
        "if group is not None and mapping.group in (group.path, group.name)",
        "if group is not None",
    ),
    domain(
        "identity: strangers carry the string of one that is gone",
        "proven",
        "        if others:\n            return replaced",
        "        if False:\n            return replaced",
    ),
    domain(
        "identity: a pin is of its directory",
        "pins",
        'or content.annotation("directory") != directory',
        "",
    ),
    domain(
        "identity: a revoked pin is remembered",
        "carriers",
        "return verdict.outcome is not Outcome.GRANT and not verdict.forgets",
        "return False",
    ),
)

FREEZE = (
    domain(
        "freeze: most groups are gone",
        "freeze",
        "if len(lost) < LEAST or 2 * len(lost) <= len(used)",
        "if True",
    ),
    domain(
        "freeze: another identity",
        "freeze",
        "identity = snapshot.identity if another else None",
        "identity = None",
    ),
    domain(
        "freeze: one id proves no realm",
        "freeze",
        "return len(used) >= LEAST and used",
        "return used",
    ),
    domain(
        "freeze: each id in use proves the realm",
        "freeze",
        "and used <= snapshot.by_id.keys()",
        "and not used.isdisjoint(snapshot.by_id)",
    ),
    domain(
        "freeze: what was made anew counts under Refuse",
        "freeze",
        "if not directory.refuses_replaced",
        "if True",
    ),
    domain(
        "freeze: two successors are none",
        "freeze",
        "snapshot.by_reference.get(use.group, ())) == 1",
        "snapshot.by_reference.get(use.group, ())) >= 1",
    ),
    domain(
        "freeze: an acknowledgement names the identity",
        "freeze",
        '_token("i", [found.identity]) not in tokens',
        "not tokens",
    ),
    domain(
        "freeze: an acknowledgement names the groups",
        "freeze",
        '_token("g", found.absent) not in tokens',
        "not tokens",
    ),
    application(
        "freeze: only what was acknowledged was seen",
        "freezing",
        "elif directory.acknowledged.issuperset(found.tokens)",
        "elif directory.acknowledged",
    ),
)

CLAIMS = (
    domain(
        "claims: a fixed text replaces the groups",
        "carried",
        "frozenset({MapperKind.REPLACING, MapperKind.NESTED})",
        "frozenset({MapperKind.NESTED})",
    ),
    domain(
        "claims: a dot in the name nests",
        "carried",
        "frozenset({MapperKind.REPLACING, MapperKind.NESTED})",
        "frozenset({MapperKind.REPLACING})",
    ),
    domain(
        "claims: a token that lacks the string",
        "carried",
        "if client.proof is not None and client.proof.result is Result.REFUTED",
        "if False",
    ),
    domain("claims: a client that is disabled", "carried", "if not client.enabled", "if False"),
    domain("claims: a client that is unknown", "claims", "partial=any(", "partial=False and any("),
    domain(
        "claims: no standing string goes while one is unknown",
        "desired",
        "if verdict.partial",
        "if False",
    ),
    domain("claims: the canary contradicts", "proven", "if sight.contradicts", "if False"),
)

COLLISIONS = (
    domain(
        "collision: another group",
        "claims",
        "        if others:\n            fact",
        "        if False:\n            fact",
    ),
    domain(
        "collision: roles",
        "claims",
        "for mapper in writers(client, wanted, name)",
        "for mapper in ()",
    ),
    domain(
        "collision: roles that a login may ask for",
        "claims",
        "for mapper in reachable(client, wanted, name)",
        "for mapper in ()",
    ),
    domain(
        "collision: a string that begins with another directory's prefix",
        "prefixes",
        "if subject.startswith(prefix)",
        "if False",
    ),
    domain(
        "prefix: the second directory with one grants nothing new",
        "ladder",
        "    _prefix_shared,\n    _other_issuer,",
        "    _other_issuer,",
    ),
    domain(
        "prefix: bindings that name a directory decide first",
        "prefixes",
        "unbound = directory.name not in bound",
        "unbound = False",
    ),
    domain(
        "prefix: both have to list each other",
        "prefixes",
        "own.shares_prefix_with & listing | missing",
        "own.shares_prefix_with | listing",
    ),
    domain(
        "prefix: in a move the old subjects stay",
        "desired",
        "{self.access.directory, *self.given.prefixes.partners}",
        "{self.access.directory}",
    ),
    domain(
        "collision: while a group is missing",
        "proven",
        "if collided is not None and directory.revokes_collided",
        "if False",
    ),
    application(
        "prefix: another directory is news for those with its prefix",
        "store",
        "            return NOTHING\n        self._contest()",
        "            return NOTHING",
    ),
    application(
        "prefix: the last binding of a directory is news for the others",
        "store",
        "if self.bindings.pinned.bound != self._bound",
        "if False",
    ),
    application(
        "prefix: the directory's own status says it",
        "known",
        "self.frozen(name) or self.prefixes(name).conflict",
        "self.frozen(name)",
    ),
)

SILENCE = (
    domain(
        "silence: a last reading revokes nothing",
        "ladder",
        "return replace(last, outcome=Outcome.HOLD) if about else last",
        "return last",
    ),
    domain(
        "lookups: not looked up is not missing",
        "directory",
        "if not self.knows(reference)",
        "if False",
    ),
    application(
        "lookups: not looked up is not read",
        "known",
        "if reading.snapshot is not None and not knows(reading.snapshot, declared.access)",
        "if False",
    ),
    keycloak(
        "lookups: only Keycloak's own 404",
        "lookup",
        ' and "group" in own_words(error)',
        "",
    ),
    keycloak(
        "confirm: by 404 only",
        "confirm",
        "if error.response_code != NOT_FOUND",
        "if False",
    ),
    keycloak("confirm: by Keycloak's own 404", "confirm", "if own_words(error)", "if True"),
    keycloak("confirm: by path, too", "confirm", "if by_id is None", "if False"),
    keycloak(
        "confirm: while the realm is there",
        "confirm",
        'shaped(COUNT, (await session.admin.a_groups_count())["count"])',
        "pass",
    ),
    keycloak(
        "one identity for a whole reading",
        "reader",
        "if await session.login.identity() == identity",
        "if True",
    ),
)

TRUTH = (*IDENTITY, *FREEZE, *CLAIMS, *COLLISIONS, *SILENCE)
