"""The quarantine, worked: records found, shown, let in, left out or judged by today's rules.

A decision is carried out by the path that a run's records take: a batch, one
transaction, an outcome for each item. It is a recorded run of the kind ``quarantine``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from expectations.check import Checked, check_articles, check_entries
from flows.homes import existing_home
from flows.run import open_run, utc_now
from transforms.outcomes import Stamp
from transforms.quarantine import (
    Kept,
    LetIn,
    Present,
    Settlement,
    settlement_batch,
    wanted_pages,
)
from transforms.records import Article, Entry, Quarantined, QuarantineDecision
from warehouse import history, load, quarantine, read
from warehouse.connection import writing
from warehouse.migrate import check_is_current
from warehouse.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from flows.run import Run
    from transforms.quarantine import Held
    from transforms.records import RuleResult, Verdict
    from warehouse.connection import Home
    from warehouse.quarantine import HeldRow, Selection

CHUNK = 200

Action = Literal["release", "discard", "retry"]
DECIDABLE = {"held", "discarded"}
LEFT_ALONE = "left alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done with the records of a selection, by whom and why."""

    action: Action
    by: str
    why: str

    def on(self, quarantine_id: str, at: datetime) -> QuarantineDecision:
        """Return the decision on one record."""
        return QuarantineDecision(
            quarantine_id=quarantine_id, decision=self.action, at=at, by=self.by, why=self.why
        )


@dataclass(slots=True, kw_only=True)
class Settled:
    """What became of the records of a selection; ``run_id`` is None where nothing was done."""

    action: Action
    run_id: str | None = None
    records: dict[str, str] = field(default_factory=dict)  # fate by quarantine_id

    @property
    def fates(self) -> Counter[str]:
        """Return how many records met with each fate."""
        return Counter(self.records.values())

    @property
    def needs_a_look(self) -> bool:
        """Tell whether a record that was meant could not be decided on."""
        return any(fate.startswith(LEFT_ALONE) for fate in self.records.values())

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self) | {"fates": self.fates, "needs_a_look": self.needs_a_look}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One record kept aside, whole, with what was decided on it."""

    row: HeldRow
    kept: Quarantined
    decisions: tuple[QuarantineDecision, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            **asdict(self.row),
            "hits": [asdict(hit) for hit in self.kept.hits],
            "decisions": [asdict(one) for one in self.decisions],
            "record": asdict(self.kept.record),
        }


def list_quarantine(
    folder: Path | None, selection: Selection, limit: int = quarantine.ALL
) -> tuple[HeldRow, ...]:
    """Return the records of a selection, those kept aside last first.

    Raises: WarehouseMissing, SchemaError, NotInQuarantine where a given id names no
        record, or more than one.
    """
    home, _ = existing_home(folder)
    with writing(home) as con:
        check_is_current(con)
        quarantine.check_ids(con, selection.ids)
        return quarantine.found(con, selection, limit)


def show_quarantined(folder: Path | None, selection: Selection) -> tuple[Shown, ...]:
    """Return the records of a selection, whole; raises as `list_quarantine` does."""
    rows = {row.quarantine_id: row for row in list_quarantine(folder, selection)}
    home, _ = existing_home(folder)
    with writing(home) as con:
        return tuple(
            Shown(
                row=rows[held.quarantine_id],
                kept=held.kept,
                decisions=quarantine.decisions(con, held.quarantine_id),
            )
            for held in quarantine.whole(con, rows)
        )


async def settle(
    folder: Path | None,
    selection: Selection,
    order: Order,
    *,
    is_dry: bool = False,
    clock: Callable[[], datetime] = utc_now,
) -> Settled:
    """Carry an order out on the records of a selection, in a recorded run.

    Records that are decided already are left alone and said to be. With ``is_dry``
    nothing is written, and no run is opened.

    Raises: as `list_quarantine` does; ValidationSystemError where validation itself failed.
    """
    ids = [row.quarantine_id for row in list_quarantine(folder, selection)]
    home, settings = existing_home(folder)
    settled = Settled(action=order.action)
    chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    if is_dry:
        for chunk in chunks:
            decide(home, chunk, order, settled, clock())
        return settled
    with State(home.state) as state:
        was_killed = bool(state.dead_runs())  # its accounts are to be closed, by this run then
    if not ids and not was_killed:
        return settled
    parameters = {"action": order.action, "by": order.by, "why": order.why}
    async with open_run("quarantine", settings, parameters | asdict(selection), clock=clock) as run:
        settled.run_id = run.run_id
        for chunk in chunks:
            carry_out(run, decide(home, chunk, order, settled, clock()), settled)
    return settled


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A settlement, and the records that it was decided on."""

    settlement: Settlement
    held: Mapping[str, Held]


def decide(
    home: Home, ids: Sequence[str], order: Order, settled: Settled, now: datetime
) -> Decided:
    """Return what an order makes of some records; writes nothing."""
    with writing(home) as con:
        found = quarantine.whole(con, ids)
    open_ones = [held for held in found if held.status in DECIDABLE]
    for held in found:
        if held.status not in DECIDABLE:
            settled.records[held.quarantine_id] = f"{LEFT_ALONE}: {held.status}"
    if order.action == "discard":
        settlement = _discard(open_ones, order, settled, now)
    elif order.action == "release":
        settlement = _release(open_ones, order, settled, now)
    else:
        settlement = _retry(open_ones, order, settled, now)
    return Decided(settlement=settlement, held={held.quarantine_id: held for held in open_ones})


def _discard(found: Sequence[Held], order: Order, settled: Settled, now: datetime) -> Settlement:
    left_out = []
    for held in found:
        if held.status == "discarded":
            settled.records[held.quarantine_id] = f"{LEFT_ALONE}: discarded"
            continue
        settled.records[held.quarantine_id] = "discarded"
        left_out.append(order.on(held.quarantine_id, now))
    return Settlement(left_out=left_out)


def _release(found: Sequence[Held], order: Order, settled: Settled, now: datetime) -> Settlement:
    for held in found:
        settled.records[held.quarantine_id] = "released"
    return Settlement(
        let_in=[
            LetIn(
                held=held,
                decision=order.on(held.quarantine_id, now),
                reason="released",
                marks=held.kept.hits,
            )
            for held in found
        ]
    )


def _retry(found: Sequence[Held], order: Order, settled: Settled, now: datetime) -> Settlement:
    """Return what today's rules make of records; those that fail keep today's reasons."""
    verdicts, results = judge_again([held.kept.record for held in found], now)
    let_in, kept = [], []
    for held in found:
        verdict = verdicts[held.kept.subject_id]
        if verdict.status != "quarantined":
            settled.records[held.quarantine_id] = "released"
            decision = order.on(held.quarantine_id, now)
            let_in.append(
                LetIn(held=held, decision=decision, reason=verdict.status, marks=verdict.hits)
            )
            continue
        settled.records[held.quarantine_id] = "still held"
        if set(verdict.hits) != set(held.kept.hits):
            again = replace(held.kept, hits=verdict.hits)
            kept.append(Kept(quarantine_id=held.quarantine_id, kept=again))
    return Settlement(let_in=let_in, kept=kept, rule_results=results)


def judge_again(
    records: Sequence[Entry | Article], now: datetime
) -> tuple[dict[str, Verdict], tuple[RuleResult, ...]]:
    """Return today's verdicts on records, by subject_id, and how the rules fared."""
    judged: list[Checked] = [
        check_entries([one for one in records if isinstance(one, Entry)], now=now),
        check_articles([one for one in records if isinstance(one, Article)], now=now),
    ]
    verdicts = {verdict.subject_id: verdict for one in judged for verdict in one.verdicts}
    return verdicts, tuple(result for one in judged for result in one.rule_results)


def carry_out(run: Run, decided: Decided, settled: Settled) -> None:
    """Load a settlement in one transaction; entries that are let in want their pages.

    A record that came again, or was decided on, since it was read is left alone.
    """
    with writing(run.home) as con:
        now_held = {held.quarantine_id: held for held in quarantine.whole(con, decided.held)}
        moved = {key for key, held in decided.held.items() if now_held.get(key) != held}
        settlement = _without(decided.settlement, moved)
        settled.records |= dict.fromkeys(moved, f"{LEFT_ALONE}: came again meanwhile")
        stamp = Stamp(run_id=run.run_id, at=run.clock())
        batch = settlement_batch(settlement, _present(con, settlement), stamp)
        run.state.want(wanted_pages(batch), stamp.at)  # first: a run killed here does it again
        load.load(con, batch)


def _without(settlement: Settlement, moved: set[str]) -> Settlement:
    return replace(
        settlement,
        let_in=[one for one in settlement.let_in if one.held.quarantine_id not in moved],
        left_out=[one for one in settlement.left_out if one.quarantine_id not in moved],
        kept=[one for one in settlement.kept if one.quarantine_id not in moved],
    )


def _present(con: duckdb.DuckDBPyConnection, settlement: Settlement) -> Present:
    """Return what the tables have of the records to be let in."""
    records = [one.held.kept.record for one in settlement.let_in]
    entries = [one for one in records if isinstance(one, Entry)]
    urls = [entry.canonical_url for entry in entries if entry.canonical_url]
    return Present(
        versions=read.known_versions(con, [one.held.kept.subject_id for one in settlement.let_in]),
        entries=history.entries(con, [entry.entry_id for entry in entries]),
        articles=read.known_articles_by_url(con, urls).keys(),
    )
