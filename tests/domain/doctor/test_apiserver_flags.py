"""kube-apiserver's flags beside what the directory says."""

import pytest

from domain.builders import directory
from groupaccess.domain.doctor.apiserver_flags import Arguments, compare, k3s_arguments
from groupaccess.domain.reasons import Reason

DIRECTORY = directory()
GOOD = {
    "issuer-url": DIRECTORY.issuer,
    "client-id": "headlamp",
    "groups-claim": "groups",
}


def arguments(where: str = "pod a", /, **flags: str | None) -> Arguments:
    flags_with_dashes = GOOD | {name.replace("_", "-"): value for name, value in flags.items()}
    told = (
        f"--oidc-{name}={value}" for name, value in flags_with_dashes.items() if value is not None
    )
    return Arguments(where, ("kube-apiserver", "--v=2", *told, "--secure-port", "6443"))


def test_the_same_values_agree() -> None:
    said = compare(DIRECTORY, [arguments()])
    assert (said.status, said.reason) == ("True", Reason.API_SERVER_AGREES)
    assert said.message.startswith("pod a: kube-apiserver was told what this directory says.")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (
            {"groups_prefix": "oidc:"},
            'pod a: kube-apiserver uses groups prefix "oidc:" (--oidc-groups-prefix, ',
        ),
        ({"groups_claim": None}, "uses no groups claim (--oidc-groups-claim, "),
        ({"groups_claim": "roles"}, 'uses groups claim "roles"'),
        (
            {"issuer_url": f"{DIRECTORY.issuer}/"},
            f'told --oidc-issuer-url={DIRECTORY.issuer}/, this directory says "{DIRECTORY.issuer}"',
        ),
        ({"issuer_url": None}, "told no --oidc-issuer-url"),
    ],
)
def test_a_difference_is_said_in_words(flags: dict[str, str | None], words: str) -> None:
    said = compare(DIRECTORY, [arguments(**flags)])
    assert (said.status, said.reason) == ("False", Reason.API_SERVER_MISMATCH)
    assert words in said.message


def test_the_declared_prefix_is_compared_too() -> None:
    said = compare(directory(prefix="oidc:"), [arguments()])
    assert "uses no groups prefix" in said.message
    assert 'spec.tokens.groupsPrefix is "oidc:"' in said.message
    assert compare(directory(prefix="oidc:"), [arguments(groups_prefix="oidc:")]).status == "True"


def test_another_client_may_be_added_by_a_mapper() -> None:
    said = compare(DIRECTORY, [arguments(client_id="kubernetes")])
    assert (said.status, said.reason) == ("Unknown", Reason.API_SERVER_UNKNOWN)
    assert "--oidc-client-id=kubernetes, the clients of this directory are headlamp" in said.message


def test_a_structured_file_cannot_be_seen() -> None:
    argv = ("--authentication-config=/etc/kubernetes/authn.yaml",)
    said = compare(DIRECTORY, [Arguments("pod a", argv)])
    assert said.status == "Unknown"
    assert "pod a: kube-apiserver reads /etc/kubernetes/authn.yaml" in said.message


def test_nothing_seen_is_unknown_and_names_what_would_show_it() -> None:
    said = compare(DIRECTORY, [])
    assert said.status == "Unknown"
    assert "spec.canary" in said.message


def test_of_several_the_worst_is_said_whatever_their_order() -> None:
    good, bad = arguments("pod a"), arguments("pod c", groups_prefix="oidc:")
    hidden = Arguments("pod b", ("--authentication-config=x",))
    assert compare(DIRECTORY, [good, hidden, bad]) == compare(DIRECTORY, [bad, hidden, good])
    assert compare(DIRECTORY, [good, hidden, bad]).message.startswith("pod c:")
    assert compare(DIRECTORY, [good, hidden]).message.startswith("pod b:")


@pytest.mark.parametrize(
    "argv",
    [
        ("--oidc-groups-prefix=a=b:",),
        ("--oidc-groups-prefix", "a=b:"),
        ("--oidc_groups_prefix=a=b:",),
        ("--oidc-groups-prefix=old:", "--profiling", "--oidc-groups-prefix=a=b:"),
    ],
)
def test_flags_are_read_as_kube_apiserver_takes_them(argv: tuple[str, ...]) -> None:
    good = arguments()
    seen = Arguments("pod a", (*good.argv, *argv))
    assert compare(directory(prefix="a=b:"), [seen]).status == "True"


def test_a_flag_without_a_value_takes_none_of_its_neighbour() -> None:
    seen = Arguments("pod a", (*arguments().argv, "--oidc-groups-prefix", "--profiling"))
    assert compare(DIRECTORY, [seen]).status == "True"
    last = Arguments("pod a", (*arguments().argv, "--oidc-groups-prefix"))
    assert compare(DIRECTORY, [last]).status == "True"


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["server", "--kube-apiserver-arg", "a=b=c", "--disable", "traefik"], ("--a=b=c",)),
        (["server", "--kube-apiserver-arg=a=b", "--kube-apiserver-arg", "c"], ("--a=b", "--c")),
        (["server", "--token", "********"], ()),
        (["agent", "--kube-apiserver-arg=a=b"], None),
        ([], None),
    ],
)
def test_k3s_tells_what_a_server_was_told(argv: list[str], told: tuple[str, ...] | None) -> None:
    assert k3s_arguments(argv) == told
