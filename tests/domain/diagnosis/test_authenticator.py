"""How kube-apiserver's flags are read: as kube-apiserver itself, k3s and RKE2 take them."""

import pytest

from groupaccess.domain.diagnosis.authenticator import (
    CONFIGURATION_FLAG,
    Arguments,
    Authenticator,
    ConfigurationFile,
    Distribution,
    authenticators,
    differing_arguments,
    node_arguments,
)

ISSUER = "https://auth.example.com/realms/ADMIN"
USUAL = (f"--oidc-issuer-url={ISSUER}", "--oidc-client-id=headlamp", "--oidc-groups-claim=groups")


def told(*argv: str, where: str = "pod a") -> Authenticator:
    result = authenticators(Arguments(where, ("kube-apiserver", "--v=2", *USUAL, *argv)))
    assert isinstance(result, Authenticator)
    return result


def test_what_is_not_set_has_kube_apiservers_default() -> None:
    assert told() == Authenticator(
        "pod a",
        Distribution.UNKNOWN,
        ISSUER,
        frozenset({"headlamp"}),
        username_claim="sub",
        username_prefix=f"{ISSUER}#",
        groups_claim="groups",
        required_claims={},
        algorithms=frozenset({"RS256"}),
        given={
            "--v": "2",
            "--oidc-issuer-url": ISSUER,
            "--oidc-client-id": "headlamp",
            "--oidc-groups-claim": "groups",
        },
    )


@pytest.mark.parametrize(
    ("argv", "prefix"),
    [
        (("--oidc-username-claim=email",), ""),
        (("--oidc-username-claim=preferred_username",), f"{ISSUER}#"),
        (("--oidc-username-prefix=-",), ""),
        (("--oidc-username-prefix=oidc:",), "oidc:"),
        (("--oidc-username-claim=email", "--oidc-username-prefix=oidc:"), "oidc:"),
    ],
)
def test_only_an_email_has_no_prefix_by_default(argv: tuple[str, ...], prefix: str) -> None:
    assert told(*argv).username_prefix == prefix


@pytest.mark.parametrize(
    "argv",
    [
        ("--oidc-groups-prefix=a=b:",),
        ("--oidc-groups-prefix", "a=b:"),
        ("--oidc_groups_prefix=a=b:",),
        ("--oidc-groups-prefix=old:", "--profiling", "--oidc-groups-prefix=a=b:"),
    ],
)
def test_a_flag_may_be_one_word_or_two_and_the_last_one_counts(argv: tuple[str, ...]) -> None:
    assert told(*argv).groups_prefix == "a=b:"


@pytest.mark.parametrize(
    "argv", [("--oidc-groups-prefix", "--profiling"), ("--oidc-groups-prefix",)]
)
def test_a_flag_without_a_value_takes_none_of_its_neighbour(argv: tuple[str, ...]) -> None:
    assert told(*argv).groups_prefix == ""


def test_required_claims_may_be_repeated_and_listed() -> None:
    argv = ("--oidc-required-claim=a=1", "--oidc-required-claim=b=2=3,c=")
    assert told(*argv).required_claims == {"a": "1", "b": "2=3", "c": ""}


def test_algorithms_are_a_list() -> None:
    assert told("--oidc-signing-algs=RS256,ES384").algorithms == {"RS256", "ES384"}


def test_a_configuration_file_counts_more_than_flags_and_cannot_be_read() -> None:
    seen = Arguments("pod a", (*USUAL, "--authentication-config=/etc/kubernetes/authn.yaml"))
    assert authenticators(seen) == ConfigurationFile("pod a", "/etc/kubernetes/authn.yaml")


@pytest.mark.parametrize(
    ("others", "lines"),
    [
        ((), ()),
        ((USUAL,), ()),
        (((*reversed(USUAL), "--v=4"),), ()),
        (((*USUAL, "--oidc-username-claim=sub", "--oidc-groups-prefix="),), ()),
        ((("--oidc-client-id=old", *USUAL),), ()),
        (
            ((*USUAL, "--oidc-client-id=new"),),
            ("pod a: --oidc-client-id=headlamp", "pod b: --oidc-client-id=new"),
        ),
        (
            ((*USUAL, "--oidc-ca-file=/etc/ca.crt"),),
            ("pod a: none of these", "pod b: --oidc-ca-file"),
        ),
        (
            ((*USUAL, "--oidc-groups-prefix=oidc:"),),
            ("pod a: none of these", "pod b: --oidc-groups-prefix=oidc:"),
        ),
        (
            (USUAL, ()),
            (
                f"pod a: {' '.join(sorted(USUAL))}",
                f"pod b: {' '.join(sorted(USUAL))}",
                "pod c: none of these",
            ),
        ),
        (
            ((f"{CONFIGURATION_FLAG}=/etc/authn.yaml",),),
            (
                f"pod a: {' '.join(sorted(USUAL))}",
                f"pod b: {CONFIGURATION_FLAG}",
            ),
        ),
    ],
    ids=[
        *("alone", "equal", "in another order", "a default", "an earlier value", "the last value"),
        *("an authority", "one flag", "no OIDC in one", "a file"),
    ],
)
def test_what_one_of_several_was_told_alone_is_told_apart(
    others: tuple[tuple[str, ...], ...], lines: tuple[str, ...]
) -> None:
    seen = [
        Arguments(f"pod {letter}", ("kube-apiserver", *argv))
        for letter, argv in zip("abc", (USUAL, *others), strict=False)
    ]
    assert differing_arguments(seen) == lines


def test_required_claims_are_the_same_in_one_flag_and_in_two() -> None:
    one = Arguments("pod a", ("--oidc-required-claim=a=b,c=d",))
    two = Arguments("pod b", ("--oidc-required-claim=c=d", "--oidc-required-claim=a=b"))
    assert differing_arguments([one, two]) == ()


def test_where_a_file_lies_is_each_machines_own() -> None:
    files = [Arguments(f"pod {x}", (f"--oidc-ca-file=/{x}.crt",)) for x in "ab"]
    assert differing_arguments(files) == ()


def test_without_an_issuer_no_token_is_accepted() -> None:
    assert authenticators(Arguments("pod a", ("kube-apiserver", "--oidc-client-id=x"))) is None


@pytest.mark.parametrize(
    ("argv", "passed"),
    [
        (["server", "--kube-apiserver-arg", "a=b=c", "--disable", "traefik"], ("--a=b=c",)),
        (["server", "--kube-apiserver-arg=a=b", "--kube-apiserver-arg", "c"], ("--a=b", "--c")),
        (["server", "--disable-apiserver", "--disable-scheduler"], None),
        (["server", "--disable-apiserver=true"], None),
        (["server", "--disable-apiserver=false", "--kube-apiserver-arg=a=b"], ("--a=b",)),
        (["server", "--token", "********"], ()),
        (["agent", "--kube-apiserver-arg=a=b"], None),
        ([], None),
    ],
)
def test_a_node_of_k3s_shows_what_a_server_passes(
    argv: list[str], passed: tuple[str, ...] | None
) -> None:
    assert node_arguments(argv) == passed
