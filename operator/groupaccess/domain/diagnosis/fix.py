"""How to mend something: a command to paste, a change of a file, or words for a person."""

import json
import re
from dataclasses import dataclass
from enum import Enum

from groupaccess.domain.diagnosis.authenticator import Authenticator, Distribution


@dataclass(frozen=True, slots=True)
class Command:
    """A command to paste into a shell."""

    line: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a file: the line that is there (None for a new one), the line that replaces it.

    `then` is what makes it take effect.
    """

    file: str
    before: str | None
    after: str
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

    ISSUER = ("oidc-issuer-url", "url", "oidcIssuerURL")
    AUDIENCE = ("oidc-client-id", "audiences", "oidcClientID")
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
    def kops_field(self) -> str:
        """Return the field of a kOps cluster, below `spec.kubeAPIServer`."""
        return self.value[2]


KUBELET_RESTARTS = "the kubelet restarts kube-apiserver by itself"
RELOADS = "kube-apiserver reads the file again by itself"
K3S, RKE2 = "/etc/rancher/k3s/config.yaml", "/etc/rancher/rke2/config.yaml"
BELOW = "below kube-apiserver-arg:"
FLAG_FILES = {
    Distribution.KUBEADM: ("/etc/kubernetes/manifests/kube-apiserver.yaml", KUBELET_RESTARTS),
    Distribution.K3S: (f"{K3S}, {BELOW}", "systemctl restart k3s"),
    Distribution.RKE2: (f"{RKE2}, {BELOW}", "systemctl restart rke2-server"),
    Distribution.KOPS: (
        "kops edit cluster",
        "kops update cluster --yes; kops rolling-update cluster --yes",
    ),
}
PLAIN = re.compile(r"[A-Za-z0-9/-][^\s\"'#{}\[\],&*|>%@`]*")  # what YAML takes without quotes
USUAL = (Distribution.KUBEADM, Distribution.K3S, Distribution.RKE2)


def change_setting(
    told: Authenticator | None, setting: Setting, before: str | None, after: str
) -> tuple[Fix, ...]:
    """Return how to give kube-apiserver another value: one fix for its distribution.

    `told` is None when nothing shows how it is started: then there is a fix for each of USUAL.
    `before` is the value that it has, None if it has none.
    """
    if told is not None and told.distribution is Distribution.CONFIGURATION:
        return (Fix((_change_field(told.where, setting, before, after),)),)
    if told is not None and told.distribution is not Distribution.UNKNOWN:
        return (Fix((_change_flag(told.distribution, setting, before, after),)),)
    return tuple(Fix((_change_flag(each, setting, before, after),), each.value) for each in USUAL)


def _change_flag(
    distribution: Distribution, setting: Setting, before: str | None, after: str
) -> Edit:
    file, then = FLAG_FILES[distribution]

    def line(value: str) -> str:
        match distribution:
            case Distribution.KUBEADM:
                return f"- {_yaml(f'--{setting.flag}={value}')}"
            case Distribution.KOPS:
                return f"{setting.kops_field}: {_yaml(value)}"
            case _:
                return f"- {json.dumps(f'{setting.flag}={value}')}"

    return Edit(file, None if before is None else line(before), line(after), then)


def _change_field(file: str, setting: Setting, before: str | None, after: str) -> Edit:
    name = setting.field.rpartition(".")[2]

    def line(value: str) -> str:
        text = _yaml(value)
        return f"{name}: [{text}]" if setting is Setting.AUDIENCE else f"{name}: {text}"

    return Edit(file, None if before is None else line(before), line(after), RELOADS)


def _yaml(text: str) -> str:
    """Return a text as YAML reads it back; JSON's quotes are YAML's, too."""
    plain = PLAIN.fullmatch(text) and not text.endswith(":")
    return text if plain else json.dumps(text)
