"""The ports of admission policies as one policy each, which a test changes and deletes."""

from typing import Any

from groupaccess.application.ports.errors import TransientError

GUARD = "bind-guard"


class FakeGuards:
    """A policy and the spec of its binding, both there at first; None is a binding that is gone.

    `reads` counts who asked for it, the next `fails` of them get no answer.
    """

    def __init__(self) -> None:
        self.policy = True
        self.binding: dict[str, Any] | None = enforcing()
        self.readable = True
        self.reads = 0
        self.fails = 0

    async def inactive_reason(self, name: str) -> str:
        assert name == GUARD
        self.reads += 1
        if self.fails:
            self.fails -= 1
            raise TransientError("503: the server is overloaded")
        if not self.readable:
            return "the operator may not read whether it is in force: it has no right"
        why = self._why()
        return why and f"it is not in force{why}"

    def _why(self) -> str:
        if not self.policy:
            return ": there is no ValidatingAdmissionPolicy with this name"
        if self.binding is None:
            return ": there is no ValidatingAdmissionPolicyBinding with this name"
        if self.binding["policyName"] != GUARD:
            return ": its binding names another policy"
        if "Deny" not in self.binding["validationActions"]:
            return ": its binding does not have the validation action Deny"
        if self.binding.keys() & {"matchResources", "paramRef"}:
            return " for all requests: its binding has matchResources or a paramRef"
        return ""


def enforcing(**changes: Any) -> dict[str, Any]:
    """Return the spec of a binding that refuses all that the policy does, but for `changes`."""
    return {"policyName": GUARD, "validationActions": ["Deny"], **changes}


class FakeWritePolicies:
    """A policy, which was there at first. `asked` are the names that it was asked for.

    While it `fails`, it does not answer.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails = False
        self._revision = 1
        self._exists = True

    def put(self) -> None:
        """Change the policy, or make it anew."""
        self._revision += 1
        self._exists = True

    def remove(self) -> None:
        """Delete the policy."""
        self._exists = False

    async def resource_version(self, name: str) -> str:
        self.asked.append(name)
        if self.fails:
            raise TransientError("503")
        return str(self._revision) if self._exists else ""
