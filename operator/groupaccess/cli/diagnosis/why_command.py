"""`groupaccess why`."""

import re
from collections.abc import Iterator

import typer

from groupaccess.cli.dataclass_command import from_dataclass
from groupaccess.cli.diagnosis.output.option import check_standard_input
from groupaccess.cli.diagnosis.token_file import read_token_file
from groupaccess.cli.diagnosis.why_options import TypedWhy
from groupaccess.domain.diagnosis.access_request import PATH_VERBS, RESOURCE_VERBS, AccessRequest

RESOURCE = re.compile(r"(?P<resource>[^./]+)(?:\.(?P<group>[^/]+))?(?:/(?P<name>.+))?")
WORDS = 2  # a verb and a resource
FOR_WHO = "--directory, --client, --url, --ca, --keycloak-token, --device, --totp"


@from_dataclass(TypedWhy)
def why_command(typed: TypedWhy) -> None:
    """Say why somebody may do something, or not: you, a user of Keycloak, or whose token you have.

    Without a verb and a resource: who they are to kube-apiserver, and what is bound for them. It
    only reads. For a user or a group you log in to Keycloak. Exit codes: 0 yes, 1 no or something
    is wrong, 3 could not tell, or not read all that belongs to the answer.

    groupaccess why alice list pods -n shop
    """
    who, words = _who(typed.words or [])
    for contradiction, options in _contradictions(typed, who, words):
        raise typer.BadParameter(contradiction, param_hint=options)
    request = _request(words, typed.subresource) if words else None
    check_standard_input(typed.keycloak_token, typed.context)
    token = read_token_file(typed.token)
    from groupaccess.cli.diagnosis.why_run import WhyOrder, run_why

    run_why(WhyOrder(typed, who, request, token, _error(typed.error)))


def _error(typed: str | None) -> str | None:
    """Return the text of an error, from the standard input if `-` stands for it."""
    return typer.get_text_stream("stdin", errors="replace").read() if typed == "-" else typed


def _contradictions(
    typed: TypedWhy, who: str | None, words: list[str]
) -> Iterator[tuple[str, str]]:
    """Yield what contradicts each other, and the options that do."""
    if typed.namespace and typed.all_namespaces:
        yield "give a namespace, or all of them", "-n, -A"
    error = typed.error is not None
    if typed.token and (typed.user or error):
        yield "the token says who it is", "--token"
    if who and (typed.token or typed.user or error):
        yield "WHO says already who it is", "--token, --as, --error"
    if not who and typed.concerns_who:
        yield "it needs WHO", FOR_WHO
    place = typed.namespace or typed.all_namespaces or typed.subresource
    if place and words and words[-1].startswith("/"):
        yield "a path is in no namespace, and has no parts", "-n, -A, --subresource"
    if error and place:
        yield "the error says where, and what", "--error"
    if error and words:
        yield "the error says what it is about", "--error"
    if place and not (words or error):
        yield "it needs a verb and a resource", "-n, -A, --subresource"
    if typed.group and not (typed.user or error):
        yield "it needs --as or --error", "--as-group"


def _who(words: list[str]) -> tuple[str | None, list[str]]:
    """Return the user or group in front of the request, and the request; each may be left out.

    A verb alone is a request that was not ended.
    """
    alone = len(words) == 1 and words[0] not in (*RESOURCE_VERBS, *PATH_VERBS)
    return (words[0], words[1:]) if alone or len(words) == WORDS + 1 else (None, words)


def _request(words: list[str], subresource: str) -> AccessRequest:
    """Return what the words mean, before the API server tells which resource that is."""
    if len(words) != WORDS:
        raise typer.BadParameter("give a verb and a resource, such as: list pods")
    if words[1].startswith("/"):
        return AccessRequest.for_path(*words)
    match = RESOURCE.fullmatch(words[1])
    if match is None:
        text = f"{words[1]!r} is no resource: write pods, deploy/web, or a path such as /metrics"
        raise typer.BadParameter(text)
    return AccessRequest(
        words[0],
        match["resource"],
        match["group"] or "",
        subresource,
        match["name"] or "",
    )
