"""Runs `groupaccess why`. Slow to import: only when it runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from groupaccess.adapters.kubernetes.kubeconfig import context_namespace
from groupaccess.application.diagnosis.why import Why
from groupaccess.application.diagnosis.why_unauthorized import explain_unauthorized
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
from groupaccess.domain.diagnosis.rejection import explain_bare
from groupaccess.domain.diagnosis.unauthorized import read_unauthorized


@dataclass(frozen=True)
class WhyOrder:
    """What was typed, and what it means.

    `who` is a user or a group of Keycloak. `request` is None if the question is what is bound for
    somebody, or where there is an `error`, the text of one, from which it is read. `token` is in
    the file that was named.
    """

    typed: TypedWhy
    who: str | None
    request: AccessRequest | None
    token: str | None
    error: str | None = None


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
    if order.error is not None:
        return await _explain_error(order, order.error, context)
    user = order.typed.user
    if user is not None and not order.typed.group:
        return _without_groups(user)
    async with _open(order, context) as why:
        request = await _resolve(why, order, context)
        if isinstance(request, NotChecked):
            return request
        return await _answer(why, order, user, request)


async def _explain_error(
    order: WhyOrder, error: str, context: str | None
) -> Explanation | NotChecked:
    read = read_forbidden(error)
    if read is None:
        return await _explain_unauthorized(order, error, context)
    user, request = order.typed.user or read[0], read[1]
    if user == ANONYMOUS:
        return no_token(request)
    if not order.typed.group:
        return _without_groups(user)
    async with _open(order, context) as why:  # an error names the resource as kube-apiserver does
        return await _answer(why, order, user, await why.with_scope(request))


async def _explain_unauthorized(
    order: WhyOrder, error: str, context: str | None
) -> Explanation | NotChecked:
    words = read_unauthorized(error)
    if words is None:
        why_not = (
            'it has no line like: User "alice" cannot list resource "pods", and none of a 401, '
            "like: Unauthorized"
        )
        return NotChecked("what the error is about", why_not)
    if not words:
        return explain_bare()
    async with _open(order, context) as why:
        return await explain_unauthorized(why, words)


def _without_groups(user: str) -> NotChecked:
    how = (
        "give each with --as-group, or a token of theirs with --token in place of the error or name"
    )
    return NotChecked(f"which groups {user} has", how)


@asynccontextmanager
async def _open(order: WhyOrder, context: str | None) -> AsyncIterator[Why]:
    async with open_cluster(order.typed.kubeconfig, context) as cluster:
        file = order.typed.authentication_config
        yield Why(cluster, datetime.now(UTC), read_configuration_file(file), str(file or ""))


async def _resolve(
    why: Why, order: WhyOrder, context: str | None
) -> AccessRequest | NotChecked | None:
    """Return the request that was typed, None if there is none."""
    if order.request is None:
        return None
    return await why.resolve(order.request, _namespace(order, context))


def _namespace(order: WhyOrder, context: str | None) -> str:
    """Return where, "" for all namespaces at once and for a path."""
    typed = order.typed
    if typed.all_namespaces or (order.request and order.request.path):
        return ""
    return typed.namespace or context_namespace(typed.kubeconfig, context)


async def _answer(
    why: Why, order: WhyOrder, user: str | None, request: AccessRequest | None
) -> Explanation | NotChecked:
    if order.who is not None:
        return await explain_who(why, order.who, order.typed, request)
    if order.token is not None:
        return await why.explain_token(order.token, request)
    if user is not None:
        return await why.explain(user, order.typed.group or (), request)
    return await why.explain_own(request)
