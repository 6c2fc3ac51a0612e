"""Log lines for people and for a log store."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from groupaccess.cli.logging_setup import set_up_logs

logger = logging.getLogger("groupaccess.test")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Give the root logger back what it had."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(form: str, level: str) -> list[str]:
    """Return what is logged in a form, from a level on."""
    set_up_logs(form, level)
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(io.StringIO())
    logger.debug("a detail")
    logger.info("bound %s", "SRE")
    logger.warning("line one\nline two")
    return str(handler.stream.getvalue()).splitlines()


def test_json_is_one_object_a_line() -> None:
    info, warning = (json.loads(line) for line in lines("json", "info"))
    assert info["message"] == "bound SRE"
    assert (info["level"], info["name"]) == ("INFO", "groupaccess.test")
    assert info["time"]
    assert warning["message"] == "line one\nline two"


def test_people_read_text() -> None:
    first = lines("human", "info")[0]
    assert first.endswith("INFO    groupaccess.test: bound SRE")


@pytest.mark.parametrize(("level", "count"), [("debug", 3), ("info", 2), ("warning", 1)])
def test_the_level_is_the_least_important_line(level: str, count: int) -> None:
    assert len(lines("json", level)) == count


def test_requests_with_their_urls_are_not_logged() -> None:
    set_up_logs("human", "info")
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
