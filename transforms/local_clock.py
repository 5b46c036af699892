"""The outlet's own clock and calendar: machines are told UTC, readers what they live by."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from transforms.dates import clock_offset

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from transforms.records import Moment

FURTHEST_ZONE = timedelta(hours=14)
QUARTER = timedelta(minutes=15)
_TIMED = frozenset({"second", "minute"})
# In countries with several clocks: the one that most outlets live by. Elsewhere none is known.
_MAIN_ZONES = {
    "cn": "Asia/Shanghai",
    "es": "Europe/Madrid",
    "ru": "Europe/Moscow",
    "ua": "Europe/Kyiv",
}


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
    at = moment.at
    if at.minute % 15 or at.second or at.microsecond:  # no midnight anywhere
        return None
    found = {at.astimezone(zone).replace(tzinfo=at.tzinfo) for zone in _zones(country)}
    local = found.pop() if len(found) == 1 else at
    if local == at or (local.hour, local.minute) != (0, 0):
        return None
    return replace(moment, at=local, precision="day", has_zone=False)


@lru_cache(maxsize=300)  # there are 250 countries
def _zones(country: str) -> tuple[tzinfo, ...]:
    """Return the zones of a country by its two letters; none where there is no such country."""
    import pytz  # noqa: PLC0415 (few pages ask for it)

    main = _MAIN_ZONES.get(country)
    names = [main] if main else pytz.country_timezones.get(country, [])
    return tuple(pytz.timezone(name) for name in names)
