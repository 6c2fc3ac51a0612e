"""An issuer that differs is said letter for letter, and mended where it was written."""

from dataclasses import replace

import pytest

from domain.diagnosis.logins import AUTHENTICATOR, DIRECTORY, ISSUER, causes, login, token, told
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.authenticator import Distribution
from groupaccess.domain.diagnosis.finding import Cause
from groupaccess.domain.diagnosis.fix import Command, Edit
from groupaccess.domain.diagnosis.login_diagnosis import diagnose_login
from groupaccess.domain.diagnosis.login_facts import TYPED, RealmDiscovery
from groupaccess.domain.failure import Failure
from groupaccess.domain.reasons import Reason


@pytest.mark.parametrize(
    ("distribution", "edit"),
    [
        (
            Distribution.KUBEADM,
            ("/etc/kubernetes/manifests/kube-apiserver.yaml", "- --oidc-issuer-url="),
        ),
        (Distribution.K3S, ("/etc/rancher/k3s/config.yaml", '- "oidc-issuer-url=')),
        (Distribution.RKE2, ("/etc/rancher/rke2/config.yaml", '- "oidc-issuer-url=')),
        (Distribution.CONFIGURATION, ("authn.yaml", "url: ")),
        (Distribution.KOPS, ("kops edit cluster", "oidcIssuerURL: ")),
    ],
)
def test_the_fix_is_for_the_distribution(distribution: Distribution, edit: tuple[str, str]) -> None:
    spoiled = told(issuer=f"{ISSUER}/", distribution=distribution, where="authn.yaml")
    ((step,),) = [fix.steps for fix in diagnose_login(login(authenticators=spoiled))[0].fixes]
    assert isinstance(step, Edit)
    assert step.file == edit[0]
    ((before,), (after,)) = step.before, step.after
    assert before.startswith(edit[1])
    assert ISSUER in after
    assert f"{ISSUER}/" not in after


@pytest.mark.parametrize("review", [None, TokenReviewResult(("SRE",), user="alice")])
def test_a_declared_issuer_is_mended_by_a_command_also_where_tokens_are_accepted(
    review: TokenReviewResult | None,
) -> None:
    other = replace(DIRECTORY, issuer=f"{ISSUER}/")
    (finding,) = diagnose_login(login(directory=other, review=review))
    (command,) = finding.fixes[0].steps
    assert isinstance(command, Command)
    assert command.line.startswith("kubectl patch kcd default --type=merge")


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        (f"{ISSUER}/", "only by the slash at the end"),
        (ISSUER.replace("ADMIN", "admin"), "only by capital letters"),
        (ISSUER.replace("https", "http"), "by the scheme"),
        (ISSUER.replace("auth.example.com", "keycloak.example.com"), "by the host"),
        (ISSUER.replace("example.com", "example.com:8443"), "by the port"),
        (ISSUER.replace("/realms", "/auth/realms"), "by the path"),
    ],
)
def test_where_two_issuers_differ_is_said(theirs: str, words: str) -> None:
    (finding,) = diagnose_login(login(authenticators=told(issuer=theirs)))
    assert f"issuer differs {words}: " in finding.fact


def test_of_several_issuers_the_one_that_was_meant_is_named() -> None:
    other = told(issuer="https://login.example.org")
    spoiled = (*other, *told(issuer=f"{ISSUER}/"))
    (finding,) = diagnose_login(login(authenticators=spoiled))
    assert f"{ISSUER}/" in finding.fact


def test_another_issuer_beside_the_right_one_is_nothing_wrong() -> None:
    other = told(issuer="https://login.example.org")
    assert causes(login(authenticators=(*other, AUTHENTICATOR))) == []


def test_where_only_keycloak_has_another_address_it_is_mended_there_and_said_once() -> None:
    """The two others agree, and Keycloak answers at their address."""
    other = ISSUER.replace("auth.example.com", "keycloak.example.com")
    rejected = TokenReviewResult(error="[invalid bearer token]")
    (finding,) = diagnose_login(
        login(discovery=RealmDiscovery(other), token=token(iss=other), review=rejected)
    )
    assert finding.cause == Cause.ISSUER_MISMATCH
    ((command, *_), both) = [fix.steps for fix in finding.fixes]
    assert isinstance(command, Command)
    assert "attributes.frontendUrl=https://auth.example.com" in command.line
    assert [type(step) for step in both] == [Command, Edit]


def test_where_both_others_have_a_slash_that_keycloak_never_has_they_are_mended() -> None:
    spoiled = login(
        directory=replace(DIRECTORY, issuer=f"{ISSUER}/"), authenticators=told(issuer=f"{ISSUER}/")
    )
    assert "frontendUrl" not in str(diagnose_login(spoiled))


@pytest.mark.parametrize("discovery", [None, Failure(Reason.KEYCLOAK_UNAVAILABLE, "nobody")])
def test_a_declared_port_where_nobody_answers_is_corrected_by_what_is_accepted(
    discovery: Failure | None,
) -> None:
    other = replace(DIRECTORY, issuer=ISSUER.replace("example.com", "example.com:8443"))
    accepted = TokenReviewResult(("SRE",), user="alice")
    spoiled = login(directory=other, discovery=discovery, review=accepted)
    first = diagnose_login(spoiled)[0]
    assert "by the port" in first.fact
    assert ISSUER in str(first.fixes[0].steps[0])


def test_an_accepted_token_of_another_host_says_nothing_of_the_declared_one() -> None:
    other = replace(DIRECTORY, issuer="https://other.example.com/auth/realms/ADMIN")
    accepted = TokenReviewResult(("SRE",), user="alice")
    assert causes(login(directory=other, discovery=None, review=accepted)) == []


def test_an_issuer_that_is_typed_with_http_is_not_said_to_be_keycloaks() -> None:
    typed = replace(DIRECTORY, name=TYPED, issuer=ISSUER.replace("https", "http"))
    away = Failure(Reason.KEYCLOAK_UNAVAILABLE, "nobody answers")
    (finding,) = diagnose_login(login(directory=typed, discovery=away, token=None))
    assert "Keycloak says" not in finding.fact
    assert f"--issuer {ISSUER}" in str(finding.fixes)


def test_a_file_that_rules_out_an_accepted_token_is_not_in_force() -> None:
    accepted = TokenReviewResult(("SRE",), user="alice")
    other = told(issuer=f"{ISSUER}/", distribution=Distribution.CONFIGURATION, where="authn.yaml")
    named = login(authenticators=other, configuration="authn.yaml", review=accepted)
    (finding,) = diagnose_login(named)
    assert finding.cause is Cause.ISSUER_MISMATCH
    assert "the file is not in force" in finding.fact
    assert finding.fixes
    sound = login(configuration="authn.yaml", review=accepted)
    assert diagnose_login(sound) == ()
