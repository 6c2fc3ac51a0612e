"""All options of `groupaccess why`, as they were typed."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import typer

from groupaccess.cli.diagnosis.configuration_file import ConfigurationPath
from groupaccess.cli.diagnosis.output.option import Quiet
from groupaccess.cli.diagnosis.token_file import TokenFile
from groupaccess.cli.keycloak_login.options import KeycloakUrl, TypedLogin
from groupaccess.cli.kubeconfig_option import Contexts, Kubeconfig

GROUP = "group:"  # before the path of a group


class WhyOutput(StrEnum):
    """How the answer is printed."""

    TEXT = "text"
    JSON = "json"
    YAML = "yaml"
    MARKDOWN = "markdown"


Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[WHO] [VERB RESOURCE[.GROUP][/NAME]|PATH]",
        help="Whose access (a user of Keycloak, or group:/PATH; you, if it is left out), and what "
        "they want to do, with the words of kubectl: alice list pods, get deploy/web, get "
        "/metrics. Without that: what is bound for them.",
    ),
]
Namespace = Annotated[
    str,
    typer.Option(
        "-n", "--namespace", help="Where. Without it: the namespace of the kubeconfig's context."
    ),
]
Subresource = Annotated[
    str, typer.Option("--subresource", help="A part of the resource, such as log or exec of pods.")
]
Everywhere = Annotated[
    bool, typer.Option("-A", "--all-namespaces", help="In all namespaces at once.")
]
ErrorText = Annotated[
    str | None,
    typer.Option(
        "--error",
        metavar="TEXT|-",
        help="The text of a 401 or 403, - for the standard input; it says who, and what.",
    ),
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
ClientName = Annotated[
    str | None,
    typer.Option("--client", help="With WHO: the client that they log in with."),
]
Output = Annotated[WhyOutput, typer.Option("-o", "--output", help="How to print.")]


@dataclass(frozen=True, kw_only=True)
class TypedWhy(TypedLogin):
    """Each field is an argument or an option; its type says how it is typed and explained."""

    words: Words = None
    namespace: Namespace = ""
    all_namespaces: Everywhere = False
    subresource: Subresource = ""
    token: TokenFile = None
    error: ErrorText = None
    user: User = None
    group: Groups = None
    output: Output = WhyOutput.TEXT
    directory: DirectoryName = None
    client: ClientName = None
    url: KeycloakUrl = None
    authentication_config: ConfigurationPath = None
    quiet: Quiet = False
    kubeconfig: Kubeconfig = None
    context: Contexts = None

    @property
    def concerns_who(self) -> bool:
        """Tell whether an option was typed that only a user or a group of Keycloak needs."""
        where = (self.directory, self.client, self.url, self.ca)
        return any((*where, self.keycloak_token, self.device, self.totp))
