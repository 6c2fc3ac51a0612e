"""Durations are read as Go reads them, in whole numbers."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupaccess.api.v1alpha1.durations import format_duration, parse_duration

MILLISECOND = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("60s", timedelta(seconds=60)),
        ("1m30s", timedelta(seconds=90)),
        ("2h", timedelta(hours=2)),
        ("500ms", timedelta(milliseconds=500)),
        ("1h1m1s1ms", timedelta(hours=1, minutes=1, seconds=1, milliseconds=1)),
        ("30s1m", timedelta(seconds=90)),
        ("0s", timedelta()),
    ],
)
def test_each_unit_counts(text: str, length: timedelta) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    "text",
    ["", "60", "-60s", "+60s", "1.5h", "1 m", "1d", "60S", "s", "1m\n", "\u0661s", "100000s"],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 1m30s"):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=99_999 * 3_600_000))
def test_what_is_written_is_read_back(milliseconds: int) -> None:
    length = milliseconds * MILLISECOND
    assert parse_duration(format_duration(length)) == length


@pytest.mark.parametrize("text", ["0s", "1m30s", "24h", "1h30m", "250ms"])
def test_short_text_stays_as_it_is(text: str) -> None:
    assert format_duration(parse_duration(text)) == text
