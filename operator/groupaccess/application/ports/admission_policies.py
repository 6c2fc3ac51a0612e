"""What the application asks of the admission policies that the chart installs."""

from typing import Protocol


class BindGuardPolicies(Protocol):
    """The admission policy that checks which roles the author of a GroupAccess may bind."""

    async def inactive_reason(self, name: str) -> str:
        """Return why a policy is not, or not known to be, in force; "" while it is.

        Policy and binding have the same name. Raise TransientError for what may be retried.
        """


class WritePolicies(Protocol):
    """The admission policy on the operator's own writes."""

    async def resource_version(self, name: str) -> str:
        """Return the resourceVersion of a policy; "" when it does not exist.

        Raise TransientError for what may be retried, and when the right is missing.
        """
