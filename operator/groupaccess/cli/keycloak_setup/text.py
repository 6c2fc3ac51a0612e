"""What the command prints, in words."""

import json
import shlex
from collections.abc import Iterator, Sequence

from groupaccess.cli.keycloak_setup.manifests import CA_CONFIG_MAP, directory_manifest
from groupaccess.cli.keycloak_setup.order import STDOUT, SetupOrder
from groupaccess.domain.keycloak_setup.calls import AdminCall, Ids, path_segment
from groupaccess.domain.keycloak_setup.plan import (
    CreateResource,
    SetupChange,
    UpdateResource,
    call_of,
)
from groupaccess.domain.keycloak_setup.state import RealmState
from groupaccess.domain.text import printable_text


def headline(order: SetupOrder, changes: Sequence[SetupChange]) -> str:
    """Return the answer: how many changes there are, and whether they will be made."""
    realm = f'realm "{order.options.realm}"'
    if not changes and order.undo:
        return f"Nothing to delete: {realm} has nothing that this command made."
    if not changes:
        return f"Nothing to change: {realm} has what the operator needs."
    number = f"{len(changes)} change{'s' if len(changes) > 1 else ''}"
    if order.apply:
        return f"{number} in {realm} of {order.url}:"
    return f"{number} would be made in {realm} of {order.url}; --apply makes them:"


def planned_lines(order: SetupOrder, change: SetupChange, ids: Ids) -> Iterator[str]:
    """Yield what a change does, and its call."""
    verb = {CreateResource: "create", UpdateResource: "change"}.get(type(change), "delete")
    yield f"  {verb} {_subject(change)}"
    yield f"    {call_text(order.options.realm, call_of(change, ids))}"


def made_line(change: SetupChange) -> str:
    """Return that a change was made."""
    verb = {CreateResource: "created", UpdateResource: "changed"}.get(type(change), "deleted")
    return f"  {verb} {_subject(change)}"


def call_text(realm: str, call: AdminCall) -> str:
    """Return a call with its path and its body. No body holds a secret."""
    body = "" if call.body is None else f" {json.dumps(call.body)}"
    return f"{call.method} /admin/realms/{path_segment(realm)}{call.path}{body}"


def next_steps(order: SetupOrder, state: RealmState) -> Iterator[str]:
    """Yield what to do in the cluster now, to be pasted."""
    namespace = order.namespace
    yield f"Next, in the cluster (namespace {namespace} must exist):"
    if order.options.cluster is None:
        yield ""
        yield "# the client's secret, which is not shown"
        yield _secret_command(order)
    else:
        yield ""
        yield "# the chart mounts the pod's token for Keycloak"
        yield f"helm upgrade … --set serviceAccountToken.audience={shlex.quote(state.issuer)}"
    if order.ca is not None:
        yield ""
        yield "# the CA of Keycloak's certificate"
        file = shlex.quote(str(order.ca))
        create = f"kubectl -n {namespace} create configmap {CA_CONFIG_MAP}"
        yield f"{create} --from-file=ca.crt={file}"
    if order.options.canary is not None:
        yield ""
        yield "# the right to ask kube-apiserver what it reads from the canary's token"
        yield "helm upgrade … --set apiServer.tokenReview=true"
    yield ""
    yield from _directory(order, state)


def _secret_command(order: SetupOrder) -> str:
    if order.secret_file not in {None, STDOUT}:
        file = shlex.quote(str(order.secret_file))
        return f"kubectl apply --server-side -f {file} && rm {file}"
    parts = ["groupaccess", "keycloak-setup", order.url, order.options.realm]
    for option, value, default in (
        ("--client", order.options.client_id, "groupaccess"),
        ("--ca", str(order.ca or ""), ""),
        ("--login-realm", order.login.realm, "master"),
        ("--namespace", order.namespace, "groupaccess"),
        ("--secret-name", order.secret_name, "keycloak"),
    ):
        if value != default:
            parts += [option, value]
    command = shlex.join([*parts, "--secret-file", "-"])
    return f"{command} | kubectl apply --server-side -f -"


def _directory(order: SetupOrder, state: RealmState) -> Iterator[str]:
    try:
        manifest = directory_manifest(
            order.options,
            issuer=state.issuer,
            url=order.url,
            has_own_ca=order.ca is not None,
            secret_name=order.secret_name,
        )
    except ValueError:
        yield (
            f"# The realm's issuer is {printable_text(state.issuer)}. kube-apiserver accepts only "
            "https: set Keycloak's hostname, then run this again for a KeycloakDirectory."
        )
        return
    yield "# the directory: correct groupsPrefix to kube-apiserver's --oidc-groups-prefix"
    yield "kubectl apply -f - <<'EOF'"
    yield manifest.rstrip("\n")
    yield "EOF"


def _subject(change: SetupChange) -> str:
    return printable_text(f'{change.resource.kind} "{change.resource.name}"')
