"""The options of `groupaccess keycloak-setup`."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from groupaccess.domain.keycloak_setup.options import CANARY, PROVIDER, SUBJECT

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
LOGIN, WANTED, RESULT = "Login", "What the realm gets", "Result"


def keycloak_url(value: str) -> str:
    """Return Keycloak's address without a slash at the end; raise BadParameter for another URL."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise typer.BadParameter(f"{value!r} is no URL ({error})") from error
    if not host or parts.scheme not in {"https", "http"}:
        raise typer.BadParameter(
            f"{value!r} is no URL with https: write Keycloak's address, for example "
            "https://auth.example.com"
        )
    if parts.username is not None or parts.password is not None:
        raise typer.BadParameter(
            "it holds a user or password, which would stay in the shell's history: use "
            "KEYCLOAK_USER and KEYCLOAK_PASSWORD"
        )
    if parts.scheme == "http" and host not in LOCAL_HOSTS:
        raise typer.BadParameter(
            f"{value!r} is not https, so that everybody on the way could read the password. http "
            "is accepted for localhost alone (kubectl port-forward)"
        )
    for path in ("/realms", "/admin"):
        if f"{path}/" in f"{parts.path}/":
            raise typer.BadParameter(
                f"{value!r} goes too far: leave out {path} and what follows, and name the realm "
                "as the second argument"
            )
    if parts.query or parts.fragment:
        raise typer.BadParameter(f"{value!r} has a query: write Keycloak's address alone")
    return value.rstrip("/")


def not_empty(value: str) -> str:
    """Refuse an empty name, as an unset shell variable makes it."""
    if not value.strip():
        raise typer.BadParameter("it is empty: is a shell variable not set?")
    return value


Url = Annotated[
    str,
    typer.Argument(
        metavar="URL",
        callback=keycloak_url,
        help="Keycloak's address, up to and without /realms: https://auth.example.com",
        show_default=False,
    ),
]
RealmName = Annotated[
    str,
    typer.Argument(
        metavar="REALM",
        callback=not_empty,
        help="The realm in which people log in.",
        show_default=False,
    ),
]
Apply = Annotated[
    bool, typer.Option("--apply", help="Make the changes. Without it they are only printed.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the changes and write nothing: the default.")
]
Undo = Annotated[
    bool,
    typer.Option("--undo", help="Delete what this command made for the client; needs --apply."),
]
ClientName = Annotated[
    str,
    typer.Option(
        callback=not_empty, help="The operator's client in Keycloak.", rich_help_panel=WANTED
    ),
]
GroupsClaim = Annotated[
    str,
    typer.Option(
        callback=not_empty,
        help="kube-apiserver's groups claim (--oidc-groups-claim).",
        rich_help_panel=WANTED,
    ),
]
LoginClients = Annotated[
    list[str] | None,
    typer.Option(
        help="A client whose tokens kube-apiserver accepts (--oidc-client-id). May be given "
        "several times. Default: headlamp.",
        show_default=False,
        rich_help_panel=WANTED,
    ),
]
CanaryName = Annotated[
    str,
    typer.Option(
        metavar="GROUP",
        callback=not_empty,
        help="A group for the operator's account alone, whose token shows what kube-apiserver "
        "reads. Made if it is absent.",
        rich_help_panel=WANTED,
    ),
]
NoCanary = Annotated[
    bool,
    typer.Option("--no-canary", help="No canary: nothing is proven then.", rich_help_panel=WANTED),
]
Classic = Annotated[
    bool,
    typer.Option(
        "--classic",
        help="Two roles instead of permissions. The account then sees every user's data.",
        rich_help_panel=WANTED,
    ),
]
PodToken = Annotated[
    str | None,
    typer.Option(
        metavar="ISSUER",
        help="No stored secret: the pod's own token is the proof. ISSUER is the cluster's, see "
        "kubectl get --raw /.well-known/openid-configuration",
        rich_help_panel=WANTED,
    ),
]
Jwks = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="With --pod-token: the cluster's keys, if Keycloak cannot reach the issuer: kubectl "
        "get --raw /openid/v1/jwks",
        rich_help_panel=WANTED,
    ),
]
Subject = Annotated[
    str,
    typer.Option(help="With --pod-token: the operator's ServiceAccount.", rich_help_panel=WANTED),
]
Provider = Annotated[
    str,
    typer.Option(
        callback=not_empty,
        help="With --pod-token: the alias of the identity provider.",
        rich_help_panel=WANTED,
    ),
]
CliClient = Annotated[
    bool,
    typer.Option(
        "--create-cli-client",
        help="Also make the public client of --device-client, with which people log in to other "
        "commands. It can read, and change nothing.",
        rich_help_panel=WANTED,
    ),
]
SecretFile = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|-",
        help="Write a Secret with the client's secret, for kubectl apply: into a file that only "
        "you may read, or with - to a pipe.",
        rich_help_panel=RESULT,
    ),
]
Namespace = Annotated[str, typer.Option(help="The operator's namespace.", rich_help_panel=RESULT)]
SecretName = Annotated[str, typer.Option(help="The Secret's name.", rich_help_panel=RESULT)]
Ca = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The CA of Keycloak's certificate, if it is not a public one.",
        rich_help_panel=LOGIN,
    ),
]
LoginRealm = Annotated[
    str,
    typer.Option(
        callback=not_empty,
        help="The realm in which you log in. User and password come from KEYCLOAK_USER and "
        "KEYCLOAK_PASSWORD, a client's from KEYCLOAK_CLIENT_ID and KEYCLOAK_CLIENT_SECRET; what "
        "is missing is asked for on a terminal.",
        rich_help_panel=LOGIN,
    ),
]
Totp = Annotated[
    bool,
    typer.Option(
        "--totp",
        help="Ask for a one-time code, too; or set KEYCLOAK_TOTP.",
        rich_help_panel=LOGIN,
    ),
]
KeycloakToken = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|-",
        help="Log in with an access token from a file or standard input.",
        rich_help_panel=LOGIN,
    ),
]
Device = Annotated[
    bool,
    typer.Option("--device", help="Log in with a browser elsewhere.", rich_help_panel=LOGIN),
]
DeviceClient = Annotated[
    str,
    typer.Option(callback=not_empty, help="The public client of --device.", rich_help_panel=LOGIN),
]

__all__ = ["CANARY", "PROVIDER", "SUBJECT"]
