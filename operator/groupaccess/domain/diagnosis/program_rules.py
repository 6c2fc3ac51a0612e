"""Where a program that people log in with sends them back to: the client's redirect URIs."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from groupaccess.domain.diagnosis.finding import Category, Cause, Finding, PassedCheck
from groupaccess.domain.diagnosis.fix import Advice, Fix


class Program(StrEnum):
    """A program that people log in with."""

    HEADLAMP = "headlamp"
    KUBECTL = "kubectl"
    ARGOCD = "argocd"


class RedirectUri(NamedTuple):
    """How a program's redirect URI begins and ends, and an example of it."""

    begins: tuple[str, ...]
    ends: str
    example: str


_ANYWHERE = ("http://", "https://")
REDIRECTS = {
    Program.HEADLAMP: RedirectUri(
        _ANYWHERE, "/oidc-callback", "https://headlamp.example.com/oidc-callback"
    ),
    Program.KUBECTL: RedirectUri(
        ("http://localhost", "http://127.0.0.1"), "", "http://localhost:8000"
    ),
    Program.ARGOCD: RedirectUri(
        _ANYWHERE, "/auth/callback", "https://argocd.example.com/auth/callback"
    ),
}
"""The callbacks of Headlamp, of kubelogin (its usual address) and of Argo CD."""


def redirect_checks(
    client_id: str, uris: tuple[str, ...], program: Program | None
) -> Iterator[Finding | PassedCheck]:
    """Yield whether Keycloak sends a browser back to the program; None stands for any program.

    A redirect URI of Keycloak may end in `*`, which stands for the rest.
    """
    if any(_fits(uri, program) for uri in uris):
        name = program or "a program"
        yield PassedCheck(Category.CLIENT, f'client "{client_id}" may send people back to {name}')
        return
    example = REDIRECTS[program].example if program else REDIRECTS[Program.HEADLAMP].example
    has = f"only {', '.join(sorted(uris))}" if uris else "none"
    fact = f'client "{client_id}" has no redirect URI for {program or "any program"} ({has})'
    text = (
        f'In Keycloak, open client "{client_id}" and add the address to Valid redirect URIs, such '
        f"as {example}."
    )
    yield Finding(Cause.REDIRECT_URI_MISSING, fact, (), (Fix((Advice(text),)),))


def _fits(uri: str, program: Program | None) -> bool:
    if program is None or uri == "*":
        return True
    begins, ends, _ = REDIRECTS[program]
    if not uri.startswith(begins) and not uri.startswith("/"):  # a path is below the client's root
        return False
    return uri.endswith("*") or uri.rstrip("/").endswith(ends)
