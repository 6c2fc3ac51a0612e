"""How kube-apiserver was told to read tokens: by flags, or by its authentication configuration."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

CLASSIC_ALGORITHMS = frozenset({"RS256"})  # of --oidc-signing-algs, when it is not set
ALL_ALGORITHMS = frozenset(
    f"{family}{size}" for family in ("RS", "ES", "PS") for size in ("256", "384", "512")
)  # with an authentication configuration
DEFAULT_USERNAME_CLAIM = "sub"
EMAIL_CLAIM = "email"
CONFIGURATION_FLAG = "--authentication-config"
REQUIRED_FLAG = "--oidc-required-claim"
FILE_FLAGS = frozenset({CONFIGURATION_FLAG, "--oidc-ca-file"})
DEFAULTS = {
    "--oidc-username-claim": DEFAULT_USERNAME_CLAIM,
    "--oidc-signing-algs": ",".join(CLASSIC_ALGORITHMS),
}
NODE_ARGUMENT_FLAG = "--kube-apiserver-arg"  # of k3s and RKE2
NO_SERVER_FLAG = "--disable-apiserver"  # of theirs: a node for etcd alone


class Distribution(Enum):
    """Who starts kube-apiserver, and so where a person changes its settings."""

    KUBEADM = "kubeadm"
    KOPS = "kOps"
    K3S = "k3s"
    RKE2 = "RKE2"
    CONFIGURATION = "authentication configuration"  # a file, whoever starts it
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of one kube-apiserver; `where` names what shows them."""

    where: str
    argv: tuple[str, ...]
    distribution: Distribution = Distribution.UNKNOWN


@dataclass(frozen=True, slots=True)
class Authenticator:
    """One issuer that kube-apiserver accepts tokens of, and what it reads from them.

    A claim is None where an expression (CEL) takes its place: only kube-apiserver can say what that
    returns. An empty `groups_claim` means that no groups are read. `required_claims` maps claims to
    the values that they must have. `distribution` and `where` tell who was told so, and where that
    can be seen: in a configuration it is `field` of the file, such as `jwt[0]`. `given` are
    the flags and their values as they were written.
    """

    where: str
    distribution: Distribution
    issuer: str
    audiences: frozenset[str]
    username_claim: str | None = DEFAULT_USERNAME_CLAIM
    username_prefix: str = ""
    groups_claim: str | None = ""
    groups_prefix: str = ""
    required_claims: Mapping[str, str] | None = None
    algorithms: frozenset[str] = CLASSIC_ALGORITHMS
    field: str = ""
    given: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ConfigurationFile:
    """The flags name a file, which the cluster's API does not show."""

    where: str
    path: str


def authenticators(seen: Arguments) -> Authenticator | ConfigurationFile | None:
    """Return what one kube-apiserver was told; None if it accepts no OIDC tokens at all."""
    flags = defaultdict[str, list[str]](list)
    for name, value in flag_pairs(seen.argv):
        flags[name].append(value)
    if path := flags.get(CONFIGURATION_FLAG):
        return ConfigurationFile(seen.where, path[-1])
    last = {name: values[-1] for name, values in flags.items()}
    issuer = last.get("--oidc-issuer-url", "")
    if not issuer:
        return None
    claim = last.get("--oidc-username-claim", DEFAULT_USERNAME_CLAIM)
    return Authenticator(
        seen.where,
        seen.distribution,
        issuer,
        frozenset({last.get("--oidc-client-id", "")}),
        username_claim=claim,
        username_prefix=_username_prefix(claim, issuer, last.get("--oidc-username-prefix", "")),
        groups_claim=last.get("--oidc-groups-claim", ""),
        groups_prefix=last.get("--oidc-groups-prefix", ""),
        required_claims=_required(flags.get(REQUIRED_FLAG, ())),
        algorithms=_words(last.get("--oidc-signing-algs", "")) or CLASSIC_ALGORITHMS,
        given=last,
    )


def differing_arguments(seen: Iterable[Arguments]) -> tuple[str, ...]:
    """Return what each kube-apiserver was told of tokens that others were not told.

    There is a line for each, and none if all were told the same.
    """
    told = {each.where: frozenset(_token_flags(each.argv)) for each in seen}
    common = frozenset[str]().union(*told.values()).intersection(*told.values())
    if all(flags == common for flags in told.values()):
        return ()
    own = {where: " ".join(sorted(flags - common)) for where, flags in told.items()}
    return tuple(f"{where}: {flags or 'none of these'}" for where, flags in own.items())


def _token_flags(argv: Iterable[str]) -> Iterator[str]:
    """Yield the flags about tokens, each as it counts: the last one, and no default.

    Of a file only the flag: where it lies is each machine's own.
    """
    last = dict[str, str]()
    required = list[str]()
    for name, value in flag_pairs(argv):
        if name == REQUIRED_FLAG:
            required += value.split(",")
        elif name.startswith("--oidc-") or name == CONFIGURATION_FLAG:
            last[name] = value
    yield from (f"{REQUIRED_FLAG}={claim}" for claim in required)
    for name, value in last.items():
        if value not in ("", DEFAULTS.get(name)):
            yield name if name in FILE_FLAGS else f"{name}={value}"


def node_arguments(argv: Sequence[str]) -> tuple[str, ...] | None:
    """Return the arguments that k3s or RKE2 passes to kube-apiserver, as its node shows them.

    None for a node that runs none: an agent, or a server for etcd alone.
    """
    flags = list(flag_pairs(argv[1:]))
    without = any(name == NO_SERVER_FLAG and value != "false" for name, value in flags)
    if without or list(argv[:1]) != ["server"]:
        return None
    passed = (value for name, value in flags if name == NODE_ARGUMENT_FLAG)
    return tuple(f"--{value}" for value in passed)


def flag_pairs(argv: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Read `--name=value`, `--name value` and `--name`, as kube-apiserver and k3s accept them."""
    name = ""
    for word in argv:
        if not word.startswith("--"):
            if name:
                yield name, word
            name = ""
            continue
        if name:
            yield name, ""
        name, separator, value = word.partition("=")
        name = name.replace("_", "-")
        if separator:
            yield name, value
            name = ""
    if name:
        yield name, ""


def _username_prefix(claim: str, issuer: str, prefix: str) -> str:
    """Return the prefix; `-` means none, and without the flag only an e-mail has none."""
    if prefix:
        return "" if prefix == "-" else prefix
    return "" if claim == EMAIL_CLAIM else f"{issuer}#"


def _required(values: Iterable[str]) -> dict[str, str]:
    pairs = (each.partition("=") for value in values for each in value.split(","))
    return {name: value for name, separator, value in pairs if separator}


def _words(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(",")))
