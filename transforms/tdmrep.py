"""tdmrep.json: the pages of an origin that are reserved from text and data mining.

Source: TDM Reservation Protocol, final report of the W3C community group
(https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240202/), sections 5.2 and 5.4:
an array of rules, the first whose location matches speaks for a page. What the protocol
does not allow says nothing; an origin that cannot be asked reserves nothing. What a page
says itself (header, then meta) stands above the file.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from transforms.origin_documents import renewed

if TYPE_CHECKING:
    from datetime import datetime

    from transforms.records import Exchange, OriginDocument

TDMREP_PATH = "/.well-known/tdmrep.json"
MAX_RULES = 5000
UNREACHABLE_FOR = timedelta(hours=1)
_VALUES = {"0": False, "1": True}
_KEPT = "/%:?#[]@!&'()*+,;=~$"  # what a location may hold as it stands
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the paths it is for, and whether they are reserved; None: it does not say."""

    location: str
    is_reserved: bool | None
    policy: str | None


@dataclass(frozen=True, slots=True)
class Reservations:
    """The rules of one tdmrep.json, and what is wrong with it.

    ``problem``: ``not_json``, ``not_an_array``, ``bad_rules`` (some say nothing that the
    protocol knows) or ``too_many_rules`` (the first `MAX_RULES` count).
    """

    rules: tuple[Rule, ...] = ()
    problem: str | None = None

    def rule_for(self, url: str) -> Rule | None:
        """Return the first rule whose location matches a URL; None if none does."""
        path = _path_of(url)
        return next((rule for rule in self.rules if _matches(rule.location, path)), None)


@lru_cache(maxsize=512)
def parse_reservations(body: bytes) -> Reservations:
    """Return the rules of a tdmrep.json, whatever its bytes are."""
    if not body.strip():
        return Reservations()
    try:
        given = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return Reservations(problem="not_json")
    if not isinstance(given, list):
        return Reservations(problem="not_an_array")
    read = [_rule_of(one) for one in given[:MAX_RULES]]
    rules = tuple(rule for rule in read if rule is not None)
    problem = "too_many_rules" if len(given) > MAX_RULES else None
    if len(rules) < len(read) or any(rule.is_reserved is None for rule in rules):
        problem = "bad_rules"
    return Reservations(rules, problem)


def after_reservations(
    known: OriginDocument, exchange: Exchange, *, now: datetime
) -> OriginDocument:
    """Return what is remembered of an origin's tdmrep.json after it was asked for.

    A page in its place (many servers answer 200 to any path) means that there is none.
    """
    found = renewed(known, exchange, unreachable_for=UNREACHABLE_FOR, now=now)
    body = found.body
    if body and body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        body = b""
    return replace(found, body=body)


def reservation(known: OriginDocument, url: str) -> Rule | None:
    """Return the rule by which an origin's file reserves a page; None if it does not."""
    rule = parse_reservations(known.body or b"").rule_for(url)
    return rule if rule is not None and rule.is_reserved else None


def _rule_of(given: Any) -> Rule | None:  # noqa: ANN401 (whatever the array holds)
    """Return a rule; None where it is for no path."""
    location = given.get("location") if isinstance(given, dict) else None
    if not isinstance(location, str) or not location.startswith(("/", "*")):
        return None
    value, policy = given.get("tdm-reservation"), given.get("tdm-policy")
    is_plain = isinstance(value, int | str) and not isinstance(value, bool)
    return Rule(
        location=_normal(quote(location, safe=_KEPT, errors="replace")),
        is_reserved=_VALUES.get(str(value).strip()) if is_plain else None,
        policy=policy if isinstance(policy, str) else None,
    )


def _path_of(url: str) -> str:
    """Return the path and query of a URL, with no character in them that a location means."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _normal(quote(path, safe=_KEPT)).replace("*", "%2A").replace("$", "%24")


def _matches(location: str, path: str) -> bool:
    """Tell whether a location matches a path, as those of robots.txt do: ``*`` and ``$``."""
    is_whole = location.endswith("$")
    first, *others = location.removesuffix("$").replace("$", "%24").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    last = others.pop() if others and is_whole else None
    for piece in others:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    if last is not None:
        return path.endswith(last) and len(path) - len(last) >= at
    return not is_whole or at == len(path)


def _normal(text: str) -> str:
    """Return a text with needless escapes undone and the others in upper case."""

    def plain(found: re.Match[str]) -> str:
        character = chr(int(found.group(1), 16))
        return character if _UNRESERVED.fullmatch(character) else found.group().upper()

    return _ESCAPE.sub(plain, text)
