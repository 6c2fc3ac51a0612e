"""A backup of a control plane's etcd, and its restore: resourceVersions go back."""

import shutil

from testbed.control_plane import ControlPlane

PLANE = ("kube-controller-manager", "kube-apiserver", "etcd")


class EtcdBackup:
    """What a control plane's etcd held when it was made."""

    def __init__(self, plane: ControlPlane) -> None:
        """Copy the data of etcd, which is stopped for it."""
        self._plane = plane
        self._data, self._copy = plane.folder / "etcd", plane.folder / "etcd-backup"
        etcd = plane.component("etcd")
        etcd.stop()
        shutil.copytree(self._data, self._copy)
        etcd.start()
        plane.component("kube-apiserver").wait_ready()

    def restore(self) -> None:
        """Stop the control plane, bring the data back, and start it, as Kubernetes' manual says."""
        for name in PLANE:
            self._plane.component(name).kill()
        shutil.rmtree(self._data)
        shutil.copytree(self._copy, self._data)
        for name in reversed(PLANE):
            self._plane.component(name).start()

    def discard(self) -> None:
        """Remove the copy."""
        shutil.rmtree(self._copy)
