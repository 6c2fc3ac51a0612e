"""The options that say which cluster is meant."""

from typing import Annotated

import typer

Kubeconfig = Annotated[
    str | None,
    typer.Option(
        help="A kubeconfig file. Without it: the file that KUBECONFIG names, or ~/.kube/config."
    ),
]
Context = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="A context of the kubeconfig. Without it: its current context."
    ),
]
Contexts = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="A context of the kubeconfig. Without it: its current context. May be repeated: each "
        "is answered in turn.",
    ),
]
