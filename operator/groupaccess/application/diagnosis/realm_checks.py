"""The checks of a realm's groups, with the login of whoever runs the command."""

from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import islice

from groupaccess.application.diagnosis.doctor_facts import LOG_IN, DoctorFacts
from groupaccess.application.diagnosis.fact import Fact, attempt
from groupaccess.application.ports.people import RealmClient, RealmPeople
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.diagnosis.finding import (
    Category,
    Check,
    NotChecked,
    PassedCheck,
    SkippedCheck,
)
from groupaccess.domain.diagnosis.group_rules import (
    bound_by_hand,
    dangling_subject,
    granted_groups,
    no_members,
)
from groupaccess.domain.directory.client import Client
from groupaccess.domain.text import counted
from groupaccess.domain.tokens.client_claims import ClaimUnavailable, client_claim_values

MAX_GROUPS = 200  # that one realm is asked about, since each takes a request
MEMBERS, SUBJECTS = "whether somebody is in each group", "whether each bound group exists"


async def check_members(facts: DoctorFacts) -> AsyncIterator[Check]:
    """Look for granted groups that nobody is in."""
    async for directory, realm in _realms(facts, MEMBERS):
        if isinstance(realm, NotChecked | SkippedCheck):
            yield realm
            continue
        mappings = await facts.mappings()
        if isinstance(mappings, NotChecked):
            yield mappings
            return
        granted, with_members = granted_groups(mappings, directory.name), 0
        for path, mapping in islice(granted.items(), MAX_GROUPS):
            read = await attempt(f"the members of group {path}", realm.has_member(path))
            if isinstance(read, NotChecked):
                yield read
                break
            with_members += read.value
            if not read.value:
                yield no_members(path, mapping)
        for check in _bounded(MEMBERS, granted):
            yield check
        if granted and with_members == len(granted):
            fact = f"somebody is in {counted(with_members, 'granted group')}"
            yield PassedCheck(Category.ACCESS, fact)


async def check_subjects(facts: DoctorFacts) -> AsyncIterator[Check]:
    """Look for groups that are bound by hand and that no group of the realm carries."""
    async for directory, realm in _realms(facts, SUBJECTS):
        if isinstance(realm, NotChecked | SkippedCheck):
            yield realm
            continue
        bindings = await facts.bindings()
        if isinstance(bindings, NotChecked):
            yield bindings
            return
        bound = bound_by_hand(bindings, directory.groups_prefix)
        for value, binding in islice(bound.items(), MAX_GROUPS):
            carried = await _is_carried(facts, directory, realm, value)
            if isinstance(carried, NotChecked):
                yield carried
                break
            if not carried:
                yield dangling_subject(value, binding, directory.realm)
        for check in _bounded(SUBJECTS, bound):
            yield check


async def _realms(
    facts: DoctorFacts, what: str
) -> AsyncIterator[tuple[Directory, RealmPeople | NotChecked | SkippedCheck]]:
    """Yield each declared directory with its realm, or why that is not asked."""
    if not await facts.is_installed():
        return
    for directory in await facts.directories():
        realm = await facts.realm(directory)
        yield directory, SkippedCheck(what, LOG_IN) if realm is None else realm


async def _is_carried(
    facts: DoctorFacts, directory: Directory, realm: RealmPeople, value: str
) -> bool | NotChecked:
    """Tell whether the tokens of some client carry a value for some group."""
    clients = await _clients(facts, directory)
    if isinstance(clients, NotChecked):
        return clients
    if not clients:
        return True  # nobody logs in with any of them: the check of the login says so
    name = value.rpartition("/")[2]
    read = await attempt(f"the groups named {name}", realm.find_groups(name))
    if not isinstance(read, Fact):
        return read
    for group in read.value:
        for login_client, client in clients:
            values = client_claim_values(group, login_client, directory.groups_claim, client)
            if isinstance(values, ClaimUnavailable) or value in values.values:
                return True  # where it is not known, nothing is called dangling
    return False


async def _clients(
    facts: DoctorFacts, directory: Directory
) -> Sequence[tuple[LoginClient, Client]] | NotChecked:
    result = []
    for login_client in directory.clients:
        read = await facts.client(directory, login_client)
        if isinstance(read, NotChecked):
            return read
        if isinstance(read, RealmClient):
            result.append((login_client, read.client))
    return result


def _bounded(what: str, asked: Iterable[object]) -> Sequence[NotChecked]:
    """Return that some were left out, if there were too many."""
    rest = len(list(asked)) - MAX_GROUPS
    return [NotChecked(what, f"only the first {MAX_GROUPS} were asked about")] if rest > 0 else []
