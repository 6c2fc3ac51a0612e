"""The options of `groupaccess why`."""

import re
from enum import StrEnum
from typing import Annotated

import typer

from groupaccess.cli.diagnosis.token_file import TokenFile, read_token_file
from groupaccess.cli.kubeconfig_option import Kubeconfig
from groupaccess.domain.diagnosis.access_request import AccessRequest

RESOURCE = re.compile(r"(?P<resource>[^./]+)(?:\.(?P<group>[^/]+))?(?:/(?P<name>.+))?")
WORDS = 2  # a verb and a resource


class WhyOutput(StrEnum):
    """How the answer is printed."""

    TEXT = "text"
    JSON = "json"


Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[VERB RESOURCE[.GROUP][/NAME]]",
        help="What somebody wants to do: list pods, get deployments.apps/web",
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
    kubeconfig: Kubeconfig = None,
) -> None:
    """Say why somebody may do something, or not: you, or whose token or error you have.

    It only reads. Exit codes: 0 yes, 1 no, 3 could not tell.

    groupaccess why list pods -n shop --token token.txt
    """
    if namespace and all_namespaces:
        raise typer.BadParameter("give a namespace, or all of them", param_hint="-n, -A")
    if token and (user or error):
        raise typer.BadParameter("the token says who it is", param_hint="--token")
    if group and not (user or error):
        raise typer.BadParameter("it needs --as or --error", param_hint="--as-group")
    from groupaccess.cli.diagnosis.why_run import WhyOrder, run_why

    run_why(
        WhyOrder(
            request=None if error else _request(words or [], namespace),
            token=read_token_file(token),
            error=error,
            user=user,
            groups=tuple(group or ()),
            output=output,
            kubeconfig=kubeconfig,
        )
    )


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
