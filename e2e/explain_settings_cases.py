"""What kube-apiserver may be told wrongly, and what each form of the question says of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from testbed.authentication import Issuer
from testbed.explain_forms import NO_GROUPS, NO_PERSON, Answers, Form, rejected
from testbed.node import Flags, oidc_flags


@dataclass(frozen=True)
class Settings:
    """What kube-apiserver is told by flags; `prefix` is what the KeycloakDirectory declares."""

    answers: Answers
    flags: Callable[[Issuer], Flags]
    written: str = "kubeadm"
    prefix: str = ""


@dataclass(frozen=True)
class Configured:
    """What kube-apiserver is told by a file."""

    answers: Answers
    change: Callable[[Issuer], Issuer]
    prefix: str = ""


def told(
    answers: Answers, written: str = "kubeadm", prefix: str = "", **changes: str | None
) -> Settings:
    return Settings(answers, lambda issuer: oidc_flags(issuer, **changes), written, prefix)


def other_issuer(change: Callable[[str], str], written: str = "kubeadm") -> Settings:
    def flags(issuer: Issuer) -> Flags:
        return oidc_flags(issuer, issuer_url=change(issuer.url))

    return Settings(rejected("IssuerMismatch"), flags, written)


def with_fields(**fields: Any) -> Callable[[Issuer], Issuer]:  # noqa: ANN401 -- of Issuer
    return lambda issuer: replace(issuer, **fields)


def with_url(change: Callable[[str], str]) -> Callable[[Issuer], Issuer]:
    return lambda issuer: replace(issuer, url=change(issuer.url))


def slash(url: str) -> str:
    return f"{url}/"


def other_host(url: str) -> str:
    return url.replace("localhost", "127.0.0.1")


def other_port(url: str) -> str:
    address, slash_, rest = url.removeprefix("https://").partition("/")
    return f"https://{address.partition(':')[0]}:8443{slash_}{rest}"


def by_http(url: str) -> str:
    return url.replace("https://", "http://")


def other_path(url: str) -> str:
    return url.replace("/realms/", "/auth/realms/")


def realm_in_capitals(url: str) -> str:
    start, slash_, name = url.rpartition("/")
    return f"{start}{slash_}{name.upper()}"


OF_A_PERSON = dict.fromkeys((Form.DOCTOR, Form.DOCTOR_LOGIN), NO_PERSON)
PREFIX = Answers("GroupsPrefixMismatch")
CLAIM = Answers("GroupsClaimMismatch", {Form.ERROR: NO_GROUPS})
BROKEN: Mapping[str, Settings] = {
    "slash": other_issuer(slash),
    "host": other_issuer(other_host),
    "port": other_issuer(other_port),
    "case": other_issuer(realm_in_capitals),
    "path": other_issuer(other_path),
    "no OIDC at all": Settings(rejected("OidcNotConfigured"), lambda _: {}),
    "audience": told(rejected("AudienceMismatch"), client_id="kubernetes"),
    "groups claim": told(CLAIM, groups_claim="roles"),
    "no groups claim": told(CLAIM, groups_claim=None),
    "prefix": told(PREFIX, groups_prefix="oidc:"),
    "prefix missing": told(PREFIX, prefix="oidc:"),
    "prefix doubled": told(PREFIX, prefix="oidc:", groups_prefix="oidc:oidc:"),
    "prefix in quotes": told(PREFIX, prefix="oidc:", groups_prefix='"oidc:"'),
    "no user name": told(rejected("UsernameClaimMissing", OF_A_PERSON), username_claim="nickname"),
    "slash in k3s": other_issuer(slash, "k3s"),
    "prefix in k3s": told(PREFIX, "k3s", groups_prefix="oidc:"),
    "no OIDC in k3s": Settings(rejected("OidcNotConfigured"), lambda _: {}, "k3s"),
}
CONFIGURED: Mapping[str, Configured] = {
    "slash": Configured(rejected("IssuerMismatch"), with_url(slash)),
    "port": Configured(rejected("IssuerMismatch"), with_url(other_port)),
    "audience": Configured(rejected("AudienceMismatch"), with_fields(audiences=("kubernetes",))),
    "groups claim": Configured(CLAIM, with_fields(groups_claim="roles")),
    "prefix missing": Configured(PREFIX, with_fields(), "oidc:"),
    "prefix": Configured(PREFIX, with_fields(groups_prefix="oidc:")),
}
WANTED: Mapping[str, tuple[Answers, Mapping[str, str]]] = {
    "e-mail not verified": (rejected("EmailNotVerified", OF_A_PERSON), {"username_claim": "email"}),
    "required claim": (
        rejected("RequiredClaimMissing", OF_A_PERSON),
        {"required_claim": "hd=example.com"},
    ),
}
