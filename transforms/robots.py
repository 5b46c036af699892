"""robots.txt: what it allows, and how long that is believed.

Source: RFC 9309. It speaks for one origin: scheme, host and port. Unavailable (4xx) means
that all is allowed; unreachable (5xx, no answer) that nothing is, unless an older copy is
at hand, which then stays in force.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from protego import Protego

from transforms.origin_documents import MAX_BYTES, renewed

if TYPE_CHECKING:
    from datetime import datetime

    from transforms.records import Exchange, OriginDocument

UNREACHABLE_FOR = timedelta(minutes=10)
CRAWL_DELAY_CAP_SECONDS = 60.0
# A line that begins a group, with its product token (RFC 9309, section 2.2.1).
_LINE = r"^[ \t]*user-agent[ \t]*:[ \t]*([a-z_-]+)"
_USER_AGENT = re.compile(_LINE, re.IGNORECASE | re.MULTILINE)
_VERSION = re.compile(rf"({_LINE.replace('(', '(?:')})/[^\s#]*", re.IGNORECASE | re.MULTILINE)

Ruling = Literal["allowed", "disallowed", "unreachable"]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one robots.txt for one agent."""

    protego: Protego
    agent: str

    def allows(self, url: str) -> bool:
        """Tell whether the agent may get a URL."""
        return bool(self.protego.can_fetch(url, self.agent))

    def sitemaps(self) -> tuple[str, ...]:
        """Return the sitemaps that it names."""
        return tuple(dict.fromkeys(self.protego.sitemaps))

    def crawl_delay_seconds(self) -> float | None:
        """Return the declared delay, at most a minute."""
        delay = self.protego.crawl_delay(self.agent)
        return None if delay is None else min(max(float(delay), 0.0), CRAWL_DELAY_CAP_SECONDS)


@lru_cache(maxsize=512)
def parse_rules(body: bytes, agent: str) -> Rules:
    """Return the rules of a robots.txt, whatever its bytes are.

    A byte order mark would make the first group disappear; bytes that are no UTF-8
    are replaced, which spoils no more than their own line. A group for ``Copytaster/1.0``
    is one for all versions.
    """
    text = body[:MAX_BYTES].decode("utf-8-sig", "replace").replace("\x00", "")
    return Rules(Protego.parse(_VERSION.sub(r"\1", text)), agent)


def after_robots(
    known: OriginDocument, exchange: Exchange, *, agent: str, now: datetime
) -> OriginDocument:
    """Return what is remembered of an origin's robots.txt after it was asked for."""
    found = renewed(known, exchange, unreachable_for=UNREACHABLE_FOR, now=now)
    delay = None if found.body is None else parse_rules(found.body, agent).crawl_delay_seconds()
    return replace(found, crawl_delay_seconds=delay)


@lru_cache(maxsize=512)
def names_agent(body: bytes, agent: str) -> bool:
    """Tell whether a group of a robots.txt is for an agent by its name, not as one of all."""
    text = body[:MAX_BYTES].decode("utf-8-sig", "replace")
    named = (found.group(1).lower() for found in _USER_AGENT.finditer(text))
    return agent.lower() in named


def is_forbidden_by_name(known: OriginDocument, url: str, agent: str) -> bool:
    """Tell whether an origin's robots.txt, as it is remembered, names an agent to forbid a URL."""
    body = known.body
    if not body or not names_agent(body, agent):
        return False
    return not parse_rules(body, agent).allows(url)


def ruling(known: OriginDocument, url: str, agent: str) -> Ruling:
    """Return what an origin's robots.txt, as it is remembered, says of a URL."""
    if known.body is None:
        return "unreachable"
    return "allowed" if parse_rules(known.body, agent).allows(url) else "disallowed"
