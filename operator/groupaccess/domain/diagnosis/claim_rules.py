"""Why a client's tokens carry no groups, or not where kube-apiserver reads them."""

from collections.abc import Iterator

from groupaccess.domain.diagnosis.finding import Cause, Finding
from groupaccess.domain.diagnosis.fix import Advice, Command, Fix
from groupaccess.domain.diagnosis.keycloak_fixes import (
    add_group_mapper,
    always_add_scope,
    by_command_or_console,
    enable,
    set_config,
    write_into,
)
from groupaccess.domain.diagnosis.login_facts import LoginFacts
from groupaccess.domain.directory.client import ClaimMapper, Client, MapperKind
from groupaccess.domain.directory.group import Group
from groupaccess.domain.tokens.client_claims import (
    ClaimGap,
    GapKind,
    claim_gaps,
    describe_mapper,
    effective_mappers,
    group_values,
    token_kind,
    token_setting,
    token_setting_key,
)

CAUSES_BY_GAP = {
    GapKind.NO_ID_TOKEN: Cause.SCOPE_NOT_REQUESTED,
    GapKind.NOT_IN_TOKEN: Cause.MAPPER_NOT_IN_TOKEN,
    GapKind.SCOPE_NOT_REQUESTED: Cause.SCOPE_NOT_REQUESTED,
    GapKind.ROLES: Cause.NO_GROUPS_CLAIM,
    GapKind.OTHER_CLAIM: Cause.GROUPS_IN_OTHER_CLAIM,
}
ANY_GROUP = Group("/", "/", "")


def missing_groups(login: LoginFacts) -> Iterator[Finding]:
    """Yield why the client's tokens carry no groups in the claim that kube-apiserver reads."""
    client, login_client = login.client, login.login_client
    if client is None:
        return
    if not client.enabled:
        fact = f'client "{client.client_id}" is disabled in Keycloak, so nobody logs in with it'
        text = f'In Keycloak, open client "{client.client_id}" and turn on Enabled.'
        fixes = by_command_or_console(enable(login.directory.realm, client.path), text)
        yield Finding(Cause.CLIENT_NOT_FOUND, fact, (), fixes)
        return
    for scope in client.missing_scopes:
        yield _no_scope(client.client_id, scope)
    claim, declared = login.claim_read, login.directory.groups_claim
    if claim != declared and carries_groups(login, declared):
        return  # kube-apiserver reads another claim: that is what is wrong
    mappers = effective_mappers(client, login_client, claim)
    nested = [mapper for mapper in mappers if mapper.kind is MapperKind.NESTED]
    for mapper in nested:
        yield _nested(login.directory.realm, client, mapper, claim)
    if nested or group_values(ANY_GROUP, mappers):
        return
    gap = next(claim_gaps(client, login_client, claim, mappers), None)
    yield _no_groups(login, client, claim) if gap is None else _gap(login, client, claim, gap)


def carries_groups(login: LoginFacts, claim: str) -> bool:
    """Tell whether the client is known, and its tokens carry groups in this claim."""
    if login.client is None:
        return False
    mappers = effective_mappers(login.client, login.login_client, claim)
    return bool(group_values(ANY_GROUP, mappers))


def _gap(login: LoginFacts, client: Client, claim: str, gap: ClaimGap) -> Finding:
    kind = token_kind(login.login_client)
    fact = f'the {kind} of client "{client.client_id}" has no groups in claim "{claim}": {gap.text}'
    return Finding(CAUSES_BY_GAP[gap.kind], fact, (), _gap_fixes(login, client, claim, gap))


def _gap_fixes(login: LoginFacts, client: Client, claim: str, gap: ClaimGap) -> tuple[Fix, ...]:
    name, realm, commands = client.client_id, login.directory.realm, tuple[Command, ...]()
    mapper = describe_mapper(gap.mapper, client) if gap.mapper else ""
    match gap.kind:
        case GapKind.NOT_IN_TOKEN:
            setting = token_setting(client, login.login_client)
            text = f"In Keycloak, open {mapper} and turn on 'Add to {setting}'."
            if gap.mapper and gap.mapper.scope:
                commands = add_group_mapper(realm, client, claim)
            elif gap.mapper:
                key = token_setting_key(client, login.login_client)
                commands = set_config(realm, gap.mapper, key, "true")
        case GapKind.SCOPE_NOT_REQUESTED if gap.mapper:
            text = (
                f'Let the login request the scope "{gap.mapper.scope}" (Headlamp: -oidc-scopes, '
                "kubelogin: --oidc-extra-scope), or make it a default scope of client "
                f'"{name}".'
            )
            commands = always_add_scope(realm, client, gap.mapper)
        case GapKind.NO_ID_TOKEN:
            text = 'Let the login request the scope "openid".'
        case GapKind.OTHER_CLAIM:
            text = f"In Keycloak, open {mapper} and set its Token Claim Name to '{claim}'."
            if gap.mapper and gap.mapper.scope:  # other clients share it
                commands = add_group_mapper(realm, client, claim)
            elif gap.mapper:
                commands = write_into(realm, gap.mapper, claim)
        case GapKind.ROLES if gap.mapper and gap.mapper.kind is MapperKind.REPLACING:
            text = (
                f"In Keycloak, open {mapper} and let it write into another claim; then give client "
                f"\"{name}\" a Group Membership mapper with the Token Claim Name '{claim}'."
            )
        case _:
            return _no_groups(login, client, claim).fixes
    return by_command_or_console(commands, text)


def _no_scope(client_id: str, scope: str) -> Finding:
    fact = f'client "{client_id}" has no scope "{scope}", so that a login that requests it fails'
    advice = Advice(
        f'In Keycloak, open client "{client_id}", Client scopes, and add "{scope}" as an optional '
        "one; or let the login not request it, and take it from spec.tokens.clients."
    )
    return Finding(Cause.SCOPE_NOT_FOUND, fact, (), (Fix((advice,)),))


def _nested(realm: str, client: Client, mapper: ClaimMapper, claim: str) -> Finding:
    named = describe_mapper(mapper, client)
    fact = (
        f'{named} has a dot in its Token Claim Name, so that claim "{claim}" is an object and not '
        "a list: kube-apiserver rejects the token"
    )
    text = f"In Keycloak, open {named} and write '\\.' for each dot, or another name."
    commands = () if mapper.scope else write_into(realm, mapper, claim)
    fixes = by_command_or_console(commands, text)
    return Finding(Cause.CLAIM_NESTED, fact, (), fixes)


def _no_groups(login: LoginFacts, client: Client, claim: str) -> Finding:
    kind = token_kind(login.login_client)
    fact = f'the {kind} of client "{client.client_id}" has no groups in claim "{claim}"'
    text = (
        f'In Keycloak, open client "{client.client_id}", Client scopes, its dedicated scope, and '
        f"add a Group Membership mapper with the Token Claim Name '{claim}'."
    )
    commands = add_group_mapper(login.directory.realm, client, claim)
    return Finding(Cause.NO_GROUPS_CLAIM, fact, (), by_command_or_console(commands, text))
