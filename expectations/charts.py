"""Small charts as shapes: numbers in, rectangles out. Templates draw them as inline SVG."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from transforms.quality import DAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from transforms.quality import DayVerdicts

VERDICTS = ("accepted", "marked", "quarantined", "failed")
WIDTH, HEIGHT = 700.0, 180.0
BAR_SHARE = 0.8
SPARK_WIDTH, SPARK_HEIGHT, SPARK_LEAST = 112.0, 24.0, 1.5
TICKS = (1.0, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One rectangle; ``kind`` names its class, ``title`` tells what it stands for."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One label at an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars in a box of a width and a height."""

    width: float
    height: float
    bars: tuple[Bar, ...]
    levels: tuple[Tick, ...] = ()
    dates: tuple[Tick, ...] = ()


def stacked_days(days: Sequence[DayVerdicts], last: date) -> Chart:
    """Return the verdicts of 28 days as stacked bars, the good ones at the bottom."""
    by_day = {one.day: one for one in days}
    dates = [last - timedelta(days=DAYS - 1 - number) for number in range(DAYS)]
    top = round_up(max((_total(one) for one in days), default=0))
    step = WIDTH / DAYS
    bars: list[Bar] = []
    for number, day in enumerate(dates):
        if day in by_day:
            bars += _stack(by_day[day], (number + (1 - BAR_SHARE) / 2) * step, step, HEIGHT / top)
    return Chart(
        width=WIDTH,
        height=HEIGHT,
        bars=tuple(bars),
        levels=tuple(
            Tick(at=round(HEIGHT * (1 - share), 2), label=f"{top * share:,.0f}")
            for share in (TICKS if top > 1 else TICKS[:1])
        ),
        dates=tuple(
            Tick(at=round((number + 0.5) * step, 2), label=f"{dates[number]:%-d %b}")
            for number in range(DAYS - 1, 0, -7)
        ),
    )


def _stack(day: DayVerdicts, x: float, step: float, unit: float) -> Iterator[Bar]:
    y = HEIGHT
    for kind in VERDICTS:
        count = getattr(day, kind)
        y -= count * unit
        if count:
            yield Bar(
                x=round(x, 2),
                y=round(y, 2),
                width=round(step * BAR_SHARE, 2),
                height=round(count * unit, 2),
                kind=kind,
                title=f"{day.day:%-d %B}: {count:,} {kind}",
            )


def spark(counts: Sequence[int], what: str) -> Chart:
    """Return counts of days as a row of small bars; the last day is told apart."""
    top = max(counts, default=0) or 1
    step = SPARK_WIDTH / max(1, len(counts))
    bars = []
    for number, count in enumerate(counts):
        days_ago = len(counts) - 1 - number
        if not count:
            continue
        height = max(SPARK_LEAST, count / top * SPARK_HEIGHT)
        when = f"{days_ago} days before" if days_ago else "last 24 hours"
        bars.append(
            Bar(
                x=round(number * step, 2),
                y=round(SPARK_HEIGHT - height, 2),
                width=round(step * BAR_SHARE, 2),
                height=round(height, 2),
                kind="day" if days_ago else "last",
                title=f"{when}: {count:,} {what}",
            )
        )
    return Chart(width=SPARK_WIDTH, height=SPARK_HEIGHT, bars=tuple(bars))


def round_up(count: int) -> int:
    """Return the next number of one digit and zeros, at least 1."""
    count, scale = max(1, count), 1
    while scale * 10 <= count:
        scale *= 10
    return next(scale * digit for digit in (1, 2, 3, 4, 5, 6, 8, 10) if scale * digit >= count)


def _total(day: DayVerdicts) -> int:
    return sum(getattr(day, kind) for kind in VERDICTS)
