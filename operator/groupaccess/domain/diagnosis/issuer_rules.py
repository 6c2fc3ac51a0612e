"""The issuer in its three places: Keycloak, kube-apiserver, and the KeycloakDirectory.

kube-apiserver compares it letter for letter with the claim `iss` of a token, and requires https.
"""

import shlex
from collections.abc import Iterator
from difflib import SequenceMatcher
from urllib.parse import urlsplit

from groupaccess.domain.diagnosis.authenticator import Authenticator, Distribution
from groupaccess.domain.diagnosis.finding import Cause, Finding
from groupaccess.domain.diagnosis.fix import (
    Advice,
    Command,
    Fix,
    Setting,
    add_issuer,
    change_setting,
    change_settings,
    patch_spec,
)
from groupaccess.domain.diagnosis.keycloak_fixes import set_frontend_url
from groupaccess.domain.diagnosis.login_facts import TYPED, UNDECLARED, LoginFacts, RealmDiscovery

REALMS = "/realms/"  # between Keycloak's address and a realm's name


def differing_issuer(login: LoginFacts) -> Iterator[Finding]:
    """Yield the place whose issuer is not the one in Keycloak's tokens."""
    issued = login.issuer
    if issued.startswith("http://"):
        yield _not_https(login, issued)
        return
    if login.token is not None and login.token.issuer not in ("", issued):
        yield _foreign_token(login, login.token.issuer, issued)
        return
    yield from differing_declared_issuer(login)
    if login.authenticators and login.authenticator is None and not _only_keycloak_differs(login):
        yield _other_issuer(login, issued, nearest(login.authenticators, issued))


def differing_declared_issuer(login: LoginFacts) -> Iterator[Finding]:
    """Yield that the KeycloakDirectory names another issuer than Keycloak does."""
    if _only_keycloak_differs(login):
        yield _keycloak_differs(login)
    elif login.directory.issuer != login.issuer and not login.issuer.startswith("http://"):
        yield declared_differs(login, login.issuer)


def issuer_fixes(
    login: LoginFacts, told: Authenticator | None = None, before: str | None = None
) -> tuple[Fix, ...]:
    """Return how to tell kube-apiserver the realm's issuer, if it is known and not only claimed."""
    if login.directory.name == UNDECLARED and not isinstance(login.discovery, RealmDiscovery):
        text = (
            f"If {login.issuer} is your realm, give kube-apiserver this issuer; else log in at "
            "your own realm. groupaccess doctor --issuer ISSUER --client-id CLIENT says more."
        )
        return (Fix((Advice(text),)),)
    if told is None:
        text = (
            f"Give kube-apiserver the issuer {login.issuer}, letter for letter: --oidc-issuer-url, "
            "or issuer.url in its authentication configuration. Name that file to this command "
            "with --authentication-config, and it says which line to change."
        )
        return (Fix((Advice(text),)),)
    return change_setting(told, Setting.ISSUER, before, login.issuer)


def not_configured(login: LoginFacts) -> Iterator[Finding]:
    """Yield the finding that kube-apiserver accepts no OIDC tokens at all."""
    if login.authenticators != ():
        return
    told = _declared_settings(login)
    fact = "kube-apiserver was told nothing about OIDC, so it accepts no token of Keycloak"
    fixes: tuple[Fix, ...]
    if login.configuration:
        fixes = (add_issuer(login.configuration, told),)
    else:
        fixes = change_settings(None, {}, told)
    yield Finding(Cause.OIDC_NOT_CONFIGURED, fact, (), fixes)


def _declared_settings(login: LoginFacts) -> dict[Setting, str]:
    """Return what kube-apiserver has to be told so that it reads this login as it is declared."""
    directory = login.directory
    told = {
        Setting.ISSUER: login.issuer,
        Setting.AUDIENCE: login.login_client.client_id,
        Setting.USERNAME_CLAIM: "preferred_username",
        Setting.GROUPS_CLAIM: directory.groups_claim,
    }
    if directory.groups_prefix:
        told[Setting.GROUPS_PREFIX] = directory.groups_prefix
    return told


def difference(ours: str, theirs: str) -> str:
    """Return in a few words how two issuers differ: where to look for one letter."""
    if ours.rstrip("/") == theirs.rstrip("/"):
        return "only by the slash at the end"
    if ours.casefold() == theirs.casefold():
        return "only by capital letters"
    a, b = urlsplit(ours), urlsplit(theirs)
    parts = {
        "the scheme": (a.scheme, b.scheme),
        "the host": (a.hostname, b.hostname),
        "the port": (a.netloc.rpartition("@")[2], b.netloc.rpartition("@")[2]),
        "the path": (a.path.rstrip("/"), b.path.rstrip("/")),
    }
    names = [name for name, (one, other) in parts.items() if one != other]
    if "the host" in names and "the port" in names and a.netloc.endswith(b.netloc[-1:]):
        names.remove("the port")
    return "by " + " and ".join(names or ["the rest of the address"])


def nearest(told: tuple[Authenticator, ...], issuer: str) -> Authenticator:
    """Return the one whose issuer is spelled most like `issuer`: that was meant."""
    return max(told, key=lambda each: SequenceMatcher(None, each.issuer, issuer).ratio())


def issuer_evidence(login: LoginFacts, told: Authenticator | None) -> tuple[str, ...]:
    """Return a line for each place whose issuer is known."""
    lines = [f"KeycloakDirectory {login.directory.name}: {login.directory.issuer}"]
    if isinstance(login.discovery, RealmDiscovery):
        lines.append(f"Keycloak: {login.discovery.issuer}")
    if login.token is not None and login.token.issuer:
        lines.append(f"the token: {login.token.issuer}")
    if told is not None:
        lines.append(f"kube-apiserver ({told.where}): {told.issuer}")
    return tuple(lines)


def _source(login: LoginFacts) -> str:
    """Name where the issuer of the tokens is known from."""
    if isinstance(login.discovery, RealmDiscovery):
        return "Keycloak"
    if login.review is not None and not login.review.error:
        return "a token that kube-apiserver accepts"
    return f"KeycloakDirectory {login.directory.name}"


def _other_issuer(login: LoginFacts, issued: str, told: Authenticator) -> Finding:
    fact = (
        f"issuer differs {difference(issued, told.issuer)}: {_source(login)} says {issued}, "
        f"kube-apiserver was told {told.issuer}"
    )
    fixes = issuer_fixes(login, told, told.issuer)
    if not _are_alike(issued, told.issuer):
        fixes = _beside(login, told)
    return Finding(Cause.ISSUER_MISMATCH, fact, issuer_evidence(login, told), fixes)


def _beside(login: LoginFacts, told: Authenticator) -> tuple[Fix, ...]:
    """Return how to accept the realm beside an issuer that somebody else uses."""
    if told.distribution is Distribution.CONFIGURATION:
        return (add_issuer(told.where, _declared_settings(login)),)
    advice = Advice(
        f"The flags of kube-apiserver take one issuer, and {told.issuer} may be in use: for both, "
        "use an authentication configuration (--authentication-config)."
    )
    return (Fix((advice,)),)


def _are_alike(ours: str, theirs: str) -> bool:
    """Tell whether one issuer is the other, spelled wrongly: the same host, or the same path."""
    a, b = urlsplit(ours.casefold()), urlsplit(theirs.casefold())
    return a.hostname == b.hostname or a.path.rstrip("/") == b.path.rstrip("/")


def _foreign_token(login: LoginFacts, theirs: str, issued: str) -> Finding:
    fact = f"issuer differs {difference(issued, theirs)}: the token is of {theirs}, not of {issued}"
    advice = Advice(
        f"Log in at {issued}. If the token is of the right realm, the declared issuer is wrong: "
        "groupaccess doctor compares it with Keycloak's own."
    )
    return Finding(Cause.ISSUER_MISMATCH, fact, issuer_evidence(login, None), (Fix((advice,)),))


def declared_differs(login: LoginFacts, issued: str) -> Finding:
    """Return that the KeycloakDirectory names another issuer than tokens have."""
    directory = login.directory
    fact = (
        f"issuer differs {difference(issued, directory.issuer)}: {_source(login)} says {issued}, "
        f"KeycloakDirectory {directory.name} says {directory.issuer}"
    )
    fix = Fix((_declare(login, issued),))
    return Finding(Cause.ISSUER_MISMATCH, fact, issuer_evidence(login, None), (fix,))


def _declare(login: LoginFacts, issued: str) -> Command | Advice:
    if login.directory.name == TYPED:
        return Advice(f"Type it as Keycloak has it: --issuer {shlex.quote(issued)}.")
    return patch_spec("kcd", login.directory.name, {"issuer": issued})


def _only_keycloak_differs(login: LoginFacts) -> bool:
    """Tell whether kube-apiserver was told what is declared, and Keycloak has another address.

    It answered at the declared one, so that this can be its own, too.
    """
    declared = login.directory.issuer
    told = {each.issuer for each in login.authenticators or ()}
    same_realm = declared.partition(REALMS)[2] == login.issuer.partition(REALMS)[2]
    return declared != login.issuer and declared in told and same_realm


def _keycloak_differs(login: LoginFacts) -> Finding:
    directory, issued = login.directory, login.issuer
    fact = (
        f"issuer differs {difference(issued, directory.issuer)}: Keycloak says {issued}, "
        f"kube-apiserver and KeycloakDirectory {directory.name} say {directory.issuer}"
    )
    told = next(each for each in login.authenticators or () if each.issuer == directory.issuer)
    address = directory.issuer.partition(REALMS)[0]
    here = Fix(set_frontend_url(directory.realm, address))
    others = issuer_fixes(login, told, told.issuer)
    there = (Fix((_declare(login, issued), *fix.steps), fix.where) for fix in others)
    return Finding(Cause.ISSUER_MISMATCH, fact, issuer_evidence(login, told), (here, *there))


def _not_https(login: LoginFacts, issued: str) -> Finding:
    https = issued.replace("http://", "https://", 1)
    if not isinstance(login.discovery, RealmDiscovery):
        fact = f"the issuer is {issued}, and kube-apiserver accepts only https"
        fix = Fix((_declare(login, https),))
        return Finding(Cause.ISSUER_MISMATCH, fact, issuer_evidence(login, None), (fix,))
    fact = f"Keycloak says that its issuer is {issued}, and kube-apiserver accepts only https"
    address = https.partition(REALMS)[0]
    advice = Advice(
        f"Give Keycloak its address with https: start it with --hostname={address} "
        "(KC_HOSTNAME), and behind a proxy with --proxy-headers=xforwarded (KC_PROXY_HEADERS)."
    )
    return Finding(Cause.ISSUER_MISMATCH, fact, issuer_evidence(login, None), (Fix((advice,)),))
