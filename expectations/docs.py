"""The documents: a front page, the rules, and the library's Data Docs of the last runs.

Pages are whole: style and charts stand in them, no script is in them, nothing is
loaded from anywhere. Whatever comes from a stranger is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from expectations.articles import ARTICLE_RULES, ARTICLE_SUITE
from expectations.batches import BATCH_RULES, BATCH_SUITE, shown_alerts
from expectations.charts import spark, stacked_days
from expectations.data_docs import render_results
from expectations.entries import ENTRY_RULES, ENTRY_SUITE
from expectations.features import WEB_SCHEMES
from expectations.warehouse_rules import WAREHOUSE_RULES, WAREHOUSE_SUITE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from expectations.batches import BatchRule
    from expectations.rules import Rule
    from expectations.table_rules import WarehouseRule
    from transforms.quality import Quality, RuleVerdicts, RunVerdicts, SourceVerdicts
    from transforms.records import Severity

PAGES = str(files("expectations") / "pages")
FRONT_PAGE, RULES_PAGE = "index.html", "rules.html"
RUNS_FOLDER = "runs"
DOCUMENTED_SUITES = (ENTRY_SUITE, ARTICLE_SUITE, WAREHOUSE_SUITE)
OUTLETS_SHOWN = 50
SUITES: tuple[tuple[str, Sequence[Rule | BatchRule | WarehouseRule]], ...] = (
    (ENTRY_SUITE, ENTRY_RULES),
    (ARTICLE_SUITE, ARTICLE_RULES),
    (BATCH_SUITE, BATCH_RULES),
    (WAREHOUSE_SUITE, WAREHOUSE_RULES),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRule:
    """A rule as the documents tell of it, with how it fared; None where it was not run."""

    suite: str
    rule_id: str
    reason: str
    severity: Severity
    consequence: str
    verdicts: RuleVerdicts | None

    @property
    def anchor(self) -> str:
        """Return the name under which the page of rules can be linked to."""
        return self.rule_id.replace(".", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun:
    """One run, with its suites: name, document or None, rules broken, rules run."""

    run: RunVerdicts
    suites: tuple[tuple[str, str | None, int, int], ...]


def render_documents(quality: Quality, *, now: datetime, code: str) -> Iterator[tuple[str, str]]:
    """Yield the documents: the path of each below their folder, and its HTML.

    Args:
        quality: what is told of.
        now: when, aware.
        code: the version of the code that tells it.
    """
    shown = {"now": now, "code": code}
    yield FRONT_PAGE, _front_page(quality, **shown)
    yield RULES_PAGE, _render("rules.html.j2", suites=_by_suite(quality.rules), **shown)
    for run in quality.runs:
        for suite in DOCUMENTED_SUITES:
            if results := run.of_suite(suite):
                page = render_results(run, suite, results, style=_style(), code=code)
                yield document_of(run.run_id, suite), page


def document_of(run_id: str, suite: str) -> str:
    """Return the path of the document of a suite in a run."""
    return f"{RUNS_FOLDER}/{run_id}-{suite}.html"


def _front_page(quality: Quality, **shown: object) -> str:
    troubled = [source for source in quality.sources if source.is_troubled]
    others = [source for source in quality.sources if not source.is_troubled]
    rules = _by_suite(quality.rules)
    return _render(
        "index.html.j2",
        quality=quality,
        tallies=_tallies(quality.sources),
        trend=stacked_days(quality.days, quality.until.date()) if quality.until else None,
        alerts=shown_alerts(quality.alerts),
        sources=(troubled + others)[:OUTLETS_SHOWN],
        rules_broken=[
            rule
            for suite in (ENTRY_SUITE, ARTICLE_SUITE)
            for rule in rules[suite]
            if rule.verdicts and rule.verdicts.month_failed_rows
        ],
        warehouse=[rule for rule in rules[WAREHOUSE_SUITE] if rule.verdicts],
        failing=[
            rule
            for rule in rules[WAREHOUSE_SUITE]
            if rule.verdicts and rule.verdicts.last_failed_rows
        ],
        worst_of_rule=_worst(quality, by="rule_id", shown="source"),
        worst_of_source=_worst(quality, by="source_id", shown="rule_id"),
        runs=[_shown_run(run) for run in quality.runs],
        **shown,
    )


def _tallies(sources: Sequence[SourceVerdicts]) -> dict[str, int]:
    names = ("accepted", "marked", "quarantined", "failed", "entries_quarantined")
    return {name: sum(getattr(source, name) for source in sources) for name in names}


def _worst(quality: Quality, *, by: str, shown: str) -> dict[str, str]:
    """Return, for each rule or outlet, the three outlets or rules with most records."""
    found: dict[str, list[str]] = {}
    for one in quality.broken:
        found.setdefault(getattr(one, by), []).append(f"{getattr(one, shown)} {one.records:,}")
    return {key: ", ".join(parts[:3]) for key, parts in found.items()}


def _shown_run(run: RunVerdicts) -> ShownRun:
    return ShownRun(
        run=run,
        suites=tuple(
            (
                suite,
                document_of(run.run_id, suite) if suite in DOCUMENTED_SUITES else None,
                sum(result.failed_rows > 0 for result in run.of_suite(suite)),
                len(run.of_suite(suite)),
            )
            for suite in run.suites
        ),
    )


def _by_suite(verdicts: Sequence[RuleVerdicts]) -> dict[str, list[ShownRule]]:
    found = {one.rule_id: one for one in verdicts}
    return {
        suite: sorted(
            (_shown_rule(suite, rule, found.get(rule.rule_id)) for rule in rules),
            key=_by_failures,
        )
        for suite, rules in SUITES
    }


def _shown_rule(
    suite: str, rule: Rule | BatchRule | WarehouseRule, verdicts: RuleVerdicts | None
) -> ShownRule:
    return ShownRule(
        suite=suite,
        rule_id=rule.rule_id,
        reason=rule.reason,
        severity=rule.severity,
        consequence=getattr(rule, "consequence", "alert"),
        verdicts=verdicts,
    )


def _by_failures(rule: ShownRule) -> tuple[int, int]:
    if rule.verdicts is None:
        return 0, 0
    return -rule.verdicts.failed_rows, -rule.verdicts.month_failed_rows


def web_link(url: str | None) -> str | None:
    """Return an address that a page may link to; None for any that is not http(s)."""
    try:
        is_web = urlsplit(url or "").scheme.lower() in WEB_SCHEMES
    except ValueError:
        return None
    return url if is_web else None


@cache
def _style() -> str:
    return (files("expectations") / "pages" / "style.css").read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["web_link"] = web_link
    environment.globals |= {"spark": spark}
    return environment


def _render(template: str, **values: Any) -> str:  # noqa: ANN401 (what the template asks for)
    style = Markup(_style())  # noqa: S704 (our own file)
    return _templates().get_template(template).render(style=style, **values)
