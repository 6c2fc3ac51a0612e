"""Documents as data: JSON and YAML."""

import json

from groupaccess.cli.diagnosis.output.documents import AnyDocument

WIDTH = 100  # columns of YAML


def as_json(document: AnyDocument) -> str:
    """Return the document as JSON."""
    return json.dumps(document.model_dump(mode="json"), indent=2)


def as_yaml(document: AnyDocument) -> str:
    """Return the document as YAML."""
    import yaml

    data = document.model_dump(mode="json")
    written: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=WIDTH)
    return written.rstrip("\n")
