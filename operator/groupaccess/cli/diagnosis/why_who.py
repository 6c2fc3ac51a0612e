"""Runs `groupaccess why WHO`: with the caller's login to the realm. Slow to import."""

from groupaccess.api.v1alpha1 import KeycloakDirectory
from groupaccess.application.diagnosis.declared_facts import agrees_since
from groupaccess.application.diagnosis.fact import attempt
from groupaccess.application.diagnosis.why import Why
from groupaccess.application.diagnosis.why_person import WhyPerson
from groupaccess.application.state.declared_objects import read_declared_directory
from groupaccess.cli.diagnosis.why_options import GROUP, TypedWhy
from groupaccess.cli.keycloak_login.process_terminal import ProcessTerminal
from groupaccess.cli.keycloak_login.realm import open_realm
from groupaccess.domain.access.keycloak_directory import Directory, LoginClient
from groupaccess.domain.diagnosis.access_facts import DIRECTORIES
from groupaccess.domain.diagnosis.access_request import AccessRequest
from groupaccess.domain.diagnosis.explanation import Explanation
from groupaccess.domain.diagnosis.finding import NotChecked


async def explain_who(
    why: Why, who: str, typed: TypedWhy, request: AccessRequest | None
) -> Explanation | NotChecked:
    """Explain the access of a user or a group; the caller logs in to their realm.

    Raise UsageError when no login was chosen, SetupRefusedError or SetupUnknownError when it fails.
    """
    body = await _directory(why, typed.directory)
    if isinstance(body, NotChecked):
        return body
    directory = read_declared_directory(body).directory
    client = _client(directory, typed.client)
    if client is None:
        named = ", ".join(each.client_id for each in directory.clients) or "none"
        return NotChecked(
            f'client "{typed.client}"',
            f"KeycloakDirectory {directory.name} declares other clients: {named}",
        )
    async with open_realm(typed, typed.url, directory, ProcessTerminal()) as realm:
        person = WhyPerson(why, realm, directory, client, agrees_since(body))
        if who.startswith(GROUP):
            return await person.explain_group(who.removeprefix(GROUP), request)
        return await person.explain_user(who, request)


async def _directory(why: Why, name: str | None) -> KeycloakDirectory | NotChecked:
    listed = await attempt(DIRECTORIES, why.cluster.list_directories())
    if isinstance(listed, NotChecked):
        return listed
    known = {body.metadata.name: body for body in listed.value}
    if name is None and len(known) == 1:
        name = next(iter(known))
    if name in known:
        return known[name]
    names = ", ".join(sorted(known)) or "none"
    what = "in which realm they are" if name is None else f"KeycloakDirectory {name}"
    return NotChecked(what, f"there is {names}: name one with --directory")


def _client(directory: Directory, name: str | None) -> LoginClient | None:
    wanted = (each for each in directory.clients if name in (None, each.client_id))
    return next(wanted, None)
