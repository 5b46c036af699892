"""The outlet's own clock and calendar: machines are told UTC, readers what they live by."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from transforms.dates import clock_offset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from transforms.records import Moment

FURTHEST_ZONE = timedelta(hours=14)
QUARTER = timedelta(minutes=15)
_TIMED = frozenset({"second", "minute"})
_SUMMER, _WINTER = frozenset({4, 5, 6, 7, 8, 9}), frozenset({11, 12, 1, 2})  # whole months
_ZONES = {  # hours ahead of UTC in winter and summer, by the host's country
    (1, 2): "de at ch li fr it es nl be lu pl cz sk hu si hr dk no se mt rs ba mk me al",
    (2, 3): "fi ee lv lt gr cy ro bg ua md",
    (3, 3): "ru by tr sa iq kw qa",
    (7, 7): "th vn",
    (8, 8): "cn tw hk sg my ph",
    (9, 9): "jp kr",
}
_AHEAD = {country: hours for hours, countries in _ZONES.items() for country in countries.split()}


def on_local_clock(chosen: Moment, candidates: Iterable[Moment], host: str = "") -> Moment:
    """Return the same moment as the outlet's own clock shows it, where another source tells.

    Many pages declare UTC to machines, and to readers a time that differs by whole
    quarters of an hour: that is the outlet's zone, and its calendar day. UTC of a midnight
    in the country of the ``host`` is what a mere day becomes when its template knows no days.
    """
    if not chosen.has_zone or chosen.precision not in _TIMED or clock_offset(chosen):
        return chosen
    for other in candidates:
        if other.precision not in _TIMED:
            continue
        if other.has_zone and other.at == chosen.at and clock_offset(other):
            return other
        ahead = other.at - chosen.at
        if not other.has_zone and ahead and abs(ahead) <= FURTHEST_ZONE and not ahead % QUARTER:
            return replace(other, at=chosen.at, has_zone=True)
    return _local_day(chosen, host.rpartition(".")[2]) or chosen


def _local_day(moment: Moment, country: str) -> Moment | None:
    """Return the day that begins at a moment in a country; None where none does."""
    winter, summer = _AHEAD.get(country, (0, 0))
    month = moment.at.month
    hours = {summer} if month in _SUMMER else {winter} if month in _WINTER else {winter, summer}
    for ahead in hours - {0}:
        local = moment.at + timedelta(hours=ahead)
        if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
            return replace(moment, at=local, precision="day", has_zone=False)
    return None
