"""kube-apiserver's audit log: what is written to it, and reading it back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

READS = ["get", "list", "watch"]
# What was declared and what it led to: both are kept whole, for a replay.
REPLAYED = {
    "rbac.authorization.k8s.io": ("clusterrolebindings", "rolebindings"),
    "groupaccess.io": ("groupaccesses",),
}


def policy(
    *,
    reads_of: Sequence[str] = (),
    level: str = "Metadata",
    whole: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> str:
    """Return an audit policy, as YAML: every write, at `level`, and the reads of these users.

    `whole` are resources by API group that are logged with the bodies of request and response.
    """
    rules: list[dict[str, Any]] = [{"level": "None", "verbs": READS}]
    if reads_of:
        rules.insert(0, {"level": "Metadata", "verbs": READS, "users": [*reads_of]})
    resources = [{"group": group, "resources": [*names]} for group, names in whole.items()]
    if resources:
        rules.append({"level": "RequestResponse", "resources": resources})
    rules.append({"level": level})
    return yaml.safe_dump(
        {
            "apiVersion": "audit.k8s.io/v1",
            "kind": "Policy",
            "omitStages": ["RequestReceived"],
            "omitManagedFields": True,
            "rules": rules,
        }
    )


class AuditLog:
    """The log file of a kube-apiserver that writes one JSON event a line, as it happens."""

    def __init__(self, file: Path) -> None:
        """Read from `file`, which may not be there yet."""
        self.file = file

    def mark(self) -> int:
        """Return the place that the log has come to, in bytes, for `events`."""
        return self.file.stat().st_size if self.file.exists() else 0

    def events(
        self, since: int = 0, user: str | None = None, *, reads: bool = False
    ) -> Iterator[dict[str, Any]]:
        """Yield the writes after a mark, oldest first, all or those of one user name.

        With `reads` also those that the policy has logged; discovery has no `objectRef`.
        An event has `verb`, `user.username`, `objectRef` (`resource`, `name`, `namespace`),
        `requestURI`, `responseStatus.code`, and where it was logged whole `requestObject` and
        `responseObject`.
        """
        if not self.file.exists():
            return
        with self.file.open("rb") as log:
            log.seek(since)
            for line in log:
                if not line.endswith(b"\n"):
                    return  # still being written
                event: dict[str, Any] = json.loads(line)
                by_user = user is None or event["user"].get("username") == user
                if by_user and (reads or event["verb"] not in READS):
                    yield event


def credential(event: dict[str, Any]) -> str:
    """Return which token an event came by: each ServiceAccount token has an id of its own."""
    extra: dict[str, list[str]] = event["user"].get("extra", {})
    return "".join(extra.get("authentication.kubernetes.io/credential-id", ()))
