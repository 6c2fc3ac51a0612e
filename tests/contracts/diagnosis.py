"""What the ports of `groupaccess why` and `doctor` promise, fake or real."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import pytest

from groupaccess.application.ports.diagnosis import DiagnosisCluster, DiscoveryReader
from groupaccess.application.ports.errors import AnonymousError, NotAllowedError, RejectedError
from groupaccess.domain.binding import BindingKey
from groupaccess.domain.diagnosis.access_request import AccessRequest
from groupaccess.domain.diagnosis.api_resource import find_resource
from groupaccess.domain.reasons import Reason

VERSION, METRICS = (AccessRequest.for_path("get", each) for each in ("/version", "/metrics"))
GROUP = "contract-diagnosis"
PODS = AccessRequest("list", "pods")
Calls = dict[str, Callable[[], Awaitable[object]]]


class DiagnosisSource(Protocol):
    """A cluster in which GROUP may view one namespace, by one binding, and a GroupAccess.

    `binding` is that binding, `access` the GroupAccess, `directory` the KeycloakDirectory.
    `powerless` is by an account without rights, `anonymous` by nobody. `token` is a token of the
    account `account`.
    """

    port: DiagnosisCluster
    powerless: DiagnosisCluster
    anonymous: DiagnosisCluster
    binding: BindingKey
    access: str
    directory: str
    token: str
    account: str


class DiagnosisContract:
    """To be used with a fixture `source`, a DiagnosisSource."""

    async def test_what_is_there_is_listed(self, source: DiagnosisSource) -> None:
        accesses = [body.metadata.name for body in await source.port.list_accesses()]
        directories = [body.metadata.name for body in await source.port.list_directories()]
        bindings = {binding.key: binding for binding in await source.port.list_bindings()}
        assert source.access in accesses
        assert source.directory in directories
        assert bindings[source.binding].content.groups == (GROUP,)
        assert source.binding.namespace in await source.port.list_namespaces()

    async def test_everybody_may_ask_what_is_served(self, source: DiagnosisSource) -> None:
        for port in (source.port, source.powerless):
            served = await port.list_resources()
            for word, group, plural, namespaced in (
                ("Pod", "", "pods", True),
                ("no", "", "nodes", False),
                ("deploy", "", "deployments", True),
                ("deployments", "v1.apps", "deployments", True),
            ):
                found = find_resource(word, group, served)
                assert found is not None
                assert (found.plural, found.namespaced) == (plural, namespaced)
            pods = find_resource("po", "", served)
            assert pods is not None
            assert "log" in pods.subresources

    async def test_a_group_may_do_what_is_bound_for_it_and_nobody_else(
        self, source: DiagnosisSource
    ) -> None:
        here = PODS.in_namespace(source.binding.namespace)
        for user in ("", "alice"):
            assert (await source.port.decide(user, [GROUP], here)).by_rbac
            assert not (await source.port.decide(user, ["other"], here)).allowed
            assert not (await source.port.decide(user, [], here)).allowed
            assert not (await source.port.decide(user, [GROUP], PODS)).allowed

    async def test_a_path_that_is_no_resource_may_be_asked_for(
        self, source: DiagnosisSource
    ) -> None:
        assert (await source.port.decide("alice", [GROUP], VERSION)).allowed
        assert not (await source.port.decide("alice", [GROUP], METRICS)).allowed

    async def test_a_token_is_read_and_another_text_is_an_error(
        self, source: DiagnosisSource
    ) -> None:
        assert (await source.port.review_token(source.token)).user == source.account
        refused = await source.port.review_token("no.real.token")
        assert refused.error
        assert "no.real.token" not in refused.error

    async def test_everybody_may_ask_who_they_are_and_what_they_may(
        self, source: DiagnosisSource
    ) -> None:
        assert (await source.powerless.whoami()).user
        here = PODS.in_namespace(source.binding.namespace)
        assert not (await source.powerless.decide_own(here)).allowed

    async def test_a_right_that_is_missing_is_named(self, source: DiagnosisSource) -> None:
        here = PODS.in_namespace(source.binding.namespace)
        calls: Calls = {
            "keycloakdirectories": source.powerless.list_directories,
            "groupaccesses": source.powerless.list_accesses,
            "bindings": source.powerless.list_bindings,
            "namespaces": source.powerless.list_namespaces,
            "nodes": source.powerless.list_arguments,
            "tokenreviews": lambda: source.powerless.review_token(source.token),
            "subjectaccessreviews": lambda: source.powerless.decide("alice", [GROUP], here),
        }
        for right, call in calls.items():
            with pytest.raises(NotAllowedError, match=right):
                await call()

    async def test_a_request_without_credentials_is_no_missing_right(
        self, source: DiagnosisSource
    ) -> None:
        calls = (source.anonymous.list_resources, source.anonymous.whoami)
        for call in (*calls, source.anonymous.list_bindings):
            with pytest.raises(AnonymousError):
                await call()


class DiscoverySource(Protocol):
    """A realm that exists, one beside it that does not, and an address where nobody answers."""

    reader: DiscoveryReader
    issuer: str
    missing: str
    unreachable: str


class DiscoveryContract:
    """To be used with a fixture `discovery`, a DiscoverySource."""

    async def test_a_realm_says_its_issuer(self, discovery: DiscoverySource) -> None:
        known = await discovery.reader.discover(discovery.issuer)
        assert known.issuer == discovery.issuer

    async def test_what_is_no_realm_is_refused_with_the_reason(
        self, discovery: DiscoverySource
    ) -> None:
        for where, reason in (
            (discovery.missing, Reason.ISSUER_MISMATCH),
            (discovery.unreachable, Reason.KEYCLOAK_UNAVAILABLE),
        ):
            with pytest.raises(RejectedError) as refused:
                await discovery.reader.discover(where)
            assert refused.value.failure.reason is reason
