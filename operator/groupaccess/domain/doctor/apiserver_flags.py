"""kube-apiserver's flags, where they are visible, compared with the directory.

kubeadm runs it as a static pod, k3s writes its own arguments to an annotation of the node. A
structured file (--authentication-config) is visible nowhere.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.apiserver.oidc_check_result import (
    OidcCheckResult,
    check_inconclusive,
    check_matches,
    check_mismatch,
    flag_difference,
)

K3S_FLAG = "--kube-apiserver-arg"
NOWHERE = (
    "no pod of kubeadm and no node of k3s shows kube-apiserver's flags: a canary would show how it "
    "reads tokens (spec.canary)"
)


@dataclass(frozen=True, slots=True, order=True)
class Arguments:
    """The arguments of one kube-apiserver; `where` names what shows them."""

    where: str
    argv: tuple[str, ...]


def k3s_arguments(argv: Sequence[str]) -> tuple[str, ...] | None:
    """Return the arguments that k3s passes to kube-apiserver; None for an agent: it runs none."""
    if list(argv[:1]) != ["server"]:
        return None
    flags = _pairs(argv[1:])
    return tuple(f"--{value}" for name, value in flags if name == K3S_FLAG)


def compare(directory: Directory, seen: Iterable[Arguments]) -> OidcCheckResult:
    """Compare each kube-apiserver's arguments with the directory; return the worst result."""
    checks = [_check_server(directory, arguments) for arguments in sorted(seen)]
    for worst in ("False", "Unknown"):
        for check in checks:
            if check.status == worst:
                return check
    return checks[0] if checks else check_inconclusive(NOWHERE)


def _check_server(directory: Directory, seen: Arguments) -> OidcCheckResult:
    flags = dict(_pairs(seen.argv))
    if "--authentication-config" in flags:
        file = flags["--authentication-config"]
        return check_inconclusive(
            f"{seen.where}: kube-apiserver reads {file}, which cannot be seen from here: a canary "
            "would show what is in it (spec.canary)"
        )
    for fact in _differences(directory, flags):
        return check_mismatch(f"{seen.where}: {fact}")
    clients = [client.client_id for client in directory.clients]
    client = flags.get("--oidc-client-id", "")
    if client not in clients:
        return check_inconclusive(
            f"{seen.where}: kube-apiserver was told --oidc-client-id={client}, the clients of this "
            f"directory are {', '.join(clients)}: their tokens get a 401, unless a mapper adds "
            "that audience; a canary would show it (spec.canary)"
        )
    return check_matches(f"{seen.where}: kube-apiserver was told what this directory says")


def _differences(directory: Directory, flags: Mapping[str, str]) -> Iterator[str]:
    issuer = flags.get("--oidc-issuer-url", "")
    if issuer != directory.issuer:
        said = f"--oidc-issuer-url={issuer}" if issuer else "no --oidc-issuer-url"
        yield (
            f'kube-apiserver was told {said}, this directory says "{directory.issuer}": it takes '
            "no token from there"
        )
    for what, ours in (("claim", directory.groups_claim), ("prefix", directory.groups_prefix)):
        theirs = flags.get(f"--oidc-groups-{what}", "")
        if theirs != ours:
            yield flag_difference(what, theirs, ours)


def _pairs(argv: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Read `--name=value`, `--name value` and `--name`, as kube-apiserver and k3s accept them."""
    name = ""
    for each in argv:
        if not each.startswith("--"):
            if name:
                yield name, each
            name = ""
            continue
        if name:
            yield name, ""
        name, separator, value = each.partition("=")
        name = name.replace("_", "-")
        if separator:
            yield name, value
            name = ""
    if name:
        yield name, ""
