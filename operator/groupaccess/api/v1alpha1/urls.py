"""The URLs of a Keycloak: the issuer of a realm, and where its admin API is."""

import re
from functools import partial
from typing import Annotated
from urllib.parse import unquote

from pydantic import AfterValidator, Field

from groupaccess.api.model import Cel, matches

_DOTS = r"/(\.|%2[Ee]){1,2}(/|$)"  # a client would climb up there
_HOST = r"([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?"
_SEGMENT = "/([A-Za-z0-9._~!$&()*+,;=:@-]|%[0-9A-Fa-f]{2})+"
_ISSUER = f"^[a-z]+://{_HOST}({_SEGMENT})*/realms{_SEGMENT}$"
_ADMIN_URL = f"^[a-z]+://{_HOST}({_SEGMENT})*$"
_SECURE = "^https://"


def _url(text: str, *, shape: str, example: str) -> str:
    # The text stays out of the error: it may hold a password, and errors reach logs and statuses.
    if re.match(_SECURE, text) and re.fullmatch(shape, text) and not re.search(_DOTS, text):
        return text
    msg = f"this must be a URL such as {example}"
    raise ValueError(msg)


Issuer = Annotated[
    str,
    Field(max_length=2048),
    AfterValidator(partial(_url, shape=_ISSUER, example="https://auth.example.com/realms/main")),
    Cel(
        matches(_SECURE),
        "the issuer must begin with https:// since credentials go there, and since kube-apiserver "
        "takes no other; give the CA in caBundle if it is your own",
    ),
    Cel(
        f"{matches(_ISSUER)} && !{matches(_DOTS)}",
        "the issuer must end in /realms/<name>, such as https://auth.example.com/realms/main or "
        "https://auth.example.com/auth/realms/main: no trailing slash, query, fragment or user; "
        "copy the 'issuer' of the realm's /.well-known/openid-configuration letter for letter",
    ),
]
AdminURL = Annotated[
    str,
    Field(max_length=2048),
    AfterValidator(partial(_url, shape=_ADMIN_URL, example="https://keycloak.keycloak.svc:8443")),
    Cel(
        matches(_SECURE),
        "adminURL must begin with https:// since credentials go there; give the CA in caBundle if "
        "it is your own",
    ),
    Cel(
        f"{matches(_ADMIN_URL)} && !{matches(_DOTS)} && !{matches('/(realms|admin)(/|$)')}",
        "adminURL must be where Keycloak itself begins, such as "
        "https://keycloak.keycloak.svc:8443 (with /auth where Keycloak has that path): no trailing "
        "slash, query, fragment or user, and nothing from /realms or /admin on",
    ),
]


def split_issuer(issuer: str) -> tuple[str, str]:
    """Return Keycloak's base URL (no trailing slash) and the realm's name, unquoted."""
    base, _, realm = issuer.rpartition("/realms/")
    return base, unquote(realm)
