"""The silent failures of the library each end in a loud error of ours."""

from __future__ import annotations

import pickle
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace as Samples

import pytest

from expectations.articles import ARTICLE_RULES
from expectations.check import Checked, ValidationSystemError, check_articles, check_entries, judge
from expectations.engine import (
    RESULT_FORMAT,
    by_rule,
    exception_message,
    failed_rows,
    read_result,
)
from expectations.entries import ENTRY_RULES
from expectations.features import article_features
from expectations.library import StandIn, configurations_kept, put_off
from expectations.rules import VALUE_CHARS, Rule, between, nothing_found, one_of, present, shorten

pytestmark = pytest.mark.filterwarnings(  # Great Expectations imports it
    r"ignore:module 'sre_\w+' is deprecated:DeprecationWarning"
)

RULE = Rule(
    rule_id="test.number",
    subject="article",
    column="number",
    feature="number",
    reason="A number above nine has two digits.",
    severity="warning",
    consequence="mark",
    expectation=between(high=9),
)

CONDITIONS = (between(high=1), one_of([1]), nothing_found(), present())


def result(rows: int = 3, **changes: object) -> Samples:
    """Return a result as the library gives it, of three rows of which the last fails."""
    found: dict[str, object] = {
        "element_count": rows,
        "missing_count": 0,
        "unexpected_count": 1,
        "unexpected_index_list": [{"number": 11, "row_id": 2}],
    }
    found |= {
        key: value for key, value in changes.items() if key not in ("success", "exception_info")
    }
    return Samples(
        success=changes.get("success", False),
        result=found,
        exception_info=changes.get("exception_info", {"raised_exception": False}),
    )


def test_the_rows_that_fail_are_named_by_index_and_in_order() -> None:
    rows = [{"number": number} for number in (12, 1, 11, 9)]
    assert failed_rows("test", [RULE], rows) == {"test.number": [0, 2]}


def test_a_feature_that_was_not_measured_is_a_system_error() -> None:
    with pytest.raises(ValidationSystemError, match=r"test\.number: no feature 'number'"):
        failed_rows("test", [RULE], [{"number": 1}, {"other": 2}])


def test_a_column_missing_inside_the_library_is_a_system_error() -> None:
    def of_another_column(**given: object) -> object:
        return between(high=9)(**{**given, "column": "absent"})  # type: ignore[arg-type]

    rule = replace(RULE, expectation=of_another_column)
    with pytest.raises(ValidationSystemError, match=r'test\.number: .*"absent".*does not exist'):
        failed_rows("test", [rule], [{"number": 1}])


def test_an_exception_inside_the_library_is_a_system_error_and_no_bad_row() -> None:
    rows = [{"number": 1}, {"number": "two"}]
    with pytest.raises(ValidationSystemError) as raised:
        failed_rows("test", [RULE], rows)
    assert raised.value.rule_id == "test.number"


def test_an_empty_feature_that_must_not_be_is_a_system_error() -> None:
    rows = [{"number": 1}, {"number": None}]
    with pytest.raises(ValidationSystemError, match="1 rows without 'number' were skipped"):
        failed_rows("test", [RULE], rows)
    optional = replace(RULE, absent_passes="judged elsewhere")
    assert failed_rows("test", [optional], rows) == {"test.number": []}


def test_a_wholly_empty_column_is_seen_by_the_rule_that_asks_for_it() -> None:
    rule = replace(RULE, expectation=present())
    assert failed_rows("test", [rule], [{"number": None}] * 3) == {"test.number": [0, 1, 2]}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (result(element_count=2), "judged 2 rows of 3"),
        (result(element_count=None), "judged None rows of 3"),
        (result(unexpected_count=2), "2 failed rows, 1 listed"),
        (result(unexpected_index_list=[]), "1 failed rows, 0 listed"),
        (result(unexpected_index_list=[{"row_id": 7}]), "1 failed rows, 0 listed"),
        (result(unexpected_count=2, unexpected_index_list=[{"row_id": 2}] * 2), "1 listed"),
        (result(unexpected_count=0, unexpected_index_list=[]), "0 failed rows, 0 listed"),
        (result(unexpected_index_list=[{"row_id": [2]}]), "1 failed rows, 0 listed"),
        (result(unexpected_index_list=[{"number": 11}]), "1 failed rows, 0 listed"),
        (result(missing_count=1), "were skipped"),
        (result(exception_info={"raised_exception": True, "exception_message": "ouch"}), "ouch"),
        (result(exception_info={"a": {"raised_exception": True}}), "an exception"),
    ],
)
def test_a_result_that_contradicts_itself_is_a_system_error(given: Samples, message: str) -> None:
    with pytest.raises(ValidationSystemError, match=message) as raised:
        read_result(RULE, given, 3)
    assert raised.value.rule_id == "test.number"


def test_rows_listed_by_a_result_that_passes_are_no_failures() -> None:
    assert read_result(RULE, result(success=True), 3) == []


def test_no_exception_is_no_message() -> None:
    assert exception_message(None) == exception_message({"raised_exception": False}) == ""


def test_a_rule_on_the_row_ids_themselves_is_a_system_error() -> None:
    with pytest.raises(ValidationSystemError, match="name of our row ids"):
        failed_rows("test", [replace(RULE, feature="row_id")], [{"row_id": 1}])


@pytest.mark.parametrize("rule_ids", [["a"], ["a", "b"], ["a", "a", "b"], ["a", "b", "c", "d"]])
def test_a_rule_that_the_library_left_out_is_a_system_error(rule_ids: list[str]) -> None:
    given = [Samples(expectation_config=Samples(meta={"rule_id": rule_id})) for rule_id in rule_ids]
    with pytest.raises(ValidationSystemError, match=f"3 rules gave {len(given)} results"):
        by_rule(["a", "b", "c"], given)


def test_a_column_of_times_compared_with_a_naive_bound_is_a_system_error() -> None:
    naive = datetime(2022, 1, 1)  # noqa: DTZ001 (the fault)
    rule = replace(RULE, expectation=between(high=naive))  # type: ignore[arg-type]
    with pytest.raises(ValidationSystemError, match=r"test\.number"):
        failed_rows("test", [rule], [{"number": datetime(2022, 1, 2, tzinfo=UTC)}])


def test_a_naive_time_of_judging_is_refused(samples: Samples) -> None:
    with pytest.raises(TypeError, match="offset-naive"):
        check_articles([samples.article()], now=samples.now.replace(tzinfo=None))


def test_results_name_rows_and_never_carry_them_whole(samples: Samples) -> None:
    assert not RESULT_FORMAT.get("include_unexpected_rows")
    long = samples.article_of(*samples.paragraphs, "x" * 1_000_000)
    sizes = [
        len(value)
        for value in article_features(long, now=samples.now).values()
        if isinstance(value, str)
    ]
    assert max(sizes) <= 400


def test_validation_prints_nothing(samples: Samples, capfd: pytest.CaptureFixture[str]) -> None:
    check_articles([samples.article(headline="")] * 3, now=samples.now)
    assert capfd.readouterr() == ("", "")


def test_two_rules_with_one_id_are_a_system_error() -> None:
    with pytest.raises(ValidationSystemError, match="2 rules"):
        failed_rows("test", [RULE, replace(RULE, expectation=between(high=8))], [{"number": 1}])


def test_the_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(ValidationSystemError("a.b", "why")))  # noqa: S301 (our own bytes)
    assert (error.rule_id, error.detail, str(error)) == ("a.b", "why", "a.b: why")


@pytest.mark.parametrize("severity", ["critical", "warning", "info"])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_an_expectation_carries_the_severity_and_the_id_of_its_rule(
    severity: str, condition: object
) -> None:
    built = replace(RULE, severity=severity, expectation=condition).build()  # type: ignore[arg-type]
    assert built.configuration.severity.value == severity
    assert built.configuration.meta["rule_id"] == "test.number"


def test_threads_get_the_verdicts_on_their_own_batches(samples: Samples) -> None:
    def headlines_missing(number: int) -> list[int]:
        batch = [
            samples.article(version_id=f"{number}-{row}", headline="" if row == number else "Yes")
            for row in range(number + 2)
        ]
        checked = check_articles(batch, now=samples.now)
        assert [v.subject_id for v in checked.verdicts] == [
            f"{number}-{r}" for r in range(number + 2)
        ]
        return [row for row, verdict in enumerate(checked.verdicts) if verdict.hits]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(headlines_missing, range(8))) == [[number] for number in range(8)]


def test_validation_opens_no_socket(samples: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_named: object) -> None:
        raise AssertionError("validation opened a socket")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert len(check_entries([samples.entry()], now=samples.now).verdicts) == 1


def test_the_library_is_imported_only_when_something_is_judged() -> None:
    code = (
        "import sys; from datetime import datetime, UTC; import expectations.check as c;"
        "c.check_entries([], now=datetime.now(UTC)); c.check_articles([], now=datetime.now(UTC));"
        "sys.exit(any(name in sys.modules for name in ('great_expectations', 'pandas')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_libraries_for_plots_and_statistics_are_not_loaded_for_a_verdict() -> None:
    code = (
        "import sys; from expectations.rules import Rule, between; from expectations.engine import"
        " failed_rows; rule = Rule(rule_id='a.b', subject='entry', column='n', feature='n',"
        " reason='A.', severity='warning', consequence='mark', expectation=between(high=1));"
        "assert failed_rows('test', [rule], [{'n': 2}]) == {'a.b': [0]};"
        "sys.exit(any(name in sys.modules for name in ('altair', 'scipy', 'scipy.stats')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_library_put_off_is_there_for_whoever_asks_for_it() -> None:
    code = (
        "import sys; from expectations.library import put_off\n"
        "with put_off(('xml', 'xml.dom')):\n"
        "    from xml import dom\n"
        "    held = sys.modules['xml']\n"
        "assert 'xml' not in sys.modules\n"
        "assert dom.Node.ELEMENT_NODE == 1\n"
        "import xml.dom\n"
        "assert xml is not held and xml.dom is not dom and xml.dom.Node is dom.Node\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_configurations_kept_are_those_that_the_library_makes() -> None:
    built = [replace(RULE, expectation=condition).build() for condition in CONDITIONS]
    anew = [one.configuration.to_json_dict() for one in built]
    with configurations_kept():
        assert [one.configuration.to_json_dict() for one in built] == anew
        assert all(one.configuration is one.configuration for one in built)
        rows = [{"number": number} for number in (12, 1, 11)]
    with pytest.raises(ValueError, match="an error"), configurations_kept():
        raise ValueError("an error")
    assert built[0].configuration is not built[0].configuration
    rules = [
        replace(RULE, rule_id=f"test.{number}", expectation=condition)
        for number, condition in enumerate(CONDITIONS)
    ]
    assert list(failed_rows("test", rules, rows).values()) == [[0, 2], [0, 2], [0, 1, 2], []]


def test_what_is_loaded_already_is_left_in_place() -> None:
    with put_off(("json", "no.such.module")):
        assert not isinstance(sys.modules["json"], StandIn)
        with pytest.raises(ModuleNotFoundError):
            _ = sys.modules["no.such.module"].anything
    assert "no.such.module" not in sys.modules


def test_an_empty_batch_has_no_verdicts(samples: Samples) -> None:
    assert check_articles([], now=samples.now) == check_entries([], now=samples.now) == Checked()


def test_one_broken_rule_that_rejects_quarantines_and_every_hit_is_told() -> None:
    rejects = replace(RULE, rule_id="test.rejects", consequence="reject", severity="critical")
    strict = replace(RULE, rule_id="test.strict", expectation=between(high=4), shows="word")
    rows = [{"number": number, "word": f"word {number}"} for number in (1, 5, 11)]
    checked = judge("test", [strict, rejects], ["a", "b", "c"], rows)
    assert [verdict.status for verdict in checked.verdicts] == ["accepted", "marked", "quarantined"]
    assert [hit.rule_id for hit in checked.verdicts[2].hits] == ["test.strict", "test.rejects"]
    assert [hit.value for hit in checked.verdicts[2].hits] == ["word 11", "11"]
    assert [(r.rule_id, r.rows, r.failed_rows) for r in checked.rule_results] == [
        ("test.strict", 3, 2),
        ("test.rejects", 3, 1),
    ]


def test_a_hit_shows_at_most_200_characters_on_one_line() -> None:
    assert shorten("a\n b") == "a b"
    assert len(shorten("a" * 500)) == VALUE_CHARS == 200


@pytest.mark.parametrize("rules", [ENTRY_RULES, ARTICLE_RULES])
def test_every_rule_has_an_id_of_its_own_and_a_reason_in_a_sentence(
    rules: tuple[Rule, ...],
) -> None:
    assert len({rule.rule_id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.rule_id.startswith(f"{rule.subject}.")
        assert rule.reason.endswith(".")
        assert (rule.consequence == "reject") == (rule.severity == "critical")


def test_a_rule_that_leaves_absence_to_another_names_one_that_exists() -> None:
    ids = {rule.rule_id for rule in (*ENTRY_RULES, *ARTICLE_RULES)}
    referred = [
        rule.absent_passes.removeprefix("judged by ")
        for rule in (*ENTRY_RULES, *ARTICLE_RULES)
        if rule.absent_passes and rule.absent_passes.startswith("judged by ")
    ]
    assert referred
    assert set(referred) <= ids


def test_verdicts_keep_the_order_of_the_batch_even_where_ids_repeat(samples: Samples) -> None:
    make = partial(samples.entry, entry_id="same")
    verdicts = check_entries([make(), make(title=None), make()], now=samples.now).verdicts
    assert [verdict.status for verdict in verdicts] == ["accepted", "marked", "accepted"]
