"""Renders drafts as YAML for `kubectl apply`, with comments for people."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from groupaccess.api import v1alpha1 as api
from groupaccess.domain.access.group_access import AccessMapping
from groupaccess.domain.adoption.drafts import Adoption, DraftAccess, DraftMapping

WIDTH = 100
SOURCES = 5  # bindings that a mapping's comment names
INDENT = "    "  # of a mapping


def render(adoption: Adoption, directory: str) -> str:
    """Return one YAML document for each draft; remarks that belong to no draft come last."""
    documents = [_document(draft, directory) for draft in adoption.drafts]
    rest = "".join(_comments(adoption.remarks, indent=""))
    return "---\n".join(documents) + ("\n" if documents and rest else "") + rest


def as_access(draft: DraftAccess, directory: str) -> api.GroupAccess:
    """Return a draft as a GroupAccess; absent fields stay unset."""
    mappings = tuple(_mapping(line.mapping) for line in draft.mappings)
    reference = api.DirectoryRef(name=directory)
    return api.GroupAccess(
        metadata=api.ObjectMeta(name=draft.name),
        spec=api.GroupAccessSpec(directory_ref=reference, mappings=mappings),
    )


def printable(text: str) -> str:
    """Escape line breaks, control characters and the like.

    Names of subjects and bindings may contain them, and whoever may write a RoleBinding must not be
    able to write YAML into what an administrator applies, nor control codes to a terminal.
    """
    return "".join(
        item if item.isprintable() else item.encode("unicode_escape").decode() for item in text
    )


def _mapping(mapping: AccessMapping) -> api.GroupMapping:
    given: dict[str, Any] = {
        "name": mapping.name,
        "group": mapping.group,
        "cluster_role": mapping.cluster_role,
    }
    if mapping.scope is None:
        given["cluster_wide"] = True
    else:
        given["namespaces"] = api.Namespaces(names=tuple(sorted(mapping.scope.names)))
    return api.GroupMapping(**given)


def _document(draft: DraftAccess, directory: str) -> str:
    body = as_access(draft, directory).to_kubernetes()
    mappings = body["spec"].pop("mappings")
    parts = [*_comments(draft.remarks, indent=""), _dump(body), "  mappings:\n"]
    for line, mapping in zip(draft.mappings, mappings, strict=True):
        parts += _comments([_sources(line), *line.remarks], INDENT)
        parts.append(textwrap.indent(_dump([mapping]), INDENT))
    return "".join(parts)


def _sources(line: DraftMapping) -> str:
    named = ", ".join(str(key) for key in line.sources[:SOURCES])
    more = len(line.sources) - SOURCES
    return f"from {named}" + (f" and {more} more" if more > 0 else "")


def _comments(texts: Iterable[str], indent: str) -> Iterator[str]:
    for text in texts:
        lead = f"{indent}# "
        yield (
            textwrap.fill(
                printable(text),
                WIDTH,
                initial_indent=lead,
                subsequent_indent=f"{lead}  ",
                break_long_words=False,
                break_on_hyphens=False,
            )
            + "\n"
        )


def _dump(data: object) -> str:
    # Readable Unicode stays as it is; it is escaped where it could mislead.
    plain = str(yaml.safe_dump(data, sort_keys=False, width=10_000, allow_unicode=True))
    if all(line.isprintable() for line in plain.split("\n")):
        return plain
    return str(yaml.safe_dump(data, sort_keys=False, width=10_000))
