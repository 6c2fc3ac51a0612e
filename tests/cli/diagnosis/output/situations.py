"""The documents of the situations whose texts are compared, and some with hostile names."""

import asyncio
from collections.abc import Iterator, Mapping
from functools import cache

from application.diagnosis.test_texts import (
    DENIALS,
    INSTALLATIONS,
    LOGINS,
    REPORTS,
    answers,
    examined,
)
from application.diagnosis.test_why import PODS, cluster
from domain.diagnosis.accesses import findings
from groupaccess.cli.diagnosis.output.documents import DoctorReport, Error, Explanation
from groupaccess.cli.diagnosis.output.from_facts import doctor_report, explanation_document
from groupaccess.domain.diagnosis import explanation
from groupaccess.domain.diagnosis.chain import Step
from groupaccess.domain.diagnosis.explanation import no_token
from groupaccess.domain.diagnosis.finding import (
    Category,
    Cause,
    Finding,
    NotChecked,
    PassedCheck,
    SkippedCheck,
)
from groupaccess.domain.diagnosis.fix import Advice, Command, Edit, Fix
from groupaccess.domain.diagnosis.login_diagnosis import diagnose_login

Document = DoctorReport | Explanation | Error
HOSTILE = "/a|b`c``<b>*d*_e_ @ops [x](http://y) %0A,: #1 ~~z~~ &lt; \\ ]]> $x$"
"""A name of a group. Each format has characters of its own that mean something."""
CONTROL = "red\x1b[31m\x00\ud800\u202e\nnext"
STEPS = (
    Command(f"kubectl get ga '{HOSTILE}'"),
    Advice(f"Ask {HOSTILE}."),
    Edit("/etc/k.yaml", "args", (HOSTILE,), ("- a: 1", "```"), "systemctl restart k3s"),
)
WRONG = Finding(
    Cause.ISSUER_MISMATCH, f"{HOSTILE} differs", (HOSTILE, CONTROL), (Fix(STEPS, "k3s"), Fix(STEPS))
)
WARNED = Finding(Cause.DANGLING_SUBJECT, f"nobody carries {HOSTILE}")
GOOD = PassedCheck(Category.KEYCLOAK, f"{HOSTILE} answers")
HIDDEN = NotChecked(f"flags of {HOSTILE}", f"you may not list {CONTROL}")
AWAY = Error(message="the API server is away, <really>")
LEFT_OUT = SkippedCheck(f"members of {HOSTILE}", "needs a login")
HOSTILE_REPORT = doctor_report([WRONG, WARNED, GOOD, HIDDEN, LEFT_OUT])
HOSTILE_ANSWER = explanation_document(
    explanation.Explanation(
        f"No. {HOSTILE} may not.",
        allowed=False,
        steps=(Step("Keycloak", f"{HOSTILE} is in {CONTROL}", HOSTILE),),
        findings=(WRONG,),
        close=(HOSTILE,),
        not_checked=(HIDDEN,),
    )
)


@cache
def situations() -> Mapping[str, Document]:
    """Return all documents by what they are about."""
    return dict(_situations())


def _situations() -> Iterator[tuple[str, Document]]:
    for name, spoiled in LOGINS.items():
        yield f"login: {name}", doctor_report(diagnose_login(spoiled))
    for name, known in DENIALS.items():
        yield f"denied: {name}", doctor_report(findings(known))
    for name, call in answers():
        result = asyncio.run(call)
        yield f"why: {name}", _answered(result)
    yield "why: no token", explanation_document(no_token(PODS))
    for name, changes in REPORTS.items():
        yield f"doctor: {name}", doctor_report(asyncio.run(examined(cluster(**changes))))
    for name, changes in INSTALLATIONS.items():
        checks = asyncio.run(examined(cluster(), **changes))
        yield f"doctor: an installation {name}", doctor_report(checks)
    yield "doctor: hostile names", HOSTILE_REPORT
    yield "why: hostile names", HOSTILE_ANSWER


def _answered(result: explanation.Explanation | NotChecked) -> Document:
    if isinstance(result, NotChecked):
        return Error(message=f"could not tell {result.what}: {result.why}")
    return explanation_document(result)
