"""Runs `groupaccess why`. Slow to import: only when it runs."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import typer

from groupaccess.adapters.kubernetes.kubeconfig import NoAccessError, context_namespace
from groupaccess.application.diagnosis.why import Why
from groupaccess.application.ports.keycloak_setup import SetupRefusedError, SetupUnknownError
from groupaccess.cli.diagnosis.cluster import GIVE_KUBECONFIG, exit_not_checked, open_cluster
from groupaccess.cli.diagnosis.configuration_file import read_configuration_file
from groupaccess.cli.diagnosis.exit_code import ExitCode, answer_code
from groupaccess.cli.diagnosis.json_report import why_json
from groupaccess.cli.diagnosis.terminal import show
from groupaccess.cli.diagnosis.why_options import TypedWhy, WhyOutput
from groupaccess.cli.diagnosis.why_text import why_lines
from groupaccess.cli.diagnosis.why_who import explain_who
from groupaccess.cli.keycloak_login.credentials import UsageError
from groupaccess.domain.diagnosis.access_request import AccessRequest, read_forbidden
from groupaccess.domain.diagnosis.explanation import ANONYMOUS, Explanation, no_token
from groupaccess.domain.diagnosis.finding import NotChecked


@dataclass(frozen=True)
class WhyOrder:
    """What was typed, and what it means.

    `who` is a user or a group of Keycloak. `request` is None where an error is given, from which it
    is read. `token` is in the file that was named.
    """

    typed: TypedWhy
    who: str | None
    request: AccessRequest | None
    token: str | None


def run_why(order: WhyOrder) -> None:
    """Run the command; what cannot be told becomes one line, and exit code 3."""
    try:
        result = asyncio.run(_explain(order))
    except NoAccessError as error:
        exit_not_checked(f"no access to the API server: {error}. {GIVE_KUBECONFIG}")
    except UsageError as error:
        raise typer.BadParameter(str(error)) from error
    except (SetupRefusedError, SetupUnknownError) as error:
        exit_not_checked(str(error))
    else:
        if isinstance(result, NotChecked):
            exit_not_checked(f"could not tell {result.what}: {result.why}")
        else:
            _print(order, result)


async def _explain(order: WhyOrder) -> Explanation | NotChecked:
    meant = _meant(order)
    if isinstance(meant, NotChecked):
        return meant
    user, request = meant
    if user == ANONYMOUS:
        return no_token(request)
    if user is not None and not order.typed.group:
        how = "give each with --as-group, or a token of theirs with --token"
        return NotChecked(f"which groups {user} has", how)
    async with open_cluster(order.typed.kubeconfig) as cluster:
        file = order.typed.authentication_config
        why = Why(cluster, datetime.now(UTC), read_configuration_file(file), str(file or ""))
        if order.request is None:  # an error names the resource as kube-apiserver does
            return await _answer(why, order, user, await why.with_scope(request))
        where = "" if request.path else _namespace(order.typed)
        resolved = await why.resolve(request, where)
        if isinstance(resolved, NotChecked):
            return resolved
        return await _answer(why, order, user, resolved)


def _namespace(typed: TypedWhy) -> str:
    """Return where, "" for all namespaces at once."""
    if typed.all_namespaces:
        return ""
    return typed.namespace or context_namespace(typed.kubeconfig)


async def _answer(
    why: Why, order: WhyOrder, user: str | None, request: AccessRequest
) -> Explanation | NotChecked:
    if order.who is not None:
        return await explain_who(why, order.who, order.typed, request)
    if order.token is not None:
        return await why.explain_token(order.token, request)
    if user is not None:
        return await why.explain(user, order.typed.group or (), request)
    return await why.explain_own(request)


def _meant(order: WhyOrder) -> tuple[str | None, AccessRequest] | NotChecked:
    """Return the user, None for the caller or whose token it is, and the request."""
    if order.request is not None:
        return order.typed.user, order.request
    read = read_forbidden(order.typed.error or "")
    if read is None:
        why = 'it has no line like: User "alice" cannot list resource "pods"'
        return NotChecked("what the error is about", why)
    return order.typed.user or read[0], read[1]


def _print(order: WhyOrder, explanation: Explanation) -> None:
    if order.typed.output is WhyOutput.JSON:
        typer.echo(why_json(explanation))
    else:
        show(why_lines(explanation))
    code = answer_code(explanation)
    if code is not ExitCode.NOTHING_WRONG:
        raise typer.Exit(code)
