"""Our image and our chart in a kind cluster, as a user installs them."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from testbed.cache import run_step
from testbed.installation import BREAK_GLASS, CHART, NAMESPACE, ROOT, WITH_CLUSTER_ADMIN, helm
from testbed.kind import KindTestbed
from testbed.objects import directory
from testbed.realm import Realm

NAME = "groupaccess"
RELEASED = "platform"  # the GroupAccess in the values
DIRECTORY = "default"  # of the chart
NAMESPACES = "/api/v1/namespaces"  # which cluster-admin may list
BASE_IMAGE = "python:3.13-slim"
WITHIN = "120s"
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}


def build_image(log: Path) -> str:
    """Build the repository's Dockerfile, as `make image` does; return the image's name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    image = f"{NAME}:{project['version']}"
    run_step(f"building {image}", ["docker", "build", "--tag", image, "."], log, ROOT)
    return image


class Release:
    """The chart's release, and the values that it was installed with."""

    def __init__(self, cluster: KindTestbed, realm: Realm, image: str) -> None:
        """Prepare values for a realm; `install` installs."""
        self.cluster = cluster
        secret, kind_directory = directory("keycloak", realm, realm.issuer().ca_pem)
        spec = kind_directory["spec"]
        spec.pop("adminURL", None)  # the pod reaches the issuer's own host
        self._secret = secret
        self._file = cluster.folder / "values.json"
        repository, _, tag = image.partition(":")
        self.values: dict[str, Any] = {
            "image": {"repository": repository, "tag": tag},
            "bindableClusterRoles": list(WITH_CLUSTER_ADMIN),
            "guards": {"breakGlassGroup": BREAK_GLASS},
            "directory": {"enabled": True, "spec": spec},
            "log": {"level": "debug"},  # the tests look for secrets in everything it can say
        }

    def install(self, group_accesses: Mapping[str, Any]) -> None:
        """Prepare the namespace, which lets in restricted pods only, and install the chart."""
        metadata = {"name": NAMESPACE, "labels": RESTRICTED}
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
        self.cluster.apply(namespace, self._secret)
        self.values["groupAccesses"] = group_accesses
        self._helm("install", "--create-namespace")

    def upgrade(self, **values: Any) -> None:  # noqa: ANN401 -- JSON
        """Change these values, and wait until the release stands."""
        self.values.update(values)
        self._helm("upgrade")

    def rollback(self) -> None:
        """Go back to the revision before, and wait until it stands."""
        self.run("rollback", NAME, "--wait", f"--timeout={WITHIN}")

    def uninstall(self) -> None:
        """Uninstall the release, and wait until its objects are gone."""
        self.run("uninstall", NAME, "--wait", f"--timeout={WITHIN}")

    def run(self, *args: str | Path) -> str:
        """Run Helm in the operator's namespace; return what it prints."""
        where = f"--namespace={NAMESPACE}"
        return helm(*args, where, kubeconfig=self.cluster.kubeconfig)

    def kubectl(self, *args: str) -> str:
        """Run kubectl in the operator's namespace as the admin; return what it prints."""
        return self.cluster.kubectl(*args, f"--namespace={NAMESPACE}").stdout

    def in_pod(self, *command: str) -> str:
        """Run a command in the operator's container; return what it prints, errors included."""
        where = (f"--namespace={NAMESPACE}", f"deployment/{NAME}", "--")
        done = self.cluster.kubectl("exec", *where, *command, check=False)
        return f"{done.stdout}{done.stderr}"

    def _helm(self, action: str, *more: str) -> None:
        self._file.touch(mode=0o600)
        self._file.write_text(json.dumps(self.values))
        wait = ("--wait", f"--timeout={WITHIN}")
        try:
            self.run(action, NAME, CHART, f"--values={self._file}", *wait, *more)
        except RuntimeError as error:
            raise RuntimeError(f"{error}\nthe pod says:\n{self._last_words()}") from error

    def _last_words(self) -> str:
        where = (f"--namespace={NAMESPACE}", f"deployment/{NAME}", "--tail=20")
        done = self.cluster.kubectl("logs", *where, check=False)
        return f"{done.stdout}{done.stderr}"
