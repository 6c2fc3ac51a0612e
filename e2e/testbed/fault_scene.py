"""What people and others change while a fault lasts, and the one end that it must come to."""

from datetime import timedelta

from testbed.audit import AuditLog
from testbed.bound import Grants, Key, grants
from testbed.objects import Objects, access, mapping
from testbed.replay import Event, excesses
from testbed.status_truth import untruths

GROUP = "SRE"
HERE = {"names": ["default"]}
LAG = timedelta(seconds=5)  # that a write may be behind what was declared


class FaultScene:
    """Two GroupAccesses, and then three: `kept` loses a mapping and `drift` a binding."""

    def __init__(self, objects: Objects, directory: str, name: str, audit: AuditLog) -> None:
        """Declare the first two and wait until they are granted."""
        self.kept, self.drift, self.new = (f"{name}-{each}" for each in ("kept", "drift", "new"))
        self.wanted: dict[str, dict[Key, Grants]] = {}
        self._objects, self._audit, self._mark = objects, audit, audit.mark()
        self._history: list[Event] = []
        self._directory = directory
        self.declare()
        for owner in self.wanted:
            objects.wait_reason(f"ga/{owner}", "Granted")

    def declare(self) -> None:
        """Declare the first two."""
        self._declare(self.kept, "everywhere", "here")
        self._declare(self.drift, "everywhere")

    def change(self) -> None:
        """Declare a new object, remove a mapping, and delete a binding as somebody else would."""
        self._declare(self.new, "everywhere", "here")
        self._declare(self.kept, "everywhere")
        self.drift_again()

    def drift_again(self) -> None:
        """Delete a binding as somebody else would."""
        self._objects.cluster.admin.delete(
            f"clusterrolebinding/groupaccess:{self.drift}:everywhere:view"
        )

    def settled(self) -> bool:
        """Tell whether exactly what is declared is bound, and every status says so."""
        for owner, wanted in self.wanted.items():
            assert grants(self._objects, owner) == wanted, owner
            uid = self._objects.get(f"ga/{owner}")["metadata"]["uid"]
            for body in self._objects.bindings(owner).values():
                assert [each["uid"] for each in body["metadata"]["ownerReferences"]] == [uid], owner
            ready = self._objects.conditions(f"ga/{owner}")["Ready"]
            assert (ready["status"], ready["reason"]) == ("True", "Granted"), ready
        return True

    def untruths(self) -> list[str]:
        """Return what the statuses say that is not so."""
        admin = self._objects.cluster.admin
        bindings = [*admin.list("clusterrolebinding"), *admin.list("rolebinding")]
        bodies = [self._objects.get(f"ga/{owner}") for owner in self.wanted]
        return [each.said for body in bodies for each in untruths(body, bindings)]

    def excesses(self, lasted: float = 0) -> list[str]:
        """Return what was granted and not declared when it was written.

        While a fault lasts, so many seconds, the news that a mapping is gone may not be heard.
        """
        found = excesses(self._events(), {}, LAG + timedelta(seconds=lasted))
        return [each for each in found if any(f":{owner}:" in each for owner in self.wanted)]

    def keep_history(self) -> None:
        """Remember what was written until now: a backup has it."""
        self._history = self._events()

    def forget_history(self) -> None:
        """Forget what was written since: a restore begins, and what comes now counts."""
        self._mark = self._audit.mark()

    def _events(self) -> list[Event]:
        found = (each for each in self._audit.events(self._mark) if "responseStatus" in each)
        return [*self._history, *found]

    def _declare(self, owner: str, *names: str) -> None:
        everywhere, here = mapping("everywhere", GROUP), mapping("here", GROUP, namespaces=HERE)
        said = (everywhere if each == "everywhere" else here for each in names)
        self._objects.apply(access(owner, self._directory, *said))
        where = {"everywhere": "", "here": "default"}
        self.wanted[owner] = {
            (where[each], f"groupaccess:{owner}:{each}:view"): Grants("view", (GROUP,))
            for each in names
        }
