"""One cause, asked for in every form: by user, by token, by the pasted error, and by `doctor`."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

import httpx

from testbed.cluster import Cluster
from testbed.explain_command import ExplainCommand, Report
from testbed.realm import Realm

UNAUTHORIZED = "error: You must be logged in to the server (Unauthorized)"  # kubectl, of a 401
Words = tuple[str, ...]


class Form(Enum):
    """How somebody asks; only those with a login ask Keycloak's admin API."""

    USER = "why USER, logged in to Keycloak"
    TOKEN = "why --token"  # noqa: S105 -- an option
    ERROR = "why --error"
    DOCTOR = "doctor"
    DOCTOR_TOKEN = "doctor --token"  # noqa: S105 -- an option
    DOCTOR_LOGIN = "doctor, logged in to Keycloak"


@dataclass(frozen=True)
class Unknown:
    """Why a form cannot know a cause: it must find nothing then."""

    why: str


Other = Mapping[Form, Words | Unknown]
"""What some forms say instead of the one word."""
NO_CAUSE = Unknown("kube-apiserver answers a 401 without its cause")
NO_GROUPS = Unknown("kube-apiserver reads no group, so that none can be given to --as-group")
NO_TOKEN = Unknown("without the person's token it sees what is declared, and that is sound")
NO_LOGIN = Unknown("without a login it sees nothing of the realm's clients and people")
NO_REALM = Unknown("nobody answers where the realm is declared, so that nobody logs in")
NO_REQUEST = Unknown("it knows of no request, and all that is declared is sound")
NO_PERSON = Unknown("it looks at no person, and all else is sound")


@dataclass(frozen=True)
class Answers:
    """The words of all findings, in their order: `word` alone, but where `other` says more."""

    word: str
    other: Other = field(default_factory=dict)

    def of(self, form: Form) -> Words:
        """Return what this form must say."""
        said = self.other.get(form, (self.word,))
        return () if isinstance(said, Unknown) else said


def rejected(word: str, other: Other | None = None) -> Answers:
    """Return the answers to a 401, whose text never says why."""
    return Answers(word, {Form.ERROR: NO_CAUSE, **(other or {})})


@dataclass(frozen=True)
class Question:
    """Why somebody's request is refused. `options` are for every form, `where` for `why`.

    `plain` has no login to Keycloak, `login` has the administrator's.
    """

    cluster: Cluster
    plain: ExplainCommand
    login: ExplainCommand
    path: str
    request: tuple[str, ...]
    options: tuple[str, ...] = ()
    where: tuple[str, ...] = ()

    def check(self, answers: Answers, realm: Realm, user: str = "alice", token: str = "") -> None:
        """Ask in every form; each names its causes, in this order, and nothing else.

        One cause may be found at several objects, such as a directory and its mappings.
        """
        token = token or realm.id_token(user)
        reports = {form: self.ask(form, user, token) for form in Form}
        said = {form.value: distinct(report.words) for form, report in reports.items()}
        expected = {form.value: list(answers.of(form)) for form in Form}
        wrong = [
            each.body for form, each in reports.items() if said[form.value] != expected[form.value]
        ]
        assert said == expected, json.dumps(wrong, indent=1)

    def is_answered(self, realm: Realm, user: str = "alice") -> bool:
        """Tell whether the request of somebody who logs in now is a 200."""
        return self.cluster.get(self.path, realm.id_token(user)).status == httpx.codes.OK

    def finds_nothing(self, realm: Realm, user: str = "alice") -> bool:
        """Tell whether no form finds anything wrong; raise AssertionError with what it is."""
        token = realm.id_token(user)
        forms = [form for form in Form if form is not Form.ERROR]
        assert [(form, self.ask(form, user, token).words) for form in forms] == [
            (form, []) for form in forms
        ]
        return True

    def ask(self, form: Form, user: str, token: str) -> Report:
        """Ask in one form."""
        request, more = self.request, self.options
        match form:
            case Form.USER:
                return self.login.why(user, *request, *self.where, *more)
            case Form.TOKEN:
                return self.plain.why(*request, *more, token=token)
            case Form.ERROR:
                return self.plain.why_error(*self._pasted(token), *more)
            case Form.DOCTOR:
                return self.plain.doctor(*more)
            case Form.DOCTOR_TOKEN:
                return self.plain.doctor(*more, token=token)
            case Form.DOCTOR_LOGIN:
                return self.login.doctor(*more)

    def _pasted(self, token: str) -> tuple[str, ...]:
        """Return the error that the person sees, and the groups that they know they have."""
        answer = self.cluster.get(self.path, token)
        if answer.status == httpx.codes.UNAUTHORIZED:
            return (UNAUTHORIZED,)
        groups = self.cluster.whoami(token)["groups"]
        own = (f"--as-group={each}" for each in groups if not each.startswith("system:"))
        return (answer.message, *own)


def distinct(words: Iterable[str]) -> list[str]:
    """Return each word once, in their order."""
    return list(dict.fromkeys(words))
