"""The outlets of an authored newsroom: read from `outlets.toml`, checked strictly."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FeedFormat = Literal["rss", "rdf", "atom", "json", "sitemap"]


class NewsroomError(ValueError):
    """A newsroom's files cannot be used; the message names the file or value at fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPlan:
    """How one feed of an outlet is to look: see the head of `outlets.toml`."""

    path: str
    format: FeedFormat
    title: str
    charset: str = "utf-8"
    cut: bool = False
    links: Literal["absolute", "relative"] = "absolute"
    sections: tuple[str, ...] = ()
    carries: bool = False
    poll_hint_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One outlet of an authored newsroom."""

    id: str
    host: str
    name: str
    country: str
    language: str
    kind: str
    template: str
    utc_offset: str
    charset: str = "utf-8"
    robots: str = "User-agent: *\nAllow: /\n"
    feeds: tuple[FeedPlan, ...] = field(default=())

    @property
    def home(self) -> str:
        """The address of its front page."""
        return f"http://{self.host}/"

    @property
    def zone(self) -> timezone:
        """The zone of its dates that are written without one."""
        return zone_of(self.utc_offset)

    def url(self, path: str) -> str:
        """Return the address of one of its paths."""
        return f"http://{self.host}{path}"


def zone_of(offset: str) -> timezone:
    """Return the zone of an offset such as `+06:00`. Raises: NewsroomError."""
    try:
        at = datetime.fromisoformat(f"2000-01-01T00:00{offset}")
    except ValueError as error:
        raise NewsroomError(f"not an offset from UTC: {offset!r}") from error
    delta = at.utcoffset()
    return timezone(delta if delta is not None else timedelta())


def read_outlets(document: str) -> tuple[Outlet, ...]:
    """Read an `outlets.toml`.

    Raises: NewsroomError for an unknown key, a missing one, or a host or id used twice.
    """
    try:
        outlets = tuple(read_outlet(table) for table in tomllib.loads(document)["outlets"])
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise NewsroomError(f"outlets.toml cannot be read: {error!r}") from error
    require_unique("id", (outlet.id for outlet in outlets))
    require_unique("host", (outlet.host for outlet in outlets))
    return outlets


def read_outlet(table: Mapping[str, Any]) -> Outlet:
    """Return one outlet of a parsed `outlets.toml`. Raises: NewsroomError."""
    values = dict(table)
    name = values.get("id", "an outlet without an id")
    try:
        plans = tuple(read_plan(plan) for plan in values.pop("feeds", []))
        outlet = Outlet(**values, feeds=plans)
    except TypeError as error:
        raise NewsroomError(f"outlets.toml, {name}: {error}") from error
    zone_of(outlet.utc_offset)
    return outlet


def read_plan(table: Mapping[str, Any]) -> FeedPlan:
    """Return one feed of an outlet. Raises: NewsroomError, or TypeError for a strange key."""
    plan = FeedPlan(**{**table, "sections": tuple(table.get("sections", ()))})
    if plan.format not in get_args(FeedFormat):
        raise NewsroomError(f"unknown feed format: {plan.format!r}")
    if plan.links not in {"absolute", "relative"}:
        raise NewsroomError(f"links are absolute or relative, not {plan.links!r}")
    return plan


def require_unique(name: str, values: Iterable[str]) -> None:
    """Raise NewsroomError if a value occurs twice."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise NewsroomError(f"outlets.toml uses the {name} {value!r} twice")
        seen.add(value)
