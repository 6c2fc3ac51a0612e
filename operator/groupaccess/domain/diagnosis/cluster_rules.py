"""What is wrong with the cluster itself: its version, the clocks, and who gets in without OIDC."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from groupaccess.domain.binding import CLUSTER_ADMIN, Binding, BindingName, Subject
from groupaccess.domain.diagnosis.finding import Category, Cause, Finding, PassedCheck
from groupaccess.domain.diagnosis.fix import Advice, Fix
from groupaccess.domain.text import counted

MIN_VERSION = (1, 32)  # of the chart's kubeVersion
CLOCK_TOLERANCE = timedelta(seconds=30)  # what a slow answer and whole seconds explain
MASTERS = "system:masters"  # whoever has it in a client certificate may do everything
MAX_NAMES = 5  # in one line
_MINOR = re.compile(r"v?(\d+)\.(\d+)")


def version_checks(version: str) -> Iterator[Finding | PassedCheck]:
    """Yield whether a version such as `v1.37.2+k3s1` has what the project needs."""
    read = _MINOR.match(version)
    if not version:
        return
    if read is None or (int(read[1]), int(read[2])) >= MIN_VERSION:
        yield PassedCheck(Category.CLUSTER, f"Kubernetes {version}")
        return
    needed = ".".join(map(str, MIN_VERSION))
    fact = f"this is Kubernetes {version}, and GroupAccess needs {needed} or newer"
    advice = Advice(f"Upgrade the cluster to Kubernetes {needed} or newer first.")
    yield Finding(Cause.VERSION_NOT_SUPPORTED, fact, (), (Fix((advice,)),))


def clock_checks(ahead: Mapping[str, timedelta]) -> Iterator[Finding | PassedCheck]:
    """Yield whether clocks agree; `ahead` is how far each is before this machine's, by its name."""
    if not ahead:
        return
    offsets = {"this machine": timedelta(), **ahead}
    if max(offsets.values()) - min(offsets.values()) <= CLOCK_TOLERANCE:
        names = " and ".join(ahead)
        yield PassedCheck(Category.CLUSTER, f"the clocks of {names} and of this machine agree")
        return
    evidence = tuple(f"{name}: {_offset(offset)}" for name, offset in ahead.items())
    advice = Advice("Set the clocks by NTP: a token counts only between its times.")
    fact = "the clocks differ, so that a token may be rejected as ended or as not yet valid"
    yield Finding(Cause.CLOCKS_DIFFER, fact, evidence, (Fix((advice,)),))


def _offset(offset: timedelta) -> str:
    seconds = round(abs(offset.total_seconds()))
    side = "ahead of" if offset > timedelta() else "behind"
    return f"{seconds} s {side} this machine"


def certificate_checks(
    issuer: str, ends: datetime, now: datetime
) -> Iterator[Finding | PassedCheck]:
    """Yield whether the certificate at an issuer's address is good for some time yet."""
    day = f"{ends:%Y-%m-%d}"
    if ends - now > CERTIFICATE_TIME:
        yield PassedCheck(Category.KEYCLOAK, f"the certificate of {issuer} is good until {day}")
        return
    fact = f"the certificate of {issuer} ends on {day}: then nobody can log in"
    advice = Advice("Renew it, and see why that did not happen by itself.")
    yield Finding(Cause.CERTIFICATE_EXPIRES, fact, (), (Fix((advice,)),))


CERTIFICATE_TIME = timedelta(days=14)  # for renewing it by hand


def recovery_checks(
    bindings: Iterable[Binding], prefixes: Iterable[str], *, by_certificate: bool
) -> Iterator[Finding | PassedCheck]:
    """Yield who is cluster-admin without a login to Keycloak.

    `prefixes` are those of the groups that come from Keycloak; a group without any of them does
    not, unless one is empty. `by_certificate` tells that whoever asks came with a certificate.
    """
    from_keycloak = tuple(prefixes)
    others = sorted(
        f"{subject.kind} {subject.name}"
        for binding in bindings
        if not binding.key.namespace and binding.content.role == CLUSTER_ADMIN
        if BindingName.parse(binding.key.name) is None
        for subject in binding.content.subjects
        if _is_independent(subject, from_keycloak)
    )
    if by_certificate:
        others.insert(0, "you, by your client certificate")
    if others:
        shown = ", ".join(dict.fromkeys(others[:MAX_NAMES]))
        more = f" and {counted(len(others) - MAX_NAMES, 'other')}" if others[MAX_NAMES:] else ""
        yield PassedCheck(
            Category.RECOVERY, f"cluster-admin without a login to Keycloak: {shown}{more}"
        )
        return
    fact = "no binding makes anybody cluster-admin who does not log in to Keycloak"
    advice = Advice(
        f"Keep a client certificate of the group {MASTERS}, or a kubeconfig of your provider, "
        "where you find it when Keycloak is away; see docs/lock-out.md."
    )
    yield Finding(Cause.ONLY_BY_KEYCLOAK, fact, (), (Fix((advice,)),))


def _is_independent(subject: Subject, prefixes: tuple[str, ...]) -> bool:
    """Tell whether a subject is no group of Keycloak. `system:masters` needs a certificate."""
    if subject.kind == "ServiceAccount":
        return True
    if subject.kind != "Group" or subject.name == MASTERS:
        return False  # a user name may come from Keycloak; Kubernetes itself binds the masters
    return subject.name.startswith("kubeadm:") or not subject.name.startswith(prefixes)
