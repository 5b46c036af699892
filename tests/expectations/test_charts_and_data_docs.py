"""What charts draw, and that an error while the library renders is no silent gap in a page."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime

import pytest

from expectations.batches import shown_alerts, signal_in_words
from expectations.charts import HEIGHT, SPARK_HEIGHT, round_up, spark, stacked_days
from expectations.data_docs import RENDERING_LOGGER, errors_raised, escaped
from expectations.docs import web_link
from expectations.engine import ValidationSystemError
from tests.alert_records import an_alert
from transforms.quality import DayVerdicts

DAY = DayVerdicts(day=date(2022, 1, 20), accepted=6, marked=2, quarantined=1, failed=1)


def test_a_day_is_stacked_from_the_ground_with_the_good_at_the_bottom() -> None:
    chart = stacked_days([DAY], date(2022, 1, 20))
    assert [bar.kind for bar in chart.bars] == ["accepted", "marked", "quarantined", "failed"]
    assert chart.bars[0].y + chart.bars[0].height == pytest.approx(HEIGHT)
    assert sum(bar.height for bar in chart.bars) == pytest.approx(HEIGHT)
    assert chart.bars[0].title == "20 January: 6 accepted"
    assert [tick.label for tick in chart.levels] == ["10", "5"]
    assert [tick.label for tick in chart.dates] == ["20 Jan", "13 Jan", "6 Jan", "30 Dec"]


def test_days_out_of_the_window_are_not_drawn() -> None:
    assert stacked_days([DAY], date(2022, 2, 20)).bars == ()


def test_a_spark_leaves_out_empty_days_and_tells_the_last_apart() -> None:
    chart = spark([0, 1, 100], "rows")
    assert [bar.kind for bar in chart.bars] == ["day", "last"]
    assert chart.bars[1].height == SPARK_HEIGHT
    assert chart.bars[0].height > 1
    assert chart.bars[0].title == "1 days before: 1 rows"
    assert spark([0, 0], "rows").bars == ()


@pytest.mark.parametrize(
    ("count", "top"), [(0, 1), (1, 1), (7, 8), (10, 10), (11, 20), (999, 1000)]
)
def test_an_axis_ends_at_a_round_number(count: int, top: int) -> None:
    assert round_up(count) == top


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//[", "", None])
def test_only_addresses_on_the_web_are_linked_to(url: str | None) -> None:
    assert web_link(url) is None
    assert web_link("https://herald.example/a") == "https://herald.example/a"


def test_alerts_of_an_outlet_for_one_reason_are_told_together() -> None:
    failing = an_alert(signal="failures", high=0.3)
    (shown,) = shown_alerts([an_alert(), failing])
    assert shown.words == "it refuses us"
    assert shown.signals == ("blocked 67% (at most 20%)", "failures 67% (at most 30%)")


def test_a_signal_is_told_in_its_unit_beside_what_is_usual() -> None:
    volume = an_alert(signal="volume", value=2.0, usual=19.6, low=6.6, high=None)
    assert signal_in_words(volume) == "volume 2 articles (usually 20 articles, at least 7 articles)"


def test_an_error_while_the_library_renders_is_raised() -> None:
    with (
        pytest.raises(ValidationSystemError, match="a document: no such renderer"),
        errors_raised(),
    ):
        logging.getLogger(f"{RENDERING_LOGGER}.renderer").error("no such renderer")
    logging.getLogger(f"{RENDERING_LOGGER}.renderer").error("outside, only logged")


def test_texts_are_escaped_alone_and_in_lists() -> None:
    assert escaped("a<b") == "a&lt;b"
    assert escaped(["<", 3, {"template": "<"}]) == ["&lt;", 3, {"template": "<"}]
    moment = datetime(2022, 1, 1, tzinfo=UTC)
    assert escaped(moment) is moment
