"""What is known of outlets: pages remembered at each load, known from the end of their run on.

Knowledge changes only when a run has done its work: all its pages are read by what was
known before, so a run that was killed and started again reads them alike.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from transforms.records import OutletKnowledge, PageTraits, Sighting
from warehouse.connection import query, transaction
from warehouse.read import asked
from warehouse.write import run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import duckdb

REMEMBERED_PAGES = 30  # of an outlet


def knowledge(con: duckdb.DuckDBPyConnection, outlets: Iterable[str]) -> dict[str, OutletKnowledge]:
    """Return what is known of outlets, by name; those of which nothing is known are left out."""
    with asked(con, outlets):
        rows = con.execute(query("outlet_knowledge")).fetchall()
    return {
        outlet: OutletKnowledge(
            outlet=outlet,
            version=max(row[1] for row in found),
            pages=tuple(_traits(outlet, *row[2:-1], sightings=row[-1]) for row in found),
        )
        for outlet, group in groupby(rows, key=lambda row: str(row[0]))
        for found in (list(group),)
    }


def learn(con: duckdb.DuckDBPyConnection) -> int:
    """Make the pages loaded since known; return how many. Doing it again changes nothing."""
    ((new,),) = con.execute(query("new_outlet_pages")).fetchall()
    if not new:
        return 0
    with transaction(con):
        con.execute(query("remember_pages"), [REMEMBERED_PAGES]).fetchall()
        return run(con, "learn_outlets")


def forget(con: duckdb.DuckDBPyConnection, before: datetime) -> int:
    """Delete pages seen before a time that newer ones have replaced; return how many."""
    with transaction(con):
        done = con.execute(query("delete_outlet_pages"), [before]).fetchall()
        return int(done[0][0])


def _traits(
    outlet: str, headline: int, *keys: list[int], sightings: Iterable[dict[str, Any]]
) -> PageTraits:
    topic, story, lines, titles = map(tuple, keys)
    return PageTraits(
        outlet=outlet,
        headline=headline,
        topic=topic,
        story=story,
        lines=lines,
        titles=titles,
        sightings=tuple(Sighting(**one) for one in sightings),
    )
