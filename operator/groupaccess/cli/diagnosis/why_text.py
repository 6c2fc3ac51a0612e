"""The answer of `groupaccess why`: the sentence first, then the chain, then what to do."""

from collections.abc import Iterator

from groupaccess.cli.diagnosis.finding_text import finding_lines, not_checked_lines
from groupaccess.cli.diagnosis.output.documents import Explanation, StepItem

WHERE_COLUMNS = 16  # letters, so that the facts stand below each other


def why_lines(explanation: Explanation) -> Iterator[str]:
    """Yield the lines of an answer."""
    yield explanation.answer
    if explanation.steps:
        yield ""
    for number, step in enumerate(explanation.steps, start=1):
        yield f"  {number}  {_step(step)}"
    if explanation.findings:
        yield ""
    for finding in explanation.findings:
        yield from (f"  {line}" for line in finding_lines(finding))
    yield from _named(explanation.grants_title, explanation.grants)
    yield from _named("close, but not it", explanation.close)
    if explanation.not_checked:
        yield ""
    yield from not_checked_lines(explanation.not_checked)


def _step(step: StepItem) -> str:
    known = f"    {step.known_by}" if step.known_by else ""
    return f"{step.where:<{WHERE_COLUMNS}}{step.fact}{known}"


def _named(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield ""
        yield f"  {title}"
        yield from (f"    {line}" for line in lines)
