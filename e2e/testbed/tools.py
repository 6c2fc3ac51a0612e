"""The programs that the testbed runs: which versions, how they are built, where they lie.

From the command line, with `e2e` on PYTHONPATH: `python -m testbed.tools kubernetes keycloak`.
"""

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from testbed.cache import ToolError, cache_root, cached, fingerprint, run_step

MODULES = Path(__file__).parent / "modules"
OLDEST_GO = (1, 26)
OLDEST_JAVA = (17,)
MAVEN_UNPACK = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack"
KEYCLOAK_BUILD = ("build", "--db=dev-file", "--health-enabled=true")
# Go's own defaults differ between machines; with these a build cache is shared by all modules.
GO_FLAGS = ("-buildvcs=false", "-trimpath")


@dataclass(frozen=True)
class GoTools:
    """Programs that one go.mod below `modules/` names with `tool` directives.

    `renamed` maps a program's name as Go installs it to the name that it is known by.
    """

    name: str
    version: str
    module: str
    renamed: tuple[tuple[str, str], ...] = ()
    ldflags: str = "-s -w"

    @property
    def label(self) -> str:
        """Return what progress lines call it."""
        return f"{self.name} {self.version}"

    def ensure(self) -> Path:
        """Return the folder of the programs, built when they are not there yet."""
        go = _go_version()
        files = [(MODULES / self.module / name).read_bytes() for name in ("go.mod", "go.sum")]
        stamp = fingerprint(*files, go, self.ldflags, *GO_FLAGS)
        return cached(cache_root() / self.name / self.version, stamp, self._build, self.label)

    def _build(self, folder: Path) -> None:
        command: list[str | Path] = [
            "go", "install", *GO_FLAGS, f"-ldflags={self.ldflags}", "tool",
        ]  # fmt: skip
        log = cache_root() / "logs" / f"{self.name}-{self.version}.log"
        environment = {"CGO_ENABLED": "0", "GOBIN": str(folder), "GOWORK": "off"}
        label = f"building {self.label}"
        run_step(label, command, log, MODULES / self.module, **environment)
        for built, known in self.renamed:
            (folder / built).rename(folder / known)


@dataclass(frozen=True)
class KeycloakDistribution:
    """Keycloak's own distribution, by Maven, with its build step already done."""

    version: str
    name: str = "keycloak"

    @property
    def label(self) -> str:
        """Return what progress lines call it."""
        return f"Keycloak {self.version}"

    def ensure(self) -> Path:
        """Return Keycloak's home folder, which holds `bin/kc.sh`."""
        java = _java_version()
        stamp = fingerprint(self.version, java, MAVEN_UNPACK, *KEYCLOAK_BUILD)
        folder = cache_root() / self.name / self.version
        return cached(folder, stamp, self._build, self.label) / f"keycloak-{self.version}"

    def _build(self, folder: Path) -> None:
        artifact = f"org.keycloak:keycloak-quarkus-dist:{self.version}:zip"
        log = cache_root() / "logs" / f"keycloak-{self.version}.log"
        scratch = folder / "maven"  # where Maven, without a project, leaves its markers
        scratch.mkdir()
        run_step(
            f"fetching {self.label}",
            [
                _need("mvn", "Maven 3.8 or newer (Debian: maven)"),
                "--batch-mode", "--no-transfer-progress", MAVEN_UNPACK,
                f"-Dartifact={artifact}", f"-DoutputDirectory={folder}",
            ],
            log,
            scratch,
        )  # fmt: skip
        shutil.rmtree(scratch)
        script = folder / f"keycloak-{self.version}" / "bin" / "kc.sh"
        run_step(f"building {self.label}", [script, *KEYCLOAK_BUILD], log, folder)


def _kubernetes(version: str, module: str, renamed: tuple[tuple[str, str], ...] = ()) -> GoTools:
    major, minor, _ = version.split(".")
    package = "k8s.io/component-base/version"
    stamped = {"gitVersion": f"v{version}", "gitMajor": major, "gitMinor": minor}
    flags = " ".join(f"-X {package}.{name}={value}" for name, value in stamped.items())
    return GoTools("kubernetes", version, module, renamed, f"-s -w {flags}")


NEWEST = _kubernetes("1.37.2", "kubernetes", (("server", "etcd"),))
OLDEST = _kubernetes("1.34.4", "kubernetes-1.34")
HELM = GoTools("helm", "4.3.1", "helm")
KIND = GoTools("kind", "0.33.0", "kind")
KEYCLOAK = KeycloakDistribution("26.7.3")

SETS: dict[str, Callable[[], Path]] = {
    "kubernetes": NEWEST.ensure,
    "kubernetes-1.34": OLDEST.ensure,
    "keycloak": KEYCLOAK.ensure,
    "helm": HELM.ensure,
    "kind": KIND.ensure,
}


def kubernetes(version: str) -> GoTools:
    """Return the tools of `newest`, `oldest`, or a version number that one of them has."""
    for tools, word in ((NEWEST, "newest"), (OLDEST, "oldest")):
        if version in (word, tools.version):
            return tools
    message = f"Kubernetes {version}: newest ({NEWEST.version}) or oldest ({OLDEST.version})"
    raise ToolError(message)


def _go_version() -> str:
    go = _need("go", "Go 1.26 or newer")
    return _new_enough("Go", [go, "env", "GOVERSION"], r"go(\d+)\.(\d+)", OLDEST_GO)


def _java_version() -> str:
    java = _need("java", "a Java runtime, 17 or newer (Debian: openjdk-17-jre-headless)")
    return _new_enough("Java", [java, "-version"], r'version "(\d+)', OLDEST_JAVA)


def _need(program: str, install: str) -> str:
    found = shutil.which(program)
    if found is None:
        message = f"{program} is missing: install {install} and put it in PATH"
        raise ToolError(message)
    return found


def _new_enough(name: str, command: list[str], pattern: str, oldest: tuple[int, ...]) -> str:
    """Return what the program says about its version; raise ToolError when that is too old."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=MODULES)
    words = f"{done.stdout}{done.stderr}".strip()
    match = re.search(pattern, words)
    if match is None or tuple(int(part) for part in match.groups()) < oldest:
        needed = ".".join(str(part) for part in oldest)
        message = f"{name} {needed} or newer is needed, install it; the one in PATH says: {words}"
        raise ToolError(message)
    return words


def main() -> int:
    """Build the named sets and print where each lies; 1 with one clear line when one cannot be."""
    parser = argparse.ArgumentParser(prog="python -m testbed.tools", description=__doc__)
    parser.add_argument(
        "sets", nargs="+", choices=sorted(SETS), metavar="SET", help=", ".join(SETS)
    )
    try:
        for name in parser.parse_args().sets:
            print(f"{name}: {SETS[name]()}")
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
