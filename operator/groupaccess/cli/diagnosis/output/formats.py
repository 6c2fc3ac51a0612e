"""The formats of documents, by the name that `-o` has for them."""

from collections.abc import Callable, Mapping

from groupaccess.cli.diagnosis.output.documents import AnyDocument
from groupaccess.cli.diagnosis.output.github import as_github
from groupaccess.cli.diagnosis.output.junit import as_junit
from groupaccess.cli.diagnosis.output.markdown import as_markdown
from groupaccess.cli.diagnosis.output.plain import as_json, as_yaml

FORMATS: Mapping[str, Callable[[AnyDocument], str]] = {
    "json": as_json,
    "yaml": as_yaml,
    "markdown": as_markdown,
    "github": as_github,
    "junit": as_junit,
}
"""All but text, which is printed line by line."""
