"""The page of figures: `python -m bench.report dist/bench.jsonl` writes docs/benchmarks.md anew.

It takes the last run of each load, as `make bench` added it to the file.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
PLOTTED = (
    ("cold convergence", "cold convergence / floor", True),
    ("CPU of an object", "CPU of the operator for an object, ms", False),
)

Run = dict[str, Any]
Figures = dict[str, dict[str, Any]]


def main() -> int:
    """Replace the part of the page that is generated; return the exit code."""
    (source,) = sys.argv[1:]
    lines = [json.loads(line) for line in Path(source).read_text().splitlines()]
    runs = {(each["size"], each["shared"], each["bindings"]): each for each in lines}
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + "\n\n" + "\n".join(report([*runs.values()])) + END + after)
    return 0


def report(runs: Sequence[Run]) -> Iterator[str]:
    """Yield the lines of all tables, the smallest load first, and the plots."""
    ordered = sorted(runs, key=lambda run: (run["bindings"], run["shared"], run["size"]))
    usual = [run for run in ordered if (run["shared"], run["bindings"]) == (10, 1)]
    if usual:
        yield "Objects with one binding each, ten of them with the same group:\n"
        yield from _table(usual)
        for name, title, compared in PLOTTED:
            yield from _plot(usual, name, title, compared=compared)
    for run in ordered:
        if run not in usual:
            yield (
                f"{run['size']:,} objects with {run['bindings']} bindings each, "
                f"{run['shared']:,} of them with the same group:\n"
            )
            yield from _table([run])


def _table(runs: Sequence[Run]) -> Iterator[str]:
    """Yield a table with a column for each run: the value, and behind it the ratio."""
    columns = [_figures(run) for run in runs]
    heads = (f"{run['size']:,}" for run in runs)
    yield f"| figure | {' | '.join(heads)} | goal |"
    yield f"|---|{'---|' * len(runs)}---|"
    for name in dict.fromkeys(name for column in columns for name in column):
        cells = [_cell(column[name]) if name in column else "" for column in columns]
        goal = next(column[name]["goal"] for column in columns if name in column)
        yield f"| {name} | {' | '.join(cells)} | {'' if goal is None else f'{goal:g}'} |"
    about = runs[-1]
    yield (
        f"\n{about['at'][:10]}, {about['cores']} cores, {about['versions']}, "
        f"commit {about['commit']}.\n"
    )


def _plot(runs: Sequence[Run], name: str, title: str, *, compared: bool) -> Iterator[str]:
    figures = [_figures(run)[name] for run in runs]
    values = [each["value"] / each["floor"] if compared else each["value"] for each in figures]
    sizes = ", ".join(f'"{run["size"]:,}"' for run in runs)
    yield "```mermaid\nxychart-beta"
    yield f'  title "{title}"'
    yield f"  x-axis [{sizes}]"
    yield f"  y-axis 0 --> {max(values) * 1.2:.0f}"
    yield f"  line [{', '.join(f'{value:.2f}' for value in values)}]"
    yield "```\n"


def _figures(run: Run) -> Figures:
    return {each["name"]: each for each in run["figures"]}


def _cell(figure: dict[str, Any]) -> str:
    value, floor = figure["value"], figure["floor"]
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
    text = f"{shown} {figure['unit']}"
    return text if floor is None else f"{text} ({value / floor:.2f})"


if __name__ == "__main__":
    sys.exit(main())
