"""`groupaccess why` and `doctor` as a person types them, and their fixes as they are pasted."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from testbed.cluster import Cluster
from testbed.fork_server import run_forked
from testbed.printed_fix import PrintedFix, printed_fixes

SECONDS = 60.0
UNTOLD = 3  # the exit code of what could not be told


class Report(NamedTuple):
    """How a command ended, and its JSON."""

    code: int
    body: dict[str, Any]

    @property
    def words(self) -> list[str]:
        """Return the word of each finding, in their order; none where nothing could be told."""
        items = self.body.get("checks", self.body.get("findings", ()))
        return [item["reason"] for item in items if item["result"] == "Finding"]


class ExplainCommand:
    """The commands with the admin's kubeconfig.

    `login` are the variables of a login to Keycloak; `ca` is the authority of its certificate.
    """

    def __init__(
        self, cluster: Cluster, login: Mapping[str, str] | None = None, ca: Path | None = None
    ) -> None:
        self._cluster, self._login, self._ca = cluster, dict(login or {}), ca

    def why(self, *arguments: str, token: str | None = None) -> Report:
        """Ask for a request; `token` goes through the standard input."""
        more = self._trust if token is None else ("--token=-",)
        return self._run("why", *arguments, *more, stdin=token or "")

    def why_own(self, *arguments: str) -> Report:
        """Ask for the caller, who needs no login to Keycloak for it."""
        return self._run("why", *arguments, stdin="")

    def why_error(self, error: str, *arguments: str) -> Report:
        """Ask by the text of an error; nobody logs in to Keycloak for it."""
        return self._run("why", f"--error={error}", *arguments, stdin="")

    def untold(self, *arguments: str) -> str:
        """Return the sentence of a command that cannot tell."""
        done = self._process("why", *arguments, *self._trust, stdin="")
        assert (done.returncode, done.stdout) == (UNTOLD, ""), done
        return done.stderr

    def doctor(self, *arguments: str, token: str | None = None) -> Report:
        """Look at everything."""
        more = () if token is None else ("--token=-",)
        return self._run("doctor", *arguments, *more, *self._trust, stdin=token or "")

    def doctor_text(self, *arguments: str, token: str) -> str:
        """Return what a person reads of a report."""
        return self._process("doctor", *arguments, "--token=-", *self._trust, stdin=token).stdout

    def text(self, *arguments: str, token: str | None = None) -> str:
        """Return what a person reads of an answer."""
        more = self._trust if token is None else ("--token=-",)
        return self._process("why", *arguments, *more, stdin=token or "").stdout

    def exit_code(self, *words: str, stdin: str = "") -> int:
        """Return the exit code of a whole command."""
        return self._process(*words, stdin=stdin).returncode

    def paste(self, text: str) -> list[str]:
        """Run the commands of the first fix of a printed text, in their order; return them."""
        return self.run(next(printed_fixes(text), PrintedFix()))

    def run(self, fix: PrintedFix) -> list[str]:
        """Run the commands of a fix, in their order; return them."""
        for command in fix.commands:
            subprocess.run(["bash", "-c", command], env=self._environment(), check=True)
        return fix.commands

    def _run(self, command: str, *arguments: str, stdin: str) -> Report:
        done = self._process(command, *arguments, "--output=json", stdin=stdin)
        assert done.stdout, done.stderr
        return Report(done.returncode, json.loads(done.stdout))

    def _process(
        self, command: str, *arguments: str, stdin: str
    ) -> subprocess.CompletedProcess[str]:
        env = self._environment()
        done = run_forked(command, *arguments, stdin=stdin, env=env, timeout=SECONDS)
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        if stdin:
            assert stdin not in done.stderr + done.stdout
        return done

    @property
    def _trust(self) -> tuple[str, ...]:
        return () if self._ca is None else (f"--ca={self._ca}",)

    def _environment(self) -> dict[str, str]:
        programs = self._cluster.kubectl_program.parent
        whole = {**os.environ, **self._login, "KUBECONFIG": str(self._cluster.kubeconfig)}
        return {**whole, "PATH": f"{programs}{os.pathsep}{whole['PATH']}"}
