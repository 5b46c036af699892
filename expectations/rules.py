"""What a rule is, and the conditions it can state.

A rule states one simple condition on one feature of a record. It becomes one
expectation of Great Expectations, which is imported only when a suite is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Protocol

from expectations.library import great_expectations
from transforms.records import RuleHit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transforms.records import Severity

Subject = Literal["entry", "article"]
Consequence = Literal["reject", "mark"]

VALUE_CHARS = 200
"""Length to which the value shown in a `RuleHit` is cut."""


class Factory(Protocol):
    """Makes the expectation of a rule; imports Great Expectations when called."""

    def __call__(self, *, column: str, severity: str, meta: dict[str, str]) -> Any:  # noqa: ANN401 (the library is untyped here)
        """Return an expectation on one column of the batch."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One condition that good records meet, and what follows where one does not.

    ``column`` is the record's field that the rule speaks of, ``feature`` the
    measured value that the expectation tests, ``shows`` the feature that a hit
    quotes. The library skips empty values: ``absent_passes`` says why a record
    without the feature may pass. Where it is None, an empty feature is a fault
    of ours and stops the batch.
    """

    rule_id: str
    subject: Subject
    column: str
    feature: str
    reason: str
    severity: Severity
    consequence: Consequence
    expectation: Factory
    shows: str | None = None
    absent_passes: str | None = None

    def hit(self, value: object) -> RuleHit:
        """Return the hit of one record, its value cut to 200 characters."""
        return RuleHit(
            rule_id=self.rule_id,
            reason=self.reason,
            severity=self.severity,
            column=self.column,
            value=shorten(value),
        )

    def build(self) -> Any:  # noqa: ANN401 (the library is untyped here)
        """Return the rule's expectation.

        The severity is always passed: an expectation class that changes the
        default loses it. The rule's id stands in ``meta``, because the id of an
        expectation in an unsaved suite is None.
        """
        return self.expectation(
            column=self.feature, severity=self.severity, meta={"rule_id": self.rule_id}
        )


def shorten(value: object) -> str:
    """Return a value as one line of at most 200 characters."""
    text = " ".join(str(value).encode("utf-8", "replace").decode("utf-8").split())
    return text if len(text) <= VALUE_CHARS else text[: VALUE_CHARS - 1] + "…"


def present() -> Factory:
    """The value is there at all."""
    return partial(_make, "ExpectColumnValuesToNotBeNull")


def between(low: float | None = None, high: float | None = None) -> Factory:
    """The number lies within bounds, bounds included."""
    return partial(_make, "ExpectColumnValuesToBeBetween", min_value=low, max_value=high)


def one_of(values: Sequence[object]) -> Factory:
    """The value is one of a list."""
    return partial(_make, "ExpectColumnValuesToBeInSet", value_set=list(values))


def nothing_found() -> Factory:
    """The text that quotes what was found is empty."""
    return one_of([""])


def _make(expectation: str, **arguments: object) -> Any:  # noqa: ANN401 (the library is untyped here)
    return getattr(great_expectations().expectations, expectation)(**arguments)
