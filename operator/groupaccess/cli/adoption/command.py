"""The options of `groupaccess import`."""

import re
from typing import Annotated

import typer

from groupaccess.cli.kubeconfig_option import Context, Kubeconfig
from groupaccess.domain.adoption.candidates import BindingFilter

LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"


def _label(value: str) -> str:
    if len(value) > 40 or not re.fullmatch(LABEL, value):  # noqa: PLR2004 -- leaves room for a role
        raise typer.BadParameter(
            f"{value!r} is not a DNS label of at most 40 characters: use lower-case letters, "
            "digits and '-', for example adopted"
        )
    return value


def _object_name(value: str) -> str:
    if len(value) > 253 or not re.fullmatch(rf"{LABEL}(\.{LABEL})*", value):  # noqa: PLR2004 -- Kubernetes' limit
        raise typer.BadParameter(
            f"{value!r} is not a valid name: use lower-case letters, digits, '-' and '.', for "
            "example default"
        )
    return value


Roles = Annotated[
    list[str] | None,
    typer.Option(help="Only bindings of this ClusterRole. May be given several times."),
]
Subjects = Annotated[
    list[str] | None,
    typer.Option(help="Only this group, written as in the binding. May be given several times."),
]
Selector = Annotated[
    str,
    typer.Option(help="Only bindings with these labels, written as for kubectl: team=shop,!old"),
]
DirectoryName = Annotated[
    str,
    typer.Option(
        callback=_object_name, help="The KeycloakDirectory in which the groups are looked up."
    ),
]
NamePrefix = Annotated[
    str, typer.Option(callback=_label, help="What the names of the GroupAccesses begin with.")
]
GroupsPrefix = Annotated[
    str,
    typer.Option(
        help="What kube-apiserver puts before each group (--oidc-groups-prefix). A group "
        "without it cannot come from Keycloak and is left out, with a comment."
    ),
]
RemoveReplaced = Annotated[
    bool,
    typer.Option(
        "--remove-replaced",
        help="Do not print GroupAccesses, but delete old bindings: those whose access is fully "
        "granted by GroupAccesses now. All others stay, and also those that Flux, Argo CD or Helm "
        "would create again. Deletes without a question, unless --dry-run is given.",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="With --remove-replaced: only list what would be deleted."),
]
SettleSeconds = Annotated[
    float,
    typer.Option(
        min=0,
        max=60,
        help="With --remove-replaced: for how many seconds the bindings that grant the same must "
        "be unchanged, so that every cache of kube-apiserver has them.",
    ),
]


def import_command(  # noqa: PLR0913 -- one for each flag
    *,
    role: Roles = None,
    subject: Subjects = None,
    selector: Selector = "",
    directory: DirectoryName = "default",
    name: NamePrefix = "adopted",
    groups_prefix: GroupsPrefix = "",
    remove_replaced: RemoveReplaced = False,
    dry_run: DryRun = False,
    settle_seconds: SettleSeconds = 2.0,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
) -> None:
    """Print GroupAccesses that grant what bindings in the cluster grant to groups.

    Apply them, wait until they are Ready, then delete the old bindings:

    groupaccess import > adopted.yaml; kubectl apply -f adopted.yaml;
    groupaccess import --remove-replaced --dry-run
    """
    if dry_run and not remove_replaced:
        raise typer.BadParameter(
            "it needs --remove-replaced; without that, nothing is deleted", param_hint="--dry-run"
        )
    from groupaccess.cli.adoption.run import ImportOptions, run_import

    order = ImportOptions(
        kubeconfig=kubeconfig,
        context=context,
        selector=selector,
        pick=BindingFilter(frozenset(role or ()), frozenset(subject or ())),
        directory=directory,
        name=name,
        groups_prefix=groups_prefix,
        remove=remove_replaced,
        dry_run=dry_run,
        settle=settle_seconds,
    )
    run_import(order)
