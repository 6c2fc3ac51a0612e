"""What the ports `BindGuardPolicies` and `WritePolicies` promise."""

from typing import Any, Protocol

import pytest

from groupaccess.application.ports.admission_policies import BindGuardPolicies, WritePolicies
from groupaccess.application.ports.errors import TransientError

Spec = dict[str, Any]
CHANGES: tuple[tuple[Spec, str], ...] = (
    ({"policyName": "another"}, "names another policy"),
    ({"validationActions": ["Audit", "Warn"]}, "does not have the validation action Deny"),
    ({"matchResources": {"objectSelector": {"matchLabels": {"a": "b"}}}}, "for all requests"),
    (
        {"paramRef": {"name": "x", "parameterNotFoundAction": "Deny"}},
        "for all requests",
    ),
)


class Policies(Protocol):
    """The admission policies of a cluster; the operator may read the one called `name`."""

    bind_guards: BindGuardPolicies
    write_policies: WritePolicies
    name: str

    def put_policy(self) -> None:
        """Make that policy, or change it: no two times are alike."""

    def put_binding(self, **changes: Any) -> None:
        """Make its binding, or write it anew; it refuses what the policy does, but for `changes`.

        They are fields of its spec.
        """

    def remove_policy(self) -> None:
        """Delete the policy, and leave its binding."""

    def remove_binding(self) -> None:
        """Delete the binding, and leave its policy."""

    def take_rights(self) -> None:
        """Let the operator read no policy."""

    def cut_off(self) -> None:
        """Let nobody answer."""


class BindGuardContract:
    """Subclasses give the fixture `policies`, with no policy yet."""

    async def test_a_policy_that_its_binding_enforces_is_in_force(self, policies: Policies) -> None:
        policies.put_policy()
        policies.put_binding()
        assert await policies.bind_guards.inactive_reason(policies.name) == ""

    async def test_a_binding_may_do_more_than_deny(self, policies: Policies) -> None:
        policies.put_policy()
        policies.put_binding(validationActions=["Deny", "Audit"])
        assert await policies.bind_guards.inactive_reason(policies.name) == ""

    async def test_what_is_missing_is_named(self, policies: Policies) -> None:
        for take_away, what in (
            (policies.remove_policy, "ValidatingAdmissionPolicy "),
            (policies.remove_binding, "ValidatingAdmissionPolicyBinding "),
        ):
            policies.put_policy()
            policies.put_binding()
            take_away()
            why = await policies.bind_guards.inactive_reason(policies.name)
            assert f"not in force: there is no {what}" in why

    @pytest.mark.parametrize(("change", "words"), CHANGES)
    async def test_a_binding_that_does_not_enforce_all_of_it_is_told_and_one_that_is_mended(
        self, policies: Policies, change: Spec, words: str
    ) -> None:
        policies.put_policy()
        policies.put_binding(**change)
        why = await policies.bind_guards.inactive_reason(policies.name)
        assert "not in force" in why
        assert words in why
        policies.put_binding()
        assert await policies.bind_guards.inactive_reason(policies.name) == ""

    async def test_what_may_not_be_read_is_not_known_to_be_in_force(
        self, policies: Policies
    ) -> None:
        policies.put_policy()
        policies.put_binding()
        policies.take_rights()
        why = await policies.bind_guards.inactive_reason(policies.name)
        assert "may not read whether it is in force" in why

    async def test_without_an_answer_it_is_asked_again(self, policies: Policies) -> None:
        policies.cut_off()
        with pytest.raises(TransientError):
            await policies.bind_guards.inactive_reason(policies.name)


class WritePoliciesContract:
    """Subclasses give the fixture `policies`, with no policy yet."""

    async def version(self, policies: Policies) -> str:
        return await policies.write_policies.resource_version(policies.name)

    async def test_a_policy_that_is_not_there_has_none(self, policies: Policies) -> None:
        assert await self.version(policies) == ""

    async def test_it_changes_with_the_policy_alone(self, policies: Policies) -> None:
        policies.put_policy()
        first = await self.version(policies)
        policies.put_binding()
        assert await self.version(policies) == first != ""
        policies.put_policy()
        assert await self.version(policies) not in {first, ""}

    async def test_a_policy_that_is_made_anew_has_another(self, policies: Policies) -> None:
        policies.put_policy()
        first = await self.version(policies)
        policies.remove_policy()
        assert await self.version(policies) == ""
        policies.put_policy()
        assert await self.version(policies) not in {first, ""}

    async def test_what_may_not_be_read_is_asked_again(self, policies: Policies) -> None:
        policies.put_policy()
        policies.take_rights()
        with pytest.raises(TransientError):
            await self.version(policies)

    async def test_without_an_answer_it_is_asked_again(self, policies: Policies) -> None:
        policies.cut_off()
        with pytest.raises(TransientError):
            await self.version(policies)
