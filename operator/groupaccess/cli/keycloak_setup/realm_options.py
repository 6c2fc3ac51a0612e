"""The arguments and options that say what the realm gets, and what is done with the result."""

from pathlib import Path
from typing import Annotated

import typer

from groupaccess.cli.keycloak_login.values import keycloak_url, not_empty

WANTED, RESULT = "What the realm gets", "Result"

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
