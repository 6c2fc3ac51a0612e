"""What a person types wrongly is named, before Keycloak is asked anything."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.environment import environment, whole_environment
from groupaccess.cli.app import app

URL, REALM = "https://auth.example.com", "ADMIN"
LOGIN = {"KEYCLOAK_USER": "admin", "KEYCLOAK_PASSWORD": "s3cret"}
HEAVY = ("keycloak", "httpx", "yaml", "groupaccess.adapters", "groupaccess.api")


def typed(*arguments: str) -> tuple[int, str]:
    """Return the exit code, and what was said in one line of words."""
    result = CliRunner().invoke(app, ["keycloak-setup", *arguments], env=environment(LOGIN))
    assert result.stdout == ""
    return result.exit_code, " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Missing argument 'URL'"),
        ((URL,), "Missing argument 'REALM'"),
        ((URL, " "), "it is empty"),
        (("auth.example.com", REALM), "is no URL with https"),
        (("http://auth.example.com", REALM), "is not https"),
        ((f"{URL}/auth/realms/ADMIN", REALM), "leave out /realms"),
        ((f"{URL}/admin", REALM), "leave out /admin"),
        (("https://admin:s3cret@auth.example.com", REALM), "KEYCLOAK_USER and KEYCLOAK_PASSWORD"),
        (("https://[", REALM), "is no URL"),
        ((f"{URL}?x", REALM), "has a query"),
        ((URL, REALM, "--apply", "--dry-run"), "contradict each other"),
        ((URL, REALM, "--undo", "--secret-file", "x"), "after --undo there is no secret"),
        ((URL, REALM, "--jwks", "x"), "--jwks needs --pod-token"),
        ((URL, REALM, "--provider", "x"), "--provider needs --pod-token"),
        ((URL, REALM, "--pod-token", "cluster"), "is no issuer with https"),
        ((URL, REALM, "--pod-token", URL, "--jwks", "/nowhere"), "--jwks: /nowhere cannot be"),
        ((URL, REALM, "--pod-token", URL, "--jwks", __file__), "is no JSON with keys"),
        ((URL, REALM, "--pod-token", URL, "--secret-file", "x"), "with --pod-token there is no"),
        ((URL, REALM, "--canary", "/"), "--canary: a group has a name"),
        ((URL, REALM, "--client", ""), "it is empty"),
        (
            (URL, REALM, "--create-cli-client", "--device-client", "groupaccess"),
            "must be another client",
        ),
        ((URL, REALM, "--keycloak-token", "/nowhere"), "--keycloak-token: /nowhere cannot be read"),
    ],
)
def test_wrong_usage_is_a_sentence_and_exit_code_2(arguments: tuple[str, ...], words: str) -> None:
    code, said = typed(*arguments)
    assert code == 2
    assert words in said
    assert "s3cret" not in said.replace("admin:s3cret", "")


def test_help_is_quick() -> None:
    """Nothing that is slow to import is imported before the command runs."""
    program = (
        "import sys\nfrom groupaccess.cli.app import app\n"
        "try: app(['keycloak-setup', '--help'])\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [Path(sys.executable), "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=whole_environment(),
    )
    assert done.stderr.strip() == "[]"
    assert "--login-realm" in done.stdout
