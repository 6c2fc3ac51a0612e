"""Generate the CustomResourceDefinitions: `make crds` writes them.

The models are the source and the files are committed, so that they can be read, applied and put
into the chart without this program. A test compares the two.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from groupaccess.api.crd.structural_schema import Schema, structural
from groupaccess.api.model import GROUP, VERSION, ApiObject
from groupaccess.api.v1alpha1 import GroupAccess, KeycloakDirectory

_HEADER = "# Generated from operator/groupaccess/api; `groupaccess crd` prints it. Do not edit.\n"
_FOLD_FROM = 60
_STANDARD = {
    "apiVersion": {
        "type": "string",
        "description": "The version of the object's schema: groupaccess.io/v1alpha1.",
    },
    "kind": {"type": "string", "description": "The kind of the object."},
    "metadata": {"type": "object"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of `kubectl get`; one that is `wide` shows with `-o wide` only."""

    name: str
    path: str
    kind: str = "string"
    wide: bool = False
    description: str = ""

    def manifest(self) -> dict[str, Any]:
        """Return the entry of `additionalPrinterColumns`."""
        about = {"description": self.description} if self.description else {}
        priority = {"priority": 1} if self.wide else {}
        return {"name": self.name, "type": self.kind, "jsonPath": self.path, **about, **priority}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a CRD says about a kind beside its schema."""

    model: type[ApiObject]
    plural: str
    short: str
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """The kind's name."""
        return self.model.__name__

    @property
    def file(self) -> str:
        """The name of the file that its CRD is written to."""
        return f"{self.plural}.yaml"


def _of(condition: str, field: str) -> str:
    return f'.status.conditions[?(@.type=="{condition}")].{field}'


def _ready(meaning: str) -> Column:
    return Column("READY", _of("Ready", "status"), description=meaning)


_VERIFIED = Column("VERIFIED", _of("Verified", "status"), description="Whether Keycloak agrees.")
_API_SERVER = Column(
    "APISERVER",
    _of("ApiServer", "status"),
    description="Whether kube-apiserver reads tokens as the directory says.",
)
_REASON = Column("REASON", _of("Ready", "reason"), description="One word that says why.")
_MESSAGE = Column("MESSAGE", _of("Ready", "message"), wide=True, description="What to do about it.")
_AGE = Column("AGE", ".metadata.creationTimestamp", "date")

KINDS = (
    Kind(
        GroupAccess,
        plural="groupaccesses",
        short="ga",
        columns=(
            _ready("Whether everything is bound as declared."),
            Column("GRANTED", ".status.granted", description="How many mappings are bound."),
            _VERIFIED,
            # A column of type date shows how long ago something was, and `<invalid>` when it is
            # yet to come; so this one shows the time as it is written.
            Column("EXPIRES", ".status.nextExpiry", description="When the next grant ends."),
            _REASON,
            _AGE,
            Column("DIRECTORY", ".status.directory", wide=True, description="Where groups are."),
            _MESSAGE,
        ),
    ),
    Kind(
        KeycloakDirectory,
        plural="keycloakdirectories",
        short="kcd",
        columns=(
            _ready("Whether Keycloak was read and its grants are not held."),
            _API_SERVER,
            Column(
                "GROUPS", ".status.groups", "integer", description="How many groups in use exist."
            ),
            _REASON,
            _AGE,
            Column("ISSUER", ".spec.issuer", wide=True, description="The realm."),
            _MESSAGE,
        ),
    ),
)


def crd_schema(kind: Kind) -> Schema:
    """Return the schema of a kind, as its CRD has it."""
    schema = structural(kind.model.model_json_schema())
    result = schema["properties"]
    status = result["status"]
    # Without these, an object that nobody has looked at yet would seem up to date to kstatus.
    status["default"] = {"observedGeneration": -1}
    status["properties"]["observedGeneration"]["default"] = -1
    return {
        "description": schema["description"],
        "type": "object",
        "required": ["spec"],
        "properties": {**_STANDARD, "spec": result["spec"], "status": status},
    }


def crd(kind: Kind) -> dict[str, Any]:
    """Return the CustomResourceDefinition of a kind."""
    version = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "additionalPrinterColumns": [column.manifest() for column in kind.columns],
        "schema": {"openAPIV3Schema": crd_schema(kind)},
        "subresources": {"status": {}},
    }
    names = {
        "kind": kind.name,
        "listKind": f"{kind.name}List",
        "plural": kind.plural,
        "singular": kind.name.lower(),
        "shortNames": [kind.short],
        "categories": ["access"],
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{GROUP}"},
        "spec": {"group": GROUP, "names": names, "scope": "Cluster", "versions": [version]},
    }


class _Dumper(yaml.SafeDumper):
    """Write long text as a folded block, and equal values each in full."""

    def ignore_aliases(self, _data: object) -> bool:
        """Write every value in full: an alias is hard to read in a manifest."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = ">" if len(text) > _FOLD_FROM and " " in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _yaml(document: Mapping[str, Any]) -> str:
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=100, allow_unicode=True)


def crd_files() -> dict[str, str]:
    """Return the text of each CRD by the name of its file."""
    return {kind.file: _HEADER + _yaml(crd(kind)) for kind in KINDS}


def render_crds() -> str:
    """Return both CRDs as one YAML stream, ready for `kubectl apply -f -`."""
    return "---\n".join(crd_files().values())


def write_crds(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Write the CRDs into each folder, the same bytes in each, and return the paths."""
    written = []
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in crd_files().items():
            path = folder / name
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    return tuple(written)


if __name__ == "__main__":
    write_crds(Path(folder) for folder in sys.argv[1:])
