"""Each status write of a GroupAccess, held against the bindings at its own resourceVersion."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from testbed.audit import AuditLog
from testbed.bound import Key
from testbed.guards_users import User
from testbed.installation import USERNAME
from testbed.status_truth import untruths
from testbed.watch import BINDINGS, Seen

OTHERS_LAG = 2.0  # seconds that a status may be behind what others wrote


def lies(statuses: Iterable[Seen], reader: User, audit: AuditLog, mark: int) -> list[str]:
    """Say of each status write what is not so.

    What others wrote to the same binding in the two seconds before excuses it; what the operator
    itself wrote does not.
    """
    others = list(_by_others(audit, mark))
    found: list[str] = []
    for seen in statuses:
        for untruth in untruths(seen.body, bindings_at(reader, seen.revision)):
            late = {key for at, key in others if 0 <= seen.at - at <= OTHERS_LAG}
            if not untruth.about & late:
                found.append(f"{seen.key[1]} at {seen.revision}: {untruth.said}")
    return found


def bindings_at(reader: User, revision: str) -> Iterator[dict[str, Any]]:
    """Yield all bindings as they were at exactly this resourceVersion."""
    for path in BINDINGS:
        where = f"{path}?resourceVersion={revision}&resourceVersionMatch=Exact"
        answer = reader.send("GET", where)
        assert answer.status == 200, f"{where}: {answer.message}"
        assert answer.body["metadata"]["resourceVersion"] == revision
        yield from answer.body["items"]


def _by_others(audit: AuditLog, mark: int) -> Iterator[tuple[float, Key]]:
    """Yield the writes of bindings by others than the operator: when, and of which."""
    for event in audit.events(mark):
        what = event.get("objectRef", {})
        if event["user"].get("username") == USERNAME or "name" not in what:
            continue
        if what["resource"] in {"clusterrolebindings", "rolebindings"}:
            at = datetime.fromisoformat(event["stageTimestamp"]).timestamp()
            yield at, (what.get("namespace", ""), what["name"])
