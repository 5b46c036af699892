"""The library's Data Docs of one suite in one run, as a page that is whole in itself.

The library's renderers tell the results; the frame is ours, because theirs loads its
style and scripts from the network. It is told of counts and examples that the warehouse
keeps: nothing is judged again.
"""

from __future__ import annotations

import html
import logging
import re
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, FileSystemLoader, pass_context

from expectations.articles import ARTICLE_RULES, ARTICLE_SUITE
from expectations.engine import ValidationSystemError
from expectations.entries import ENTRY_RULES, ENTRY_SUITE
from expectations.library import great_expectations
from expectations.warehouse import expectation_of
from expectations.warehouse_rules import WAREHOUSE_RULES, WAREHOUSE_SUITE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from transforms.quality import RunVerdicts
    from transforms.records import RuleResult

FRAME = str(files("expectations") / "pages" / "library")
LINK_TO_SUITE = re.compile(r'href="(?:\.\./)+expectations/(\w+)\.html"')

NO_EXCEPTION = {
    "raised_exception": False,
    "exception_message": None,
    "exception_traceback": None,
}
RENDERING_LOGGER = "great_expectations.render"


class Refusal(logging.Handler):
    """Raises what the library only logs: an error while a document is rendered."""

    def emit(self, record: logging.LogRecord) -> None:
        """Raise ValidationSystemError."""
        raise ValidationSystemError(None, f"a document: {record.getMessage()}")


@contextmanager
def errors_raised() -> Iterator[None]:
    """Turn errors that the library logs while it renders into `ValidationSystemError`."""
    logger, refusal = logging.getLogger(RENDERING_LOGGER), Refusal(logging.ERROR)
    logger.addHandler(refusal)
    try:
        yield
    finally:
        logger.removeHandler(refusal)


def render_results(
    run: RunVerdicts, suite: str, results: Sequence[RuleResult], *, style: str, code: str
) -> str:
    """Return the page of a suite in a run; rules that are no more are named, not shown.

    Raises: ValidationSystemError where the library could not render a part of it.
    """
    gx = great_expectations()
    expectations = _expectations(suite)
    known = [result for result in results if result.rule_id in expectations]
    told = [
        _result(gx, expectations[result.rule_id], result, run.examples.get(result.rule_id, ()))
        for result in known
    ]
    from great_expectations.render.renderer.page_renderer import (  # noqa: PLC0415 (as dear as the library)
        ValidationResultsPageRenderer,
    )

    with errors_raised():
        document = ValidationResultsPageRenderer().render(_whole(gx, run, suite, told))
    page: str = _view().render(
        document,
        style=style,
        code=code,
        run=run,
        suite=suite,
        unknown=sorted({result.rule_id for result in results} - expectations.keys()),
    )
    return LINK_TO_SUITE.sub(r'href="../rules.html#\1"', page)


def _expectations(suite: str) -> dict[str, Any]:
    """Return the expectations of a suite by rule_id, each described by its rule's reason."""
    built: dict[str, Any] = {}
    if suite == WAREHOUSE_SUITE:
        built = {rule.rule_id: (expectation_of(rule), rule.reason) for rule in WAREHOUSE_RULES}
    else:
        rules = {ENTRY_SUITE: ENTRY_RULES, ARTICLE_SUITE: ARTICLE_RULES}[suite]
        built = {rule.rule_id: (rule.build(), rule.reason) for rule in rules}
    for rule_id, (expectation, reason) in built.items():
        expectation.description = html.escape(f"{rule_id}: {reason}").replace("$", "$$")
    return {rule_id: expectation for rule_id, (expectation, _) in built.items()}


def _whole(gx: Any, run: RunVerdicts, suite: str, told: Sequence[Any]) -> Any:  # noqa: ANN401 (the library is untyped here)
    """Return the results of a suite's rules in a run as the library has them."""
    passed = sum(one.success for one in told)
    return gx.core.ExpectationSuiteValidationResult(
        success=passed == len(told),
        results=told,
        suite_name=suite,
        statistics={
            "evaluated_expectations": len(told),
            "successful_expectations": passed,
            "unsuccessful_expectations": len(told) - passed,
            "success_percent": 100.0 * passed / len(told) if told else None,
        },
        meta={
            "run_id": {"run_name": run.run_id, "run_time": run.started_at.isoformat()},
            "batch_spec": {"data_asset_name": f"{suite} of run {run.run_id}"},
        },
    )


def _result(gx: Any, expectation: Any, result: RuleResult, examples: Sequence[str]) -> Any:  # noqa: ANN401 (the library is untyped here)
    failed_percent = 100.0 * result.failed_rows / result.rows if result.rows else 0.0
    found: Mapping[str, object] = {
        "element_count": result.rows,
        "unexpected_count": result.failed_rows,
        "unexpected_percent": failed_percent,
        "partial_unexpected_list": list(examples) if result.failed_rows else [],
        "observed_value": f"{result.failed_rows:,} unexpected rows",
    }
    return gx.core.ExpectationValidationResult(
        success=result.failed_rows == 0,
        expectation_config=expectation.configuration,
        result=found,
        exception_info=NO_EXCEPTION,
    )


@cache
def _view() -> Any:  # noqa: ANN401 (a class of an untyped library)
    """Return the library's view of a page, in our frame and with every text escaped."""
    great_expectations()
    from great_expectations.render.view import DefaultJinjaPageView  # noqa: PLC0415 (as above)

    class OfflineView(DefaultJinjaPageView):  # type: ignore[misc] # untyped
        @pass_context
        def render_content_block(self, context, content_block, *more, **named):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN003, ANN202 (the library's)
            return super().render_content_block(context, escaped(content_block), *more, **named)

    view = OfflineView()
    view.env.loader = ChoiceLoader([FileSystemLoader(FRAME), view.env.loader])
    return view


def escaped(content_block: Any) -> Any:  # noqa: ANN401 (whatever the library renders)
    """Return a text, or the texts of a list, fit for HTML: the library takes them for markup."""
    if isinstance(content_block, str):
        return html.escape(content_block)
    if isinstance(content_block, list):
        return [html.escape(one) if isinstance(one, str) else one for one in content_block]
    return content_block
