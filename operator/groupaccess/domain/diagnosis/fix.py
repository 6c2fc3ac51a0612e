"""How to mend something: a command to paste, a change of a file, or words for a person."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from groupaccess.domain.diagnosis.authenticator import Authenticator, Distribution


@dataclass(frozen=True, slots=True)
class Command:
    """A command to paste into a shell."""

    line: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a YAML file below a field of it: lines that go, and lines that come.

    `below` is the field's path, such as `spec.containers[0].command`. `then` is what makes the
    change take effect.
    """

    file: str
    below: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    then: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What a person has to decide, or to do in a console: one or more sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """One way to mend something; `where` says for which installation, "" for every one."""

    steps: tuple[Command | Edit | Advice, ...]
    where: str = ""


class Setting(Enum):
    """What kube-apiserver is told about tokens: its flag, and the field of its configuration."""

    ISSUER = ("oidc-issuer-url", "issuer.url", "oidcIssuerURL")
    AUDIENCE = ("oidc-client-id", "issuer.audiences", "oidcClientID")
    USERNAME_CLAIM = ("oidc-username-claim", "claimMappings.username.claim", "oidcUsernameClaim")
    GROUPS_CLAIM = ("oidc-groups-claim", "claimMappings.groups.claim", "oidcGroupsClaim")
    GROUPS_PREFIX = ("oidc-groups-prefix", "claimMappings.groups.prefix", "oidcGroupsPrefix")
    ALGORITHMS = ("oidc-signing-algs", "", "")

    @property
    def flag(self) -> str:
        """Return the flag, without its dashes."""
        return self.value[0]

    @property
    def field(self) -> str:
        """Return the field of an AuthenticationConfiguration, below `jwt[]`."""
        return self.value[1]

    @property
    def parent(self) -> str:
        """Return the object or the list that this field is in."""
        return self.field if self is Setting.AUDIENCE else self.field.rpartition(".")[0]

    @property
    def kops_field(self) -> str:
        """Return the field of a kOps cluster, below `spec.kubeAPIServer`."""
        return self.value[2]


class FlagFile(NamedTuple):
    """Where a distribution keeps the flags of kube-apiserver: the field of a file."""

    file: str
    below: str
    then: str


RELOADS = (
    "kube-apiserver reads the file again by itself within a minute, and keeps what it had if "
    "that fails"
)
NODE_ARGUMENTS = "kube-apiserver-arg"
FLAG_FILES = {
    Distribution.KUBEADM: FlagFile(
        "/etc/kubernetes/manifests/kube-apiserver.yaml",
        "spec.containers[0].command",
        "the kubelet restarts kube-apiserver by itself",
    ),
    Distribution.K3S: FlagFile(
        "/etc/rancher/k3s/config.yaml", NODE_ARGUMENTS, "systemctl restart k3s"
    ),
    Distribution.RKE2: FlagFile(
        "/etc/rancher/rke2/config.yaml", NODE_ARGUMENTS, "systemctl restart rke2-server"
    ),
    Distribution.KOPS: FlagFile(
        "kops edit cluster",
        "spec.kubeAPIServer",
        "kops update cluster --yes; kops rolling-update cluster --yes",
    ),
}
PLAIN = re.compile(r"[A-Za-z0-9/-][^\s\"'#{}\[\],&*|>%@`]*")  # what YAML takes without quotes
USUAL = (Distribution.KUBEADM, Distribution.K3S, Distribution.RKE2)


def patch_spec(kind: str, name: str, fields: Mapping[str, object]) -> Command:
    """Return the command that sets fields of an object's spec and leaves all others."""
    patch = shlex.quote(json.dumps({"spec": fields}))
    return Command(f"kubectl patch {kind} {shlex.quote(name)} --type=merge -p {patch}")


Settings = Mapping[Setting, str]


def change_setting(
    told: Authenticator | None, setting: Setting, before: str | None, after: str
) -> tuple[Fix, ...]:
    """Return how to give kube-apiserver another value; `before` is the one that it has, if any.

    A flag is replaced as it was written, and added if its value is the default.
    """
    if told is not None and told.given is not None:
        before = told.given.get(f"--{setting.flag}")
    return change_settings(told, {} if before is None else {setting: before}, {setting: after})


def change_settings(
    told: Authenticator | None, before: Settings, after: Settings
) -> tuple[Fix, ...]:
    """Return how to give kube-apiserver other values: one fix for its distribution.

    `told` is None when nothing shows how it is started: then there is a fix for each of USUAL.
    """
    if told is not None and told.distribution is Distribution.CONFIGURATION:
        return (Fix(tuple(_change_fields(told, before, after))),)
    in_kops = told is not None and told.distribution is Distribution.KOPS
    if in_kops and not all(setting.kops_field for setting in after):
        return ()  # kOps has no field for it
    if told is not None and told.distribution is not Distribution.UNKNOWN:
        return (Fix((_change_flags(told.distribution, before, after),)),)
    return tuple(Fix((_change_flags(each, before, after),), each.value) for each in USUAL)


def add_issuer(file: str, settings: Settings) -> Fix:
    """Return how to let an authentication configuration accept one more issuer.

    Its user names get the prefix that the flags would give them.
    """
    issuer = settings[Setting.ISSUER]
    lines = (
        "- issuer:",
        f"    url: {_yaml(issuer)}",
        f"    audiences: [{_yaml(settings[Setting.AUDIENCE])}]",
        "  claimMappings:",
        "    username:",
        f"      claim: {_yaml(settings[Setting.USERNAME_CLAIM])}",
        f"      prefix: {json.dumps(f'{issuer}#')}",
        "    groups:",
        f"      claim: {_yaml(settings[Setting.GROUPS_CLAIM])}",
        f"      prefix: {json.dumps(settings.get(Setting.GROUPS_PREFIX, ''))}",
    )
    return Fix((Edit(file, "jwt", (), lines, RELOADS),))


def accept_audience(told: Authenticator, audience: str) -> tuple[Fix, ...]:
    """Return how to accept one more audience: the flags take one, a configuration several."""
    if told.distribution is not Distribution.CONFIGURATION:
        return change_setting(told, Setting.AUDIENCE, min(told.audiences, default=None), audience)
    issuer = f"{told.field}.issuer"
    add = Edit(told.where, f"{issuer}.audiences", (), (f"- {_yaml(audience)}",), RELOADS)
    if len(told.audiences) != 1:
        return (Fix((add,)),)
    match = Edit(told.where, issuer, (), ("audienceMatchPolicy: MatchAny",), RELOADS)
    return (Fix((add, match)),)


def _change_flags(distribution: Distribution, before: Settings, after: Settings) -> Edit:
    def lines(settings: Settings) -> tuple[str, ...]:
        return tuple(_flag_line(distribution, *each) for each in settings.items())

    file, below, then = FLAG_FILES[distribution]
    return Edit(file, below, lines(before), lines(after), then)


def _flag_line(distribution: Distribution, setting: Setting, value: str) -> str:
    match distribution:
        case Distribution.KUBEADM:
            return f"- {_yaml(f'--{setting.flag}={value}')}"
        case Distribution.KOPS:
            return f"{setting.kops_field}: {_yaml(value)}"
        case _:
            return f"- {json.dumps(f'{setting.flag}={value}')}"


def _change_fields(told: Authenticator, before: Settings, after: Settings) -> Iterator[Edit]:
    """Yield a change for each object of the configuration that has one of these fields."""
    for parent in dict.fromkeys(setting.parent for setting in (*before, *after)):

        def lines(settings: Settings, parent: str = parent) -> tuple[str, ...]:
            mine = (each for each in settings.items() if each[0].parent == parent)
            return tuple(_field_line(*each) for each in mine)

        below = f"{told.field}.{parent}"
        yield Edit(told.where, below, lines(before), lines(after), RELOADS)


def _field_line(setting: Setting, value: str) -> str:
    if setting is Setting.AUDIENCE:
        return f"- {_yaml(value)}"
    return f"{setting.field.rpartition('.')[2]}: {_yaml(value)}"


def _yaml(text: str) -> str:
    """Return a text as YAML reads it back; JSON's quotes are YAML's, too."""
    plain = PLAIN.fullmatch(text) and not text.endswith(":")
    return text if plain else json.dumps(text)
