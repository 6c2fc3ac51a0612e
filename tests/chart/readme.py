"""Writes the values in the chart's README, from the comments in values.yaml: `make chart`.

A mapping over several lines is a section, anything else is a value. The comment of both is above
them, or behind them on the same line.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "groupaccess"
README = CHART / "README.md"
HEADING = "## Values\n"


@dataclass(frozen=True)
class Row:
    """One value or section, with its comment."""

    path: tuple[str, ...]
    words: str
    default: str  # as JSON; "" for a section

    def __str__(self) -> str:
        default = f"`{self.default}`" if self.default else ""
        cells = f"`{'.'.join(self.path)}`", default, self.words
        return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def rows() -> list[Row]:
    """Return all values and sections of values.yaml, in its order."""
    text = (CHART / "values.yaml").read_text()
    root = yaml.compose(text)
    assert isinstance(root, yaml.MappingNode)
    return list(_rows(root, (), text.splitlines()))


def _rows(node: yaml.MappingNode, path: tuple[str, ...], lines: list[str]) -> Iterator[Row]:
    for key, value in node.value:
        here = (*path, str(key.value))
        if isinstance(value, yaml.MappingNode) and not value.flow_style:
            yield Row(here, _above(key, lines), "")
            yield from _rows(value, here, lines)
        else:
            words = f"{_above(key, lines)} {_behind(value, lines)}".strip()
            yield Row(here, words, _json(value))


def _above(key: yaml.Node, lines: list[str]) -> str:
    mark = key.start_mark
    begin = " " * mark.column + "# "
    found: list[str] = []
    for line in reversed(lines[: mark.line]):
        if not line.startswith(begin):
            break
        found.insert(0, line.removeprefix(begin))
    return " ".join(found)


def _behind(value: yaml.Node, lines: list[str]) -> str:
    mark = value.end_mark
    rest = lines[mark.line][mark.column :] if mark.line < len(lines) else ""
    return rest.strip().removeprefix("# ") if rest.startswith(" #") else ""


def _json(value: yaml.Node) -> str:
    return json.dumps(yaml.safe_load(yaml.serialize(value)), ensure_ascii=False)


def readme() -> str:
    """Return the README with its values as they are now."""
    head, _, _ = README.read_text().partition(HEADING)
    table = ["| value | default | what it says |", "|---|---|---|", *map(str, rows())]
    return f"{head}{HEADING}\n" + "\n".join(table) + "\n"


if __name__ == "__main__":
    README.write_text(readme())
