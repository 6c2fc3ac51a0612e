"""The schemas that a version of Kubernetes publishes; its source is in Go's module cache."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator  # type: ignore[import-untyped]  # it brings no types

from chart.helm import Object

Schema = dict[str, Any]
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
KIND = "x-kubernetes-group-version-kind"


def source(version: str) -> Path:
    """Return where the schemas of this version are, once its control plane was built."""
    paths = os.environ.get("GOPATH") or Path.home() / "go"
    modules = Path(os.environ.get("GOMODCACHE") or Path(paths) / "pkg" / "mod")
    return modules / f"k8s.io/kubernetes@v{version}" / "api" / "openapi-spec" / "swagger.json"


def complaints(body: Object, version: str) -> list[str]:
    """Return what the schema of an object's kind refuses; a field that it does not know, too."""
    kind = body["apiVersion"], body["kind"]
    found = _validator(version, *kind)
    errors = found.iter_errors(body) if found else ()
    where = f"{body['kind']} {body['metadata']['name']}"
    return [f"{where}: {error.json_path}: {error.message}" for error in errors]


def knows(body: Object, version: str) -> bool:
    """Tell whether the kind is one of Kubernetes' own."""
    return _validator(version, body["apiVersion"], body["kind"]) is not None


@cache
def _validator(version: str, api_version: str, kind: str) -> Draft4Validator | None:
    definitions = _definitions(version)
    group, _, name = api_version.rpartition("/")
    wanted = {"group": group, "version": name, "kind": kind}
    for key, schema in definitions.items():
        if wanted in schema.get(KIND, ()):
            whole = {"$ref": f"#/definitions/{key}", "definitions": definitions}
            return Draft4Validator(whole)
    return None


@cache
def _definitions(version: str) -> dict[str, Schema]:
    found: dict[str, Schema] = json.loads(source(version).read_text())["definitions"]
    found[INT_OR_STRING] = {"type": ["integer", "string"]}
    for schema in found.values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return found
