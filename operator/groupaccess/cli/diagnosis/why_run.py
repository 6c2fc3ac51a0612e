"""Runs `groupaccess why`. Slow to import: only when it runs."""

from dataclasses import dataclass
from datetime import UTC, datetime

from groupaccess.adapters.kubernetes.kubeconfig import context_namespace
from groupaccess.application.diagnosis.why import Why
from groupaccess.application.ports.errors import AnonymousError
from groupaccess.cli.diagnosis.cluster import open_cluster
from groupaccess.cli.diagnosis.configuration_file import read_configuration_file
from groupaccess.cli.diagnosis.exit_code import answer_code
from groupaccess.cli.diagnosis.output.answer import Answer, no_answer
from groupaccess.cli.diagnosis.output.contexts import answer_contexts
from groupaccess.cli.diagnosis.output.documents import ExplanationList
from groupaccess.cli.diagnosis.output.from_facts import explanation_document
from groupaccess.cli.diagnosis.why_options import TypedWhy
from groupaccess.cli.diagnosis.why_text import why_lines
from groupaccess.cli.diagnosis.why_who import explain_who
from groupaccess.domain.diagnosis.access_request import AccessRequest, read_forbidden
from groupaccess.domain.diagnosis.explanation import Explanation, no_token
from groupaccess.domain.diagnosis.finding import NotChecked
from groupaccess.domain.diagnosis.lost_token import ANONYMOUS


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
    """Run the command."""

    async def ask(context: str | None) -> Answer:
        try:
            return _said(await _explain(order, context))
        except AnonymousError:
            return _said(no_token(order.request))

    answer_contexts(ask, order.typed, ExplanationList)


def _said(result: Explanation | NotChecked) -> Answer:
    if isinstance(result, NotChecked):
        return no_answer(f"could not tell {result.what}: {result.why}")
    document = explanation_document(result)
    return Answer(
        document=document,
        code=answer_code(result),
        summary=document.answer,
        lines=why_lines(document),
    )


async def _explain(order: WhyOrder, context: str | None) -> Explanation | NotChecked:
    meant = _meant(order)
    if isinstance(meant, NotChecked):
        return meant
    user, request = meant
    if user == ANONYMOUS:
        return no_token(request)
    if user is not None and not order.typed.group:
        how = "give each with --as-group, or a token of theirs with --token"
        return NotChecked(f"which groups {user} has", how)
    async with open_cluster(order.typed.kubeconfig, context) as cluster:
        file = order.typed.authentication_config
        why = Why(cluster, datetime.now(UTC), read_configuration_file(file), str(file or ""))
        if order.request is None:  # an error names the resource as kube-apiserver does
            return await _answer(why, order, user, await why.with_scope(request))
        where = "" if request.path else _namespace(order.typed, context)
        resolved = await why.resolve(request, where)
        if isinstance(resolved, NotChecked):
            return resolved
        return await _answer(why, order, user, resolved)


def _namespace(typed: TypedWhy, context: str | None) -> str:
    """Return where, "" for all namespaces at once."""
    if typed.all_namespaces:
        return ""
    return typed.namespace or context_namespace(typed.kubeconfig, context)


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
