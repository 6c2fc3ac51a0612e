"""Runs `groupaccess import` and prints the results. Slow to import: only when it runs."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import typer
from kubernetes.aio.client import ApiClient
from pydantic import ValidationError

from groupaccess.adapters.kubernetes.adoption import KubernetesAdoptionCluster
from groupaccess.adapters.kubernetes.client import KubernetesClient
from groupaccess.adapters.kubernetes.kubeconfig import NoAccessError, configure
from groupaccess.adapters.kubernetes.transport import HttpTransport
from groupaccess.application.adoption import (
    Removal,
    RemovalResult,
    draft_from_cluster,
    remove_replaced,
)
from groupaccess.application.ports.adoption import AdoptionCluster
from groupaccess.application.ports.errors import (
    InvalidRequestError,
    NotAllowedError,
    TransientError,
)
from groupaccess.cli.adoption.manifest import printable, render
from groupaccess.domain.adoption.candidates import BindingFilter
from groupaccess.domain.adoption.drafts import AdoptionOptions

RIGHTS = (
    "the command needs the right to list clusterrolebindings, rolebindings and groupaccesses in "
    "the whole cluster, and for --remove-replaced also to get them and to delete bindings"
)


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """What was typed: print drafts, or `remove` what is replaced (only list it in a dry run).

    `settle` is in seconds; see `remove_replaced`.
    """

    kubeconfig: str | None
    context: str | None
    selector: str
    pick: BindingFilter
    directory: str
    name: str
    groups_prefix: str
    remove: bool
    dry_run: bool
    settle: float


def run_import(order: ImportOptions) -> None:
    """Run the command; an error that a person can fix becomes one line, and exit code 1."""
    try:
        asyncio.run(_run(order))
    except NoAccessError as error:
        _fail(f"no access to the API server: {error}. Give a kubeconfig with --kubeconfig", error)
    except NotAllowedError as error:
        _fail(f"the API server refuses the request: {error}. Please note: {RIGHTS}", error)
    except InvalidRequestError as error:
        _fail(f"the API server does not understand the request: {error}", error)
    except TransientError as error:
        _fail(f"{error}. Check which cluster the kubeconfig names, and try again", error)
    except ValidationError as error:
        _fail(f"this version cannot read a GroupAccess in the cluster: {error}", error)


async def _run(order: ImportOptions) -> None:
    configuration = await configure(order.kubeconfig, order.context)
    async with ApiClient(configuration) as client:
        bindings = KubernetesAdoptionCluster(KubernetesClient(HttpTransport(client)))
        await (_remove(bindings, order) if order.remove else _print(bindings, order))


async def _print(bindings: AdoptionCluster, order: ImportOptions) -> None:
    wishes = AdoptionOptions(order.pick, order.name, order.groups_prefix)
    adoption = await draft_from_cluster(bindings, order.selector, wishes, order.directory)
    typer.echo(render(adoption, order.directory), nl=False)
    if not adoption.drafts:
        typer.echo("nothing to adopt: no selected binding can become a GroupAccess", err=True)


async def _remove(bindings: AdoptionCluster, order: ImportOptions) -> None:
    counts: Counter[RemovalResult] = Counter()
    removals = remove_replaced(
        bindings, order.selector, order.pick, dry_run=order.dry_run, settle=order.settle
    )
    async for removal in removals:
        counts[removal.result] += 1
        typer.echo(printable(f"{removal.redundancy.candidate.binding.key}: {removal.result.value}"))
        for words in _explain(removal):
            typer.echo(f"  {printable(words)}")
    if not counts:
        typer.echo("nothing to delete: no selected binding gives a role to a group")
        return
    counted = ", ".join(f"{counts[each]} {each.value}" for each in RemovalResult if counts[each])
    typer.echo(f"{counts.total()} bindings: {counted}")
    if counts[RemovalResult.FAILED]:
        raise typer.Exit(1)


def _explain(removal: Removal) -> Iterator[str]:
    judged = removal.redundancy
    if judged.is_covered:
        yield f"GroupAccess {', '.join(judged.accesses)} grants the same"
    yield from removal.remarks
    if judged.candidate.managing_tool is not None:
        yield judged.candidate.managing_tool.description


def _fail(words: str, error: Exception) -> None:
    typer.echo(f"error: {printable(words)}.", err=True)
    raise typer.Exit(1) from error
