"""How a finding reads, and that what it says can be pasted."""

from groupaccess.cli.diagnosis.finding_text import finding_lines
from groupaccess.cli.diagnosis.output.from_facts import check_item
from groupaccess.domain.diagnosis.finding import Cause, Finding
from groupaccess.domain.diagnosis.fix import Advice, Command, Edit, Fix

EDIT = Edit("/etc/x.yaml", "args", ("- --a=1",), ("- --a=2", "- --b=1"), "systemctl restart x")


def lines(*fixes: Fix, fact: str = "it differs", reason: str = "") -> list[str]:
    return list(
        finding_lines(check_item(Finding(Cause.ISSUER_MISMATCH, fact, ("here: 1",), fixes, reason)))
    )


def test_the_sentence_comes_first_and_the_page_last() -> None:
    assert lines() == [
        "✗ it differs    IssuerMismatch",
        "    here: 1",
        "    see docs/troubleshooting.md#issuermismatch",
    ]


def test_a_mappings_own_reason_is_the_word() -> None:
    assert lines(reason="GroupNotFound")[0].endswith("    GroupNotFound")
    assert lines(reason="GroupNotFound")[-1] == "    see docs/reasons.md#groupnotfound"


def test_a_warning_has_another_mark() -> None:
    assert next(finding_lines(check_item(Finding(Cause.DANGLING_SUBJECT, "x")))).startswith("! ")


def test_each_fix_can_be_pasted_and_says_for_whom_it_is() -> None:
    command = Fix((Command("kubectl get ga"),))
    assert lines(Fix((EDIT,), "k3s"), command, Fix((Advice("Ask."),)))[2:-1] == [
        "    k3s:",
        "      in /etc/x.yaml, below args:",
        "        - - --a=1",
        "        + - --a=2",
        "        + - --b=1",
        "      then: systemctl restart x",
        "    or:",
        "    $ kubectl get ga",
        "    or:",
        "    Ask.",
    ]


def test_a_line_that_is_added_or_taken_away_has_no_other_half() -> None:
    added = Fix((Edit("f", "b", (), ("a: 1",), "x"),))
    taken = Fix((Edit("f", "b", ("a: 1",), (), "x"),))
    assert "    - a: 1" not in "\n".join(lines(added))
    assert lines(added)[2:-1] == ["    in f, below b:", "      + a: 1", "    then: x"]
    assert lines(taken)[2:-1] == ["    in f, below b:", "      - a: 1", "    then: x"]


def test_control_characters_of_others_do_not_reach_the_terminal() -> None:
    assert "\x1b" not in "".join(lines(fact="group \x1b[31mred"))
