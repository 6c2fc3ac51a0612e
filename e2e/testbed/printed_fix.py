"""A person who knows nothing of a case but the fix that is printed, and has an editor."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

PART = re.compile(r"(?P<name>[^.\[\]]+)|\[(?P<place>\d+)\]")
IN_FILE = re.compile(r"in (?P<file>.+), below (?P<below>\S+):")
HEADING = re.compile(r"(?P<where>[A-Za-z0-9]+):")


@dataclass
class PrintedEdit:
    """Lines that go and lines that come below a field of a file, and what happens then."""

    file: str
    below: str
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    then: str = ""


@dataclass
class PrintedFix:
    """One of several ways: `where` says for which installation, "" for every one."""

    where: str = ""
    edits: list[PrintedEdit] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


def first_fix(text: str, where: str) -> PrintedFix:
    """Return the first fix of a printed report that is for this installation."""
    return next(fix for fix in printed_fixes(text) if fix.where in ("", where))


def printed_fixes(text: str) -> Iterator[PrintedFix]:
    """Yield what a report tells to do, in its order."""
    fix = PrintedFix()
    for line in map(str.strip, text.splitlines()):
        if line == "or:" or line.startswith("see ") or HEADING.fullmatch(line):
            if fix.edits or fix.commands:
                yield fix
            heading = HEADING.fullmatch(line)
            fix = PrintedFix("" if heading is None or line == "or:" else heading["where"])
        elif begins := IN_FILE.fullmatch(line):
            fix.edits.append(PrintedEdit(begins["file"], begins["below"]))
        elif line.startswith("$ "):
            fix.commands.append(line.removeprefix("$ "))
        elif line.startswith("then: "):
            fix.edits[-1].then = line.removeprefix("then: ")
        elif fix.edits and line[:2] in ("- ", "+ "):
            edit = fix.edits[-1]
            (edit.before if line[0] == "-" else edit.after).append(line[2:])


def edit_yaml(text: str, below: str, before: Sequence[str], after: Sequence[str]) -> str:
    """Return a YAML file without the lines of `before`, and with those of `after`.

    Raise LookupError if it has not what is to go.
    """
    body = yaml.safe_load(text)
    new = yaml.safe_load("\n".join(after)) if after else None
    old = yaml.safe_load("\n".join(before)) if before else None
    parent = _find(body, below, new if old is None else old)
    if isinstance(parent, list):
        at = [parent.index(item) for item in old or ()] or [len(parent)]
        parent[at[0] : at[-1] + bool(old)] = new or ()
    else:
        for name, value in (old or {}).items():
            if parent.pop(name) != value:
                raise LookupError(f"{below}.{name} is not {value}")
        parent |= new or {}
    return yaml.safe_dump(body)


def _find(body: Any, path: str, like: object) -> Any:  # noqa: ANN401 -- JSON
    """Return the object or the list at a path; a missing one is made, of the kind of `like`."""
    parts = [match["name"] or int(match["place"]) for match in PART.finditer(path)]
    for number, part in enumerate(parts):
        if isinstance(body, dict) and part not in body:
            body[part] = type(like)() if number == len(parts) - 1 else {}
        body = body[part]
    return body
