"""The guards of the strings that tokens carry, and of whose they are."""

from switches_kinds import application, domain

CLAIMS_SWITCHES = (
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

COLLISIONS_SWITCHES = (
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
