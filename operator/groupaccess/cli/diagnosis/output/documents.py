"""The documents of `why` and `doctor`, for programs; docs/command-line.schema.json is their schema.

Fields may be added in this version, and none is taken away or gets another meaning. Text is cleaned
of control characters: names are others' choice.
"""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from groupaccess.domain.text import printable_text

API_VERSION: Final = "cli.groupaccess.io/v1"
ApiVersion = Literal["cli.groupaccess.io/v1"]
Text = Annotated[str, AfterValidator(printable_text)]
SeverityWord = Literal["error", "warning"]


class Part(BaseModel):
    """Hold a part of a document. Descriptions of the schema are the docstrings of the fields."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        serialize_by_alias=True,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
        frozen=True,
    )


class CommandStep(Part):
    """A command to paste into a shell."""

    command: Text


class AdviceStep(Part):
    """What a person has to decide, or to do in a console."""

    advice: Text


class EditStep(Part):
    """A change of a YAML file."""

    file: Text
    below: Text
    """The path of the field whose lines change, such as `spec.containers[0].command`."""
    before: tuple[Text, ...]
    """The lines that go."""
    after: tuple[Text, ...]
    """The lines that come."""
    then: Text
    """What makes the change take effect."""


StepOfFix = CommandStep | EditStep | AdviceStep


class FixItem(Part):
    """One way to mend something; of several each is enough."""

    where: Annotated[Text, Field(alias="for")]
    """For which installation, such as k3s; empty for every one."""
    steps: tuple[StepOfFix, ...]


class PassedItem(Part):
    """A check that found nothing wrong."""

    result: Literal["Passed"] = "Passed"
    category: Text
    """Where it is, in the order of a login: Cluster, Keycloak, Client, Token, and so on."""
    fact: Text


class FindingItem(Part):
    """Something wrong."""

    result: Literal["Finding"] = "Finding"
    category: Text
    """Where it is, in the order of a login: Cluster, Keycloak, Client, Token, and so on."""
    severity: SeverityWord
    """With `error` a login fails or access is not granted; with `warning` it may, tomorrow."""
    cause: Text
    """What is wrong, one of the words of docs/troubleshooting.md."""
    reason: Text
    """The word that the documentation explains: the cause, or the mapping's own reason."""
    fact: Text
    evidence: tuple[Text, ...]
    """What was compared."""
    fixes: tuple[FixItem, ...]
    """How to mend it; the first is the best."""
    page: Text
    """Where the documentation explains it."""


class NotCheckedItem(Part):
    """A check that could not be made."""

    result: Literal["NotChecked"] = "NotChecked"
    fact: Text
    """What was not checked."""
    why: Text
    """A right that is missing, or a server that is away."""


class SkippedItem(Part):
    """A check that nobody asked for: it needs what was not given, and changes no exit code."""

    result: Literal["Skipped"] = "Skipped"
    fact: Text
    """What was left out."""
    why: Text
    """What it needs."""


CheckItem = Annotated[
    PassedItem | FindingItem | NotCheckedItem | SkippedItem, Field(discriminator="result")
]


class StepItem(Part):
    """One link of the chain from a login to an answer."""

    where: Text
    fact: Text
    known_by: Text
    """How it is known; empty where that is the fact itself."""


class Document(Part):
    """Hold what all documents have."""

    api_version: ApiVersion = API_VERSION
    kind: str
    context: Text = ""
    """The context that `--context` named; empty for the kubeconfig's current one."""


class Summary(Part):
    """Hold how many checks ended how."""

    errors: int
    warnings: int
    passed: int
    not_checked: int
    skipped: int


class DoctorReport(Document):
    """The report of `groupaccess doctor`."""

    kind: Literal["DoctorReport"] = "DoctorReport"
    fail_on: SeverityWord
    """From which severity on a finding makes the exit code 1."""
    summary: Summary
    checks: tuple[CheckItem, ...]


class Explanation(Document):
    """The answer of `groupaccess why`."""

    kind: Literal["Explanation"] = "Explanation"
    answer: Text
    """The answer in one sentence."""
    allowed: bool | None
    """Whether the request is allowed; null where only who somebody is was asked."""
    steps: tuple[StepItem, ...]
    findings: tuple[FindingItem, ...]
    grants: tuple[Text, ...]
    """The bindings that may give it, and for how long; without a request all that are bound."""
    close: tuple[Text, ...]
    """What is bound for the person for something else, or elsewhere."""
    not_checked: tuple[NotCheckedItem, ...]

    @property
    def grants_title(self) -> str:
        """Return what stands above the bindings."""
        return "bound" if self.allowed is None else "granted by"


class Error(Document):
    """Why a command has no answer. Its exit code is 3."""

    kind: Literal["Error"] = "Error"
    message: Text


class DoctorReportList(Part):
    """The reports of several contexts, in the order of `--context`."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["DoctorReportList"] = "DoctorReportList"
    items: tuple[DoctorReport | Error, ...]


class ExplanationList(Part):
    """The answers of several contexts, in the order of `--context`."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ExplanationList"] = "ExplanationList"
    items: tuple[Explanation | Error, ...]


AnyDocument = Annotated[
    DoctorReport | Explanation | Error | DoctorReportList | ExplanationList,
    Field(discriminator="kind"),
]


def items_of(document: AnyDocument) -> tuple[DoctorReport | Explanation | Error, ...]:
    """Return the documents of a list, or the one."""
    return (
        document.items if isinstance(document, DoctorReportList | ExplanationList) else (document,)
    )
