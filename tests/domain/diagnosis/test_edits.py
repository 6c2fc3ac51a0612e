"""A printed change of kube-apiserver's settings, made as printed, mends what it is printed for."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml

from domain.diagnosis.logins import DIRECTORY, ISSUER, login, token
from groupaccess.cli.diagnosis.finding_text import finding_lines
from groupaccess.cli.diagnosis.output.from_facts import check_item
from groupaccess.domain.access.keycloak_directory import Directory
from groupaccess.domain.diagnosis.authentication_configuration import read_configuration
from groupaccess.domain.diagnosis.authenticator import (
    Arguments,
    Authenticator,
    Distribution,
    authenticators,
    node_arguments,
)
from groupaccess.domain.diagnosis.finding import Finding
from groupaccess.domain.diagnosis.login_diagnosis import diagnose_login
from testbed.printed_fix import edit_yaml, first_fix

SOUND = {
    "oidc-issuer-url": ISSUER,
    "oidc-client-id": "headlamp",
    "oidc-username-claim": "preferred_username",
    "oidc-groups-claim": "groups",
}
FIELDS = {
    "oidc-issuer-url": "issuer.url",
    "oidc-client-id": "issuer.audiences",
    "oidc-username-claim": "claimMappings.username.claim",
    "oidc-groups-claim": "claimMappings.groups.claim",
    "oidc-groups-prefix": "claimMappings.groups.prefix",
}
BROKEN: dict[str, Mapping[str, str]] = {
    "slash": {"oidc-issuer-url": f"{ISSUER}/"},
    "host": {"oidc-issuer-url": ISSUER.replace("auth", "sso")},
    "audience": {"oidc-client-id": "kubernetes"},
    "claim": {"oidc-groups-claim": "roles"},
    "prefix": {"oidc-groups-prefix": "oidc:"},
    "quoted prefix": {"oidc-groups-prefix": '"oidc:"'},
    "no groups claim": {"oidc-groups-claim": ""},
    "no user name": {"oidc-username-claim": "nickname"},
}
WITH_PREFIX = {"quoted prefix": "oidc:", "prefix missing": "oidc:", "no claim, a prefix": "oidc:"}


def kubeadm(flags: Mapping[str, str]) -> str:
    command = ["kube-apiserver", "--allow-privileged=true"]
    command += [f"--{name}={value}" for name, value in flags.items()]
    return yaml.safe_dump({"spec": {"containers": [{"command": command}]}})


def k3s(flags: Mapping[str, str]) -> str:
    arguments = [f"{name}={value}" for name, value in flags.items()]
    return yaml.safe_dump({"kube-apiserver-arg": arguments} if arguments else {"tls-san": ["x"]})


def configuration(flags: Mapping[str, str]) -> str:
    entry: dict[str, Any] = {"issuer": {}, "claimMappings": {"username": {"prefix": ""}}}
    for name, value in flags.items():
        *parents, last = FIELDS[name].split(".")
        place = entry
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = [value] if last == "audiences" else value
    if groups := entry["claimMappings"].get("groups"):
        groups.setdefault("prefix", "")
    return yaml.safe_dump({"kind": "AuthenticationConfiguration", "jwt": [entry]})


def told_by_kubeadm(text: str) -> Authenticator | None:
    command = yaml.safe_load(text)["spec"]["containers"][0]["command"]
    return of_flags(tuple(command), Distribution.KUBEADM)


def told_by_k3s(text: str) -> Authenticator | None:
    passed = yaml.safe_load(text).get("kube-apiserver-arg", ())
    argv = ["server", *(f"--kube-apiserver-arg={each}" for each in passed)]
    return of_flags(node_arguments(argv) or (), Distribution.K3S)


def of_flags(argv: tuple[str, ...], distribution: Distribution) -> Authenticator | None:
    told = authenticators(Arguments("here", argv, distribution))
    assert told is None or isinstance(told, Authenticator)
    return told


def told_by_configuration(text: str) -> Authenticator | None:
    return read_configuration(yaml.safe_load(text), "authn.yaml")[0]


WRITTEN = {
    "kubeadm": (kubeadm, told_by_kubeadm),
    "k3s": (k3s, told_by_k3s),
    "configuration": (configuration, told_by_configuration),
}


def findings(
    told: Authenticator | None, directory: Directory, algorithm: str = "RS256"
) -> tuple[Finding, ...]:
    carried = token(algorithm, aud="headlamp", azp="headlamp", preferred_username="alice", sub="1")
    seen = () if told is None else (told,)
    return diagnose_login(login(directory=directory, token=carried, authenticators=seen))


def mended(written: str, text: str, directory: Directory, algorithm: str) -> tuple[str, Directory]:
    """Return the file, and the directory, after the first finding's printed fix was made."""
    _, read = WRITTEN[written]
    first = findings(read(text), directory, algorithm)[0]
    fix = first_fix("\n".join(finding_lines(check_item(first))), written)
    for edit in fix.edits:
        text = edit_yaml(text, edit.below, edit.before, edit.after)
    for command in fix.commands:
        *_, patch = shlex.split(command)
        tokens = json.loads(patch)["spec"]["tokens"]
        directory = replace(directory, groups_prefix=tokens["groupsPrefix"])
    assert fix.edits or fix.commands
    return text, directory


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("case", BROKEN)
def test_what_is_printed_mends_it(case: str, written: str) -> None:
    flags = {name: value for name, value in {**SOUND, **BROKEN[case]}.items() if value}
    prefix = "oidc:" if case == "quoted prefix" else ""
    check(written, flags, prefix)


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("missing", ["oidc-groups-prefix", "oidc-groups-claim"])
def test_what_is_missing_is_added_where_it_belongs(missing: str, written: str) -> None:
    whole = {**SOUND, "oidc-groups-prefix": "oidc:"}
    gone = {missing, "oidc-groups-prefix"}
    check(written, {name: value for name, value in whole.items() if name not in gone}, "oidc:")


@pytest.mark.parametrize("written", ["kubeadm", "k3s"])
def test_a_flag_with_its_default_is_added_and_not_replaced(written: str) -> None:
    check(written, SOUND, "", algorithm="ES384")


@pytest.mark.parametrize("written", ["kubeadm", "k3s"])
@pytest.mark.parametrize("prefix", ["", "oidc:"])
def test_without_oidc_one_change_is_enough(prefix: str, written: str) -> None:
    check(written, {}, prefix)


def check(written: str, flags: Mapping[str, str], prefix: str, algorithm: str = "RS256") -> None:
    """Break it, and mend it as printed."""
    write, read = WRITTEN[written]
    directory = Directory(DIRECTORY.name, ISSUER, DIRECTORY.groups_claim, prefix, DIRECTORY.clients)
    text, directory = mended(written, write(flags), directory, algorithm)
    assert not findings(read(text), directory, algorithm)
