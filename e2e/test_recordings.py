"""The recordings in docs/recordings.md: what the commands show on real servers, in a terminal.

`WRITE_TEXTS=1 LONG=1 .venv/bin/pytest e2e/test_recordings.py -q` writes the page anew.
"""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from suite import long_form
from testbed.cluster import Cluster
from testbed.keycloak import Keycloak
from testbed.objects import Objects, access, directory, mapping
from testbed.operator import OperatorProcess
from testbed.realm import Realm
from testbed.terminal import STYLE, show_in_terminal

pytestmark = [pytest.mark.explain, pytest.mark.usefixtures("_local_only"), long_form]

PAGE = Path(__file__).parents[1] / "docs" / "recordings.md"
NAME = "default"
END = "2099-01-31T00:00:00Z"
WIDTHS = (80, 160)
EXPIRED = "oidc: verify token: oidc: token is expired"
COMMANDS = {
    "A yes": ("why", "alice", "list", "pods", "-n", "shop"),
    "A no": ("why", "alice", "delete", "nodes"),
    "A yes in one namespace, and a question about all": ("why", "alice", "list", "pods", "-A"),
    "Who somebody is": ("why", "alice"),
    "A pasted 401": ("why", "--error", EXPIRED),
    "A token that kube-apiserver does not know": ("why", "list", "pods", "--token", "alice.jwt"),
    "Everything": ("doctor",),
    "What is wrong, and nothing else": ("doctor", "-o", "short"),
}
BEGIN = """# What the commands show

Recorded on real servers, in terminals of 80 and 160 columns. `e2e/test_recordings.py` compares this
page with what the commands show, and writes it. Addresses and times are replaced. In a terminal the
lines have colours; with `NO_COLOR` they have none. Into a pipe or a file each line goes as it is,
however long.
"""

VARYING = (
    (r"\d+(\s+bindings read)", r"65\1"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-12-01T14:07:00Z"),
    (r"(ADMIN is good\s+until\s+)\d{4}-\d\d-\d\d", r"\g<1>2027-03-02"),
    (r"operator \S+ holds", "operator groupaccess-0 holds"),
    (r"\. The operator asks about them\s+every\s[^%]*%[^%✓]*?time\r?\n", "\n"),  # a busy machine
)
"""What differs from one recording to the next, and what stands for it."""


@pytest.fixture
def shop(operator: OperatorProcess, realm: Realm, objects: Objects, keycloak: Keycloak) -> Realm:
    """Give a realm with alice, who may list pods in `shop`, and two mappings that are wrong."""
    assert operator.alive
    realm.create_user("alice", "/platform/SRE")
    objects.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    objects.apply(*directory(NAME, realm, keycloak.ca_file.read_text()))
    here: dict[str, Any] = {"namespaces": {"names": ["shop"]}}
    objects.apply(access("apps", NAME, mapping("sre", "SRE", expiresAt=END, **here)))
    objects.apply(access("typo", NAME, mapping("sre", "/platform/sre", "edit", **here)))
    objects.wait_reason("ga/apps", "Granted")
    objects.wait_reason("ga/typo", "GroupNotFound")
    return realm


@pytest.fixture
def foreign(keycloak: Keycloak, name: str, tmp_path: Path) -> Iterator[Path]:
    """Give a folder with the token of a realm that kube-apiserver was not told."""
    made = keycloak.create_realm(name)
    made.clients.create_headlamp()
    made.create_user("alice", "SRE")
    (tmp_path / "alice.jwt").write_text(made.id_token("alice"))
    yield tmp_path
    keycloak.set_aside(made)


def plain(shown: str, realm: Realm, foreign: str) -> str:
    """Return what is shown without styles, and with the same names wherever it is recorded."""
    text = STYLE.sub("", shown)
    host = realm.issuer_url.partition("/realms/")[0]
    for ours, theirs in (
        (host, "https://auth.example.com"),
        (realm.name, "ADMIN"),
        (foreign, "OTHER"),
    ):
        text = text.replace(ours, theirs)
    for pattern, always in VARYING:
        text = re.sub(pattern, always, text)
    return "\n".join(line.rstrip() for line in text.splitlines())


def test_the_page_is_what_the_commands_show(
    installed: Cluster,
    keycloak: Keycloak,
    administrator: dict[str, str],
    shop: Realm,
    foreign: Path,
    name: str,
) -> None:
    env = {**os.environ, **administrator, "KUBECONFIG": str(installed.kubeconfig)}
    parts = [BEGIN]
    for title, words in COMMANDS.items():
        parts.append(f"\n## {title}\n")
        typed = tuple(word.replace("alice.jwt", str(foreign / "alice.jwt")) for word in words)
        trust = (f"--ca={keycloak.ca_file}",) if "alice" in words or words[0] == "doctor" else ()
        for columns in WIDTHS:
            shown = show_in_terminal((*typed, *trust), env, columns)
            assert STYLE.search(shown)
            assert "Traceback" not in shown
            lines = f"$ groupaccess {shlex.join(words)}\n{plain(shown, shop, name)}"
            parts.append(f"\n{columns} columns:\n\n```text\n{lines}\n```\n")
    page = "".join(parts)
    if os.environ.get("WRITE_TEXTS"):
        PAGE.write_text(page)
    assert PAGE.read_text() == page
