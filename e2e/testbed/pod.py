"""The operator with a pod's own credentials: a token in a file, which the kubelet replaces."""

import os
import shutil
from pathlib import Path

from yarl import URL

from testbed.cluster import Cluster, NotHereError
from testbed.installation import ACCOUNT, NAMESPACE
from testbed.operator import OperatorProcess

# Inside a mount namespace of its own, where a pod has its credentials; nobody else sees it.
MOUNT = (
    'run=$(readlink -f /var/run) && mount -t tmpfs tmpfs "$run" '
    '&& mkdir -p "$run/secrets/kubernetes.io" '
    '&& ln -s "$0" "$run/secrets/kubernetes.io/serviceaccount" && exec "$@"'
)


class PodProcess(OperatorProcess):
    """`python -m groupaccess run` without a kubeconfig, as in a pod."""

    def __init__(self, cluster: Cluster, *flags: str, name: str = "pod") -> None:
        """Prepare the command and the files of the pod; raise NotHereError where it cannot be."""
        if os.geteuid() != 0 or shutil.which("unshare") is None:
            message = "a mount namespace, for a pod's credentials, needs root and unshare"
            raise NotHereError(message)
        super().__init__(cluster, *flags, name=name)
        self._cluster = cluster
        self._folder = Path(cluster.folder) / f"{name}-credentials"
        self._folder.mkdir()
        shutil.copy(cluster.ca_file, self._folder / "ca.crt")
        self.kubeconfig.unlink()
        self.project()
        run = [part for part in self.command if not str(part).startswith("--kubeconfig=")]
        mounted = ("sh", "-c", MOUNT, self._folder)
        self.command = ["unshare", "--mount", "--propagation=private", *mounted, *run]
        server = URL(cluster.server)
        self.env = {
            "KUBERNETES_SERVICE_HOST": str(server.host),
            "KUBERNETES_SERVICE_PORT": str(server.port),
        }

    def project(self) -> None:
        """Write a new token into the file, as the kubelet does."""
        fresh = self._folder / "token.new"
        fresh.write_text(self._cluster.create_token(NAMESPACE, ACCOUNT))
        fresh.rename(self._folder / "token")

    @property
    def token(self) -> str:
        """Return the token that is in the file."""
        return (self._folder / "token").read_text()
