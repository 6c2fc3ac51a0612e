"""The JSON schema of the documents; `make schema` writes docs/command-line.schema.json."""

import json
import sys
from pathlib import Path

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import override

from groupaccess.cli.diagnosis.output.documents import API_VERSION, AnyDocument


class _WithoutTitles(GenerateJsonSchema):
    @override
    def field_title_should_be_set(self, schema: object) -> bool:
        return False  # it would be the field's name in other letters


def render_schema() -> str:
    """Return the schema of whatever `-o json` or `-o yaml` prints."""
    adapter: TypeAdapter[AnyDocument] = TypeAdapter(AnyDocument)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"What groupaccess prints with -o json or -o yaml: {API_VERSION}",
        **adapter.json_schema(mode="serialization", schema_generator=_WithoutTitles),
    }
    return json.dumps(schema, indent=2) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render_schema(), encoding="utf-8", newline="\n")
