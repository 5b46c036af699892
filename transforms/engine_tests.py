"""Trafilatura's expressions read as tests of an element's own tag and attributes.

Each expression is a list of alternatives: a set of tags, and tests of attributes of which one
must hold. So it can be asked without a tree. What is not of that form is refused, so that an
upgrade of trafilatura that brings anything else is told.

Source: trafilatura 2.3.1, ``xpaths``; XPath 1.0, and EXSLT's ``re:test``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Signature = tuple[str | None, ...]
"""A tag ("other" where no expression names it), then the values of `ATTRIBUTES`."""

ATTRIBUTES = (
    "id", "class", "style", "role", "itemprop", "aria-hidden",
    "data-lp-replacement-content", "data-component",
)  # fmt: skip
_PLACES = {name: place for place, name in enumerate(ATTRIBUTES, start=1)}
_ALTERNATIVES = re.compile(r"\|(?=\s*\(?\.//)")
_STEP = re.compile(r"\s*\(?\s*\.//(?P<tag>\*|\w+)\s*(?P<rest>.*?)\s*\)?\s*", re.DOTALL)
_SELF = re.compile(r"self::(\w+)")
_PREDICATE = re.compile(r"\[([^\[\]]*)\]\s*\[(.*)\]|\[(.*)\]", re.DOTALL)
_ATOM = re.compile(
    r"re:test\(@(?P<tested>[\w|@-]+),\s*'(?P<pattern>[^']*)'(?P<fold>,\s*'i')?\)"
    r"|contains\(@(?P<held>[\w-]+),\s*'(?P<piece>[^']*)'\)"
    r"|contains\(translate\(@(?P<folded>[\w-]+),\s*'[^']*',\s*'(?P<lower>[^']*)'\),\s*'(?P<plain>[^']*)'\)"
    r"|starts-with\(@(?P<started>[\w|@-]+),\s*'(?P<start>[^']*)'\)"
    r"|@(?P<equal>[\w-]+)\s*=\s*'(?P<value>[^']*)'"
    r"|@(?P<present>[\w-]+)"
)


@dataclass(frozen=True, slots=True)
class Atom:
    """One test of attributes: ``places`` in a signature, of which the first with a value is tested.

    ``source``: the test as the expression has it.
    """

    places: tuple[int, ...]
    pattern: re.Pattern[str]
    source: str

    def holds(self, signature: Signature) -> bool:
        """Tell whether it holds for an element of this signature."""
        for at in self.places:
            value = signature[at]
            if value is not None:
                return self.pattern.search(value) is not None
        return False


@dataclass(frozen=True, slots=True)
class Test:
    """One alternative. ``tags``: None for any; of ``atoms``, if there are any, one must hold."""

    tags: frozenset[str] | None
    atoms: tuple[Atom, ...]


def tests_of(path: str) -> tuple[Test, ...]:
    """Read an expression.

    Raises: ValueError where it is not of the known form.
    """
    return tuple(_test_of(part) for part in _ALTERNATIVES.split(path))


def _test_of(part: str) -> Test:
    step = _STEP.fullmatch(part)
    if step is None:
        raise ValueError(f"no step of the known form: {part[:200]!r}")
    tags = None if step["tag"] == "*" else frozenset({step["tag"]})
    if not step["rest"]:
        return Test(tags, ())
    predicate = _PREDICATE.fullmatch(step["rest"])
    if predicate is None:
        raise ValueError(f"no predicate of the known form: {part[:200]!r}")
    narrowing, asked = predicate[1], predicate[2] or predicate[3]
    if narrowing is not None:
        tags = frozenset(_SELF.findall(narrowing))
        _refuse_rest(_SELF.sub("", narrowing), part)
    atoms = tuple(Atom(*_read(match), match.group()) for match in _ATOM.finditer(asked))
    _refuse_rest(_ATOM.sub("", asked), part)
    return Test(tags, atoms)


def _refuse_rest(rest: str, part: str) -> None:
    if set(rest.split()) - {"or"}:
        raise ValueError(f"{rest.split()} in {part[:200]!r}")


def _read(match: re.Match[str]) -> tuple[tuple[int, ...], re.Pattern[str]]:
    names = next(match[key] for key in ("tested", "held", "folded", "started", "equal", "present")
                 if match[key])  # fmt: skip
    places = tuple(sorted(_PLACES[name] for name in names.replace("@", "").split("|")))
    if match["pattern"] is not None:
        return places, re.compile(match["pattern"], re.IGNORECASE if match["fold"] else 0)
    if match["plain"] is not None:
        either = (f"[{c}{c.upper()}]" if c in match["lower"] else re.escape(c)
                  for c in match["plain"])  # fmt: skip
        return places, re.compile("".join(either))
    if match["value"] is not None:
        return places, re.compile(rf"\A{re.escape(match['value'])}\Z")
    if match["start"] is not None:
        return places, re.compile(rf"\A{re.escape(match['start'])}")
    return places, re.compile(re.escape(match["piece"] or ""))
