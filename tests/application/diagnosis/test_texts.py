"""All that `why` and `doctor` say, in texts.txt: whoever changes a word sees it in the diff.

`WRITE_TEXTS=1 .venv/bin/pytest tests/application/diagnosis/test_texts.py` writes the file anew.
"""

import asyncio
import os
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from application.diagnosis.installations import POD, RAW, REALM, access, directory
from application.diagnosis.test_why import BY_HAND, EVERYWHERE, OURS, PODS, cluster, why
from application.diagnosis.test_why_person import ALICE, HEADLAMP, SRE, named_by, people, person
from domain.builders import NOW, client, leaf, mapper
from domain.builders import directory as values_of_directory
from domain.diagnosis.accesses import by_hand, facts, findings, mapped
from domain.diagnosis.logins import CLAIMS, ISSUER, error, login, told
from domain.diagnosis.test_access_rules import DENIED
from domain.diagnosis.test_login_diagnosis import SPOILED
from domain.diagnosis.test_review_rules import ERRORS
from fakes.diagnosis import FakeDiagnosisCluster, FakeDiscovery, FakeInstallation
from groupaccess.application.diagnosis.doctor import Doctor
from groupaccess.application.diagnosis.doctor_facts import DoctorOptions, DoctorServers
from groupaccess.application.diagnosis.why_unauthorized import explain_unauthorized
from groupaccess.application.ports.diagnosis import ServerFacts
from groupaccess.cli.diagnosis.doctor_text import report_lines
from groupaccess.cli.diagnosis.finding_text import finding_lines
from groupaccess.cli.diagnosis.output.from_facts import (
    check_item,
    doctor_report,
    explanation_document,
)
from groupaccess.cli.diagnosis.why_text import why_lines
from groupaccess.domain.apiserver.token_review import TokenReviewResult
from groupaccess.domain.diagnosis.access_facts import AccessFacts
from groupaccess.domain.diagnosis.authenticator import Distribution
from groupaccess.domain.diagnosis.explanation import Explanation, no_token
from groupaccess.domain.diagnosis.finding import Check, Finding, NotChecked
from groupaccess.domain.diagnosis.installation_rules import LeaseFacts, PolicyFacts
from groupaccess.domain.diagnosis.login_diagnosis import diagnose_login
from groupaccess.domain.diagnosis.login_facts import LoginFacts, RealmDiscovery
from groupaccess.domain.diagnosis.rejection import explain_bare
from groupaccess.domain.directory.client import MapperKind
from groupaccess.domain.reasons import Reason

FILE = Path(__file__).with_name("texts.txt")
YES = {"allowed": frozenset({PODS}), "bindings": [OURS, BY_HAND]}
PLACES = {
    "kube-apiserver.yaml": Distribution.KUBEADM,
    "k3s": Distribution.K3S,
    "RKE2": Distribution.RKE2,
    "authn.yaml": Distribution.CONFIGURATION,
    "kops": Distribution.KOPS,
}
LOGINS: Mapping[str, LoginFacts] = {
    **{name: spoiled for name, (spoiled, _) in SPOILED.items()},
    **{text: login(authenticators=None, review=error(text)) for text in ERRORS},
    **{
        f"slash in {where}": login(
            authenticators=told(issuer=f"{ISSUER}/", distribution=each, where=where)
        )
        for where, each in PLACES.items()
    },
    **{
        f"prefix in {where}": login(
            directory=values_of_directory(prefix="oidc:"),
            authenticators=told(distribution=each, where=where),
        )
        for where, each in PLACES.items()
    },
    "two audiences": login(authenticators=told(audiences=frozenset({"b", "a"}))),
    "two clients": login(
        directory=values_of_directory("argocd", "headlamp"),
        authenticators=told(audiences=frozenset({"kubernetes"})),
        token=None,
    ),
    "nested": login(client=client("headlamp", leaf(), mapper(kind=MapperKind.NESTED))),
    "script": login(client=client("headlamp", mapper("script", MapperKind.REPLACING))),
}
DENIALS: Mapping[str, AccessFacts] = {
    **{name: known for name, (known, _) in DENIED.items()},
    **{
        f"not granted: {reason}": facts(
            mappings=(mapped("sre", state="Pending", reason=reason, subjects=("SRE",)),)
        )
        for reason in sorted(Reason)
    },
    "spelled alike": facts(bindings=(by_hand("sre"),)),
    "not enough": facts(bindings=(by_hand("SRE"), by_hand("SRE", "shop"))),
    "in another namespace": facts(mappings=(mapped("SRE", "bank"),)),
    "of another object": facts(mappings=(mapped("SRE", "bank", state="Held", reason="Expired"),)),
}
Answer = Coroutine[Any, Any, Explanation | NotChecked]


async def _unauthorized(words: str) -> Explanation | NotChecked:
    return await explain_unauthorized(why(cluster()), words)


def answers() -> Iterator[tuple[str, Answer]]:
    """Yield what `why` answers, with a name for each."""
    yield "yes", why(cluster(**YES)).explain_own(PODS)
    by_group = cluster(**YES, allowed_groups=frozenset({"SRE"}))
    yield "yes, by the group alone", person(people(), by_group).explain_user("alice", PODS)
    by_webhook = cluster(**YES, reason="by a webhook")
    yield "yes, not by RBAC", why(by_webhook).explain("alice", ["SRE"], PODS)
    yield "who you are", why(cluster(bindings=[OURS, BY_HAND])).explain_own(None)
    yield "who somebody is", person(people(), cluster()).explain_user("alice", None)
    yield "a 401 with its cause", _unauthorized("oidc: verify token: oidc: token is expired")
    yield "no", why(cluster(bindings=[BY_HAND])).explain_own(PODS)
    yield "no in all namespaces", why(cluster(bindings=[BY_HAND])).explain_own(EVERYWHERE)
    in_shop = cluster(bindings=[BY_HAND], allowed=frozenset({PODS}))
    yield "only in one namespace", why(in_shop).explain_own(EVERYWHERE)
    yield "another user", why(cluster()).explain("bob", ["Dev"], PODS)
    yield "by a token", why(cluster(**YES)).explain_token(RAW, PODS)
    expired = TokenReviewResult(error="oidc: verify token: oidc: token is expired")
    yield "a token that is rejected", why(cluster(review=expired)).explain_token(RAW, PODS)
    yield "a user", person(people(), cluster(**YES)).explain_user("alice", PODS)
    named = cluster(arguments=[named_by("preferred_username")])
    yield "a user whose name is read", person(people(), named).explain_user("alice", PODS)
    disabled = people(users=[replace(ALICE, enabled=False)])
    yield "a disabled user", person(disabled).explain_user("alice", PODS)
    nowhere = people(users=[replace(ALICE, groups=())], claims=CLAIMS | {"groups": []})
    yield "a user in no group", person(nowhere).explain_user("alice", PODS)
    for name, spoiled in (
        ("no client", None),
        ("a disabled client", client("headlamp", leaf(), enabled=False)),
        ("a missing scope", client("headlamp", leaf(), unknown=("teams",))),
        ("a client without a mapper", client("headlamp")),
    ):
        clients = [] if spoiled is None else [replace(HEADLAMP, client=spoiled)]
        realm = people(clients=clients, claims={**CLAIMS, "groups": []})
        yield f"a user and {name}", person(realm).explain_user("alice", PODS)
        yield f"a group and {name}", person(realm).explain_group(SRE.path, PODS)
    odd = people(claims=CLAIMS | {"groups": ["SRE", 1]})
    yield "a claim that is no text", person(odd).explain_user("alice", PODS)
    yield "a group", person(people(), cluster(**YES)).explain_group(SRE.path, PODS)
    yield "no such user", person(people()).explain_user("carol", PODS)
    yield "no such group", person(people()).explain_group("/nobody", PODS)
    for right in ("list_bindings", "list_accesses", "whoami", "decide_own"):
        yield f"without {right}", why(cluster(forbidden={right})).explain_own(PODS)


REPORTS: Mapping[str, dict[str, Any]] = {
    "in order": {"accesses": [access()]},
    "not granted": {"accesses": [access("Pending", "GroupNotFound")]},
    "not ready": {"directories": [directory("False", api_server="False")]},
    "an old status": {"directories": [directory(seen=0)], "accesses": [access(seen=0)]},
    "no directory": {"directories": []},
    "kube-apiservers that differ": {"arguments": [POD, replace(POD, where="pod b", argv=())]},
    "no rights": {"forbidden": {"list_directories", "list_accesses", "list_arguments"}},
}


LATER, SOON = timedelta(hours=1), timedelta(days=3)
INSTALLATIONS: Mapping[str, dict[str, Any]] = {
    "old": {"server": ServerFacts("v1.31.0", LATER), "schemas": {}},
    "without an operator": {"leases": [LeaseFacts("groupaccess", "groupaccess-1", NOW - LATER)]},
    "after a release": {"leases": [LeaseFacts("groupaccess", "", NOW)]},
    "that nobody installed": {"leases": [], "policies": []},
    "with a policy that warns": {"policies": [PolicyFacts("guard", "it is not in force")]},
}


async def examined(
    known: FakeDiagnosisCluster, realm: FakeDiscovery = REALM, **installed: Any
) -> list[Check]:
    doctor = Doctor(DoctorServers(known, FakeInstallation.sound(NOW, **installed), realm), NOW)
    return [check async for check in doctor.examine(DoctorOptions())]


def texts() -> Iterator[str]:
    """Yield all texts, each below a heading."""
    for name, spoiled in LOGINS.items():
        yield from section(f"login: {name}", lines_of(diagnose_login(spoiled)))
    for name, known in DENIALS.items():
        yield from section(f"denied: {name}", lines_of(findings(known)))
    for name, call in answers():
        result = asyncio.run(call)
        yield from section(
            f"why: {name}",
            [f"not checked: {result.what}: {result.why}"]
            if isinstance(result, NotChecked)
            else why_lines(explanation_document(result)),
        )
    yield from section("why: no token", why_lines(explanation_document(no_token(PODS))))
    yield from section(
        "why: a 401 without a cause", why_lines(explanation_document(explain_bare()))
    )
    for name, changes in REPORTS.items():
        checks = asyncio.run(examined(cluster(**changes)))
        yield from section(f"doctor: {name}", report_lines(doctor_report(checks)))
    for name, changes in INSTALLATIONS.items():
        checks = asyncio.run(examined(cluster(), **changes))
        yield from section(f"doctor: an installation {name}", report_lines(doctor_report(checks)))
    ending = RealmDiscovery(ISSUER, certificate_ends=NOW + SOON, ahead=-LATER)
    checks = asyncio.run(examined(cluster(), FakeDiscovery({ISSUER: ending})))
    yield from section(
        "doctor: a certificate that ends and a clock", report_lines(doctor_report(checks))
    )


def lines_of(found: Iterable[Finding]) -> Iterator[str]:
    for finding in found:
        yield from finding_lines(check_item(finding))


def section(heading: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"== {heading}"
    yield from lines
    yield ""


def test_every_text_is_as_it_was_read_last() -> None:
    text = "\n".join(texts())
    if os.environ.get("WRITE_TEXTS"):
        FILE.write_text(text)
    assert text.splitlines() == FILE.read_text().splitlines()
