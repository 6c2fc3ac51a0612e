"""Each thing that may be wrong with a login is found, alone, and with a way to mend it."""

from dataclasses import replace
from datetime import timedelta

import pytest
import yaml

from domain.builders import NOW, client, directory, leaf, mapper
from domain.diagnosis.logins import (
    CLAIMS,
    DIRECTORY,
    ISSUER,
    LOGIN,
    causes,
    error,
    login,
    token,
    told,
)
from groupaccess.domain.diagnosis.authenticator import Distribution
from groupaccess.domain.diagnosis.finding import Cause
from groupaccess.domain.diagnosis.fix import Advice, Command, Edit
from groupaccess.domain.diagnosis.login_diagnosis import diagnose_login
from groupaccess.domain.diagnosis.login_facts import TYPED, LoginFacts, RealmDiscovery, Token
from groupaccess.domain.directory.client import MapperKind
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason


def at(**offset: int) -> int:
    return int((NOW + timedelta(**offset)).timestamp())


SPOILED: dict[str, tuple[LoginFacts, Cause]] = {
    "no OIDC": (login(authenticators=()), Cause.OIDC_NOT_CONFIGURED),
    "slash": (login(authenticators=told(issuer=f"{ISSUER}/")), Cause.ISSUER_MISMATCH),
    "declared otherwise": (
        login(directory=replace(DIRECTORY, issuer=f"{ISSUER}/")),
        Cause.ISSUER_MISMATCH,
    ),
    "http": (
        login(
            discovery=RealmDiscovery(ISSUER.replace("https", "http")),
            token=token(iss=ISSUER.replace("https", "http")),
        ),
        Cause.ISSUER_MISMATCH,
    ),
    "Keycloak is away": (
        login(discovery=Failure(Reason.KEYCLOAK_UNAVAILABLE, "no answer.")),
        Cause.KEYCLOAK_UNAVAILABLE,
    ),
    "audience": (
        login(authenticators=told(audiences=frozenset({"kubernetes"}))),
        Cause.AUDIENCE_MISMATCH,
    ),
    "audience, by the declared client alone": (
        login(authenticators=told(audiences=frozenset({"kubernetes"})), token=None),
        Cause.AUDIENCE_MISMATCH,
    ),
    "other client": (login(token=token(aud="grafana", azp="grafana")), Cause.OTHER_CLIENT),
    "access token": (login(token=token(aud="account", typ="Bearer")), Cause.WRONG_TOKEN_KIND),
    "expired": (login(token=token(exp=at(seconds=-1))), Cause.TOKEN_EXPIRED),
    "from the future": (login(token=token(nbf=at(minutes=2))), Cause.TOKEN_NOT_YET_VALID),
    "algorithm": (login(token=token("ES384")), Cause.ALGORITHM_NOT_ACCEPTED),
    "e-mail not verified": (
        login(
            authenticators=told(username_claim="email"),
            token=token(email="alice@example.com", email_verified=False),
        ),
        Cause.EMAIL_NOT_VERIFIED,
    ),
    "no user name": (login(token=token(preferred_username=None)), Cause.USERNAME_CLAIM_MISSING),
    "required claim": (
        login(authenticators=told(required_claims={"hd": "example.com"})),
        Cause.REQUIRED_CLAIM_MISSING,
    ),
    "client disabled": (
        login(client=client("headlamp", leaf(), enabled=False)),
        Cause.CLIENT_NOT_FOUND,
    ),
    "scope not requested": (
        login(client=client("headlamp", optional=[mapper(scope="groups")])),
        Cause.SCOPE_NOT_REQUESTED,
    ),
    "mapper off": (
        login(client=client("headlamp", mapper(tokens="Access"))),
        Cause.MAPPER_NOT_IN_TOKEN,
    ),
    "mapper on another claim": (
        login(client=client("headlamp", mapper(claim="roles"))),
        Cause.GROUPS_IN_OTHER_CLAIM,
    ),
    "dotted claim": (
        login(client=client("headlamp", mapper(kind=MapperKind.NESTED))),
        Cause.CLAIM_NESTED,
    ),
    "no mapper": (login(client=client("headlamp")), Cause.NO_GROUPS_CLAIM),
    "other groups claim": (
        login(
            client=client("headlamp", mapper(claim="roles")),
            authenticators=told(groups_claim="roles"),
        ),
        Cause.GROUPS_CLAIM_MISMATCH,
    ),
    "no groups claim": (login(authenticators=told(groups_claim="")), Cause.GROUPS_CLAIM_MISMATCH),
    "prefix": (login(authenticators=told(groups_prefix="oidc:")), Cause.GROUPS_PREFIX_MISMATCH),
    "prefix missing": (
        login(directory=directory(prefix="oidc:")),
        Cause.GROUPS_PREFIX_MISMATCH,
    ),
    "quoted prefix": (
        login(directory=directory(prefix="oidc:"), authenticators=told(groups_prefix='"oidc:"')),
        Cause.GROUPS_PREFIX_MISMATCH,
    ),
}


@pytest.mark.parametrize("case", SPOILED)
def test_each_is_found_and_nothing_else_with_it(case: str) -> None:
    spoiled, cause = SPOILED[case]
    assert causes(spoiled) == [cause]


@pytest.mark.parametrize("case", SPOILED)
def test_each_has_a_sentence_and_a_way_to_mend_it(case: str) -> None:
    (finding,) = diagnose_login(SPOILED[case][0])
    assert finding.fact
    assert not finding.fact.endswith(".")
    assert finding.fixes
    assert all(fix.steps for fix in finding.fixes)


def test_a_token_of_another_issuer_changes_neither_cluster_nor_directory() -> None:
    foreign = login(token=token(iss="https://x'; id; '"), review=error("invalid bearer token"))
    (finding,) = diagnose_login(foreign)
    assert finding.cause is Cause.ISSUER_MISMATCH
    assert all(isinstance(step, Advice) for fix in finding.fixes for step in fix.steps)


def test_with_two_clients_the_one_that_kube_apiserver_was_told_is_enough() -> None:
    two = directory("argocd", "headlamp")
    assert causes(login(directory=two, login_client=two.clients[0], token=None)) == []


def test_what_kube_apiserver_hides_is_told_by_the_rules() -> None:
    unverified = login(
        authenticators=told(username_claim="email"),
        token=token(email="a@example.com", email_verified=False),
        review=error("invalid bearer token"),
    )
    assert causes(unverified) == [Cause.EMAIL_NOT_VERIFIED]


def test_an_algorithm_that_kube_apiserver_does_not_know_is_not_offered_to_it() -> None:
    (finding,) = diagnose_login(login(token=token("HS256")))
    assert not [step for fix in finding.fixes for step in fix.steps if isinstance(step, Edit)]


def test_of_two_claims_the_one_that_tokens_carry_is_kept() -> None:
    other = told(groups_claim="roles")
    (finding,) = diagnose_login(login(authenticators=other))
    assert [type(step) for fix in finding.fixes for step in fix.steps] == [Edit]
    writes_roles = client("headlamp", mapper(claim="roles"))
    (finding,) = diagnose_login(login(authenticators=other, client=writes_roles))
    (command,) = finding.fixes[0].steps
    assert isinstance(command, Command)
    assert command.line == (
        "kubectl patch kcd default --type=merge "
        """-p '{"spec": {"tokens": {"groupsClaim": "roles"}}}'"""
    )


@pytest.mark.parametrize("prefix", ["kc:", "oidc:#1"])
def test_an_edit_is_yaml_that_reads_back_as_it_was_meant(prefix: str) -> None:
    spoiled = login(
        directory=directory(prefix=prefix),
        authenticators=told(groups_prefix="other", distribution=Distribution.CONFIGURATION),
    )
    _, (step,) = [fix.steps for fix in diagnose_login(spoiled)[0].fixes]
    assert isinstance(step, Edit)
    assert [yaml.safe_load(line) for line in step.after] == [{"prefix": prefix}]


def test_the_prefix_of_kube_apiserver_is_followed_and_never_emptied() -> None:
    spoiled = login(authenticators=told(groups_prefix="oidc:"))
    ((step,),) = [fix.steps for fix in diagnose_login(spoiled)[0].fixes]
    assert isinstance(step, Command)
    assert '{"tokens": {"groupsPrefix": "oidc:"}}' in step.line


def test_what_was_not_typed_is_not_declared() -> None:
    typed = replace(directory(), name=TYPED)
    other = told(groups_prefix="oidc:", groups_claim="roles")
    assert causes(login(directory=typed, client=None, authenticators=other)) == []


def test_the_claim_that_a_persons_token_carries_is_kept() -> None:
    carries = token(groups=None, roles=["SRE"])
    spoiled = login(token=carries, client=None, authenticators=told(groups_claim="roles"))
    (finding,) = diagnose_login(spoiled)
    (command,) = finding.fixes[0].steps
    assert isinstance(command, Command)
    assert '{"tokens": {"groupsClaim": "roles"}}' in command.line


@pytest.mark.parametrize("distribution", [Distribution.KUBEADM, Distribution.CONFIGURATION])
def test_an_issuer_that_somebody_else_uses_stays(distribution: Distribution) -> None:
    github = "https://token.actions.githubusercontent.com"
    other = told(issuer=github, distribution=distribution, where="f", field="jwt[0]")
    (finding,) = diagnose_login(login(authenticators=other))
    (step,) = finding.fixes[0].steps
    assert isinstance(step, Edit | Advice)
    assert not isinstance(step, Edit) or (step.below, step.before) == ("jwt", ())


def test_without_any_audience_one_is_added() -> None:
    nobody = told(
        audiences=frozenset(), distribution=Distribution.CONFIGURATION, where="f", field="jwt[0]"
    )
    for carried in (None, token()):
        (finding,) = diagnose_login(login(token=carried, authenticators=nobody))
        assert finding.cause is Cause.AUDIENCE_MISMATCH


def test_at_a_sound_login_nothing_is_found() -> None:
    assert causes(LOGIN) == []


@pytest.mark.parametrize("hidden", ["discovery", "client", "token", "authenticators", "review"])
def test_what_is_not_known_is_not_wrong(hidden: str) -> None:
    assert causes(login(**{hidden: None})) == []


def test_an_example_token_has_no_times() -> None:
    spoiled = Token("", CLAIMS | {"exp": at(seconds=-1), "nbf": at(hours=1)}, example=True)
    assert causes(login(token=spoiled)) == []


def test_a_minute_of_difference_between_clocks_is_none() -> None:
    assert causes(login(token=token(nbf=at(seconds=59)))) == []


@pytest.mark.parametrize("email_verified", [None, True])
def test_an_email_without_the_claim_counts_as_verified(*, email_verified: bool | None) -> None:
    spoiled = token(email="a@example.com", email_verified=email_verified)
    sound = login(authenticators=told(username_claim="email"), token=spoiled)
    assert causes(sound) == []
