"""The option that says which cluster is meant."""

from typing import Annotated

import typer

Kubeconfig = Annotated[
    str | None,
    typer.Option(
        help="A kubeconfig file. Without it: the file that KUBECONFIG names, or ~/.kube/config."
    ),
]
