"""The options of `groupaccess why`."""

import re
from enum import StrEnum
from typing import Annotated

import typer

from groupaccess.cli.diagnosis.token_file import TokenFile, read_token_file
from groupaccess.cli.keycloak_login import options
from groupaccess.cli.keycloak_login.credentials import LoginChoice
from groupaccess.cli.kubeconfig_option import Kubeconfig
from groupaccess.domain.diagnosis.access_request import AccessRequest

RESOURCE = re.compile(r"(?P<resource>[^./]+)(?:\.(?P<group>[^/]+))?(?:/(?P<name>.+))?")
WORDS = 2  # a verb and a resource
GROUP = "group:"  # before the path of a group


class WhyOutput(StrEnum):
    """How the answer is printed."""

    TEXT = "text"
    JSON = "json"


Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[WHO] VERB RESOURCE[.GROUP][/NAME]",
        help="Whose access (a user of Keycloak, or group:/PATH; you, if it is left out), and what "
        "they want to do: alice list pods, get deployments.apps/web",
    ),
]
Namespace = Annotated[str, typer.Option("-n", "--namespace", help="Where.")]
Everywhere = Annotated[
    bool, typer.Option("-A", "--all-namespaces", help="In all namespaces at once.")
]
ErrorText = Annotated[
    str | None,
    typer.Option("--error", help="The text of a 403, from which user and request are read."),
]
User = Annotated[
    str | None,
    typer.Option("--as", help="Another user than you, as kube-apiserver names them."),
]
Groups = Annotated[
    list[str] | None,
    typer.Option(
        "--as-group",
        help="With --as or --error: a group of that user, as kube-apiserver reads it. May be "
        "repeated.",
    ),
]


DirectoryName = Annotated[
    str | None,
    typer.Option("--directory", help="With WHO: the KeycloakDirectory whose realm they are in."),
]
KeycloakUrl = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="With WHO: where Keycloak's admin API is, if not at the issuer: "
        "https://keycloak.example.com/auth",
        rich_help_panel=options.LOGIN,
    ),
]
ClientName = Annotated[
    str | None,
    typer.Option("--client", help="With WHO: the client that they log in with."),
]


def why_command(  # noqa: PLR0913 -- one for each flag
    *,
    words: Words = None,
    namespace: Namespace = "",
    all_namespaces: Everywhere = False,
    token: TokenFile = None,
    error: ErrorText = None,
    user: User = None,
    group: Groups = None,
    output: Annotated[WhyOutput, typer.Option("-o", "--output", help="How to print.")] = (
        WhyOutput.TEXT
    ),
    directory: DirectoryName = None,
    client: ClientName = None,
    url: KeycloakUrl = None,
    ca: options.Ca = None,
    login_realm: options.LoginRealm = "master",
    totp: options.Totp = False,
    keycloak_token: options.KeycloakToken = None,
    device: options.Device = False,
    device_client: options.DeviceClient = "groupaccess-cli",
    kubeconfig: Kubeconfig = None,
) -> None:
    """Say why somebody may do something, or not: you, a user of Keycloak, or whose token you have.

    It only reads. For a user or a group you log in to Keycloak. Exit codes: 0 yes, 1 no, 3 could
    not tell.

    groupaccess why alice list pods -n shop
    """
    if namespace and all_namespaces:
        raise typer.BadParameter("give a namespace, or all of them", param_hint="-n, -A")
    if token and (user or error):
        raise typer.BadParameter("the token says who it is", param_hint="--token")
    who, words = _who(words or [])
    if who and (token or user or error):
        raise typer.BadParameter("it says already who it is", param_hint="--token, --as, --error")
    if not who and (directory or client or url or ca or keycloak_token or device or totp):
        hint = "--directory, --client, --url, --ca, --keycloak-token, --device, --totp"
        raise typer.BadParameter("it needs WHO", param_hint=hint)
    if error and words:
        raise typer.BadParameter("the error says what it is about", param_hint="--error")
    if group and not (user or error):
        raise typer.BadParameter("it needs --as or --error", param_hint="--as-group")
    from groupaccess.cli.diagnosis.why_run import WhyOrder, run_why

    run_why(
        WhyOrder(
            request=None if error else _request(words, namespace),
            who=who,
            directory=directory,
            client=client,
            url=url,
            ca=ca,
            login=LoginChoice(login_realm, totp, keycloak_token, device, device_client),
            token=read_token_file(token),
            error=error,
            user=user,
            groups=tuple(group or ()),
            output=output,
            kubeconfig=kubeconfig,
        )
    )


def _who(words: list[str]) -> tuple[str | None, list[str]]:
    """Return the user or group in front of the request, and the request."""
    return (words[0], words[1:]) if len(words) == WORDS + 1 else (None, words)


def _request(words: list[str], namespace: str) -> AccessRequest:
    """Return what the words mean."""
    if len(words) != WORDS:
        raise typer.BadParameter("give a verb and a resource, such as: list pods")
    match = RESOURCE.fullmatch(words[1])
    if match is None:
        text = f"{words[1]!r} is no resource: write pods, or deployments.apps/web"
        raise typer.BadParameter(text)
    return AccessRequest(
        words[0],
        match["resource"],
        match["group"] or "",
        name=match["name"] or "",
        namespace=namespace,
    )
