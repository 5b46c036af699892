"""The rules that a client is held to, and how it kept them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

CHECKS = {
    "unconditional repeats": "a feed with validators is asked for with a condition",
    "altered validators": "ETag and Last-Modified come back exactly, both",
    "early polls": "max-age, Expires, ttl, sy:*, 410 and a least time are kept",
    "skipped hours": "skipHours and skipDays are kept free",
    "ignored Retry-After": "a host that asked for peace has it, all of it",
    "parallel connections": "a host has one connection at a time",
    "gaps too short": "5 s, or the crawl delay, from request to request",
    "cookies sent": "cookies are not kept",
    "robots breaches": "pages that are forbidden, or not known to be allowed, are not fetched",
    "robots asked again": "robots.txt is believed for as long as it says",
    "tdmrep.json not read": "pages come after the tdmrep.json of their origin",
    "tdmrep.json asked again": "tdmrep.json is believed for as long as it says",
    "pages asked again": "a page that came is not fetched a second time",
    "no contact": "the user agent names a program and whom to write to",
    "no compression": "compressed bodies are welcome",
}


@dataclass
class Score:
    """How often each rule could have been broken, and how often it was."""

    tested: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    requests: int = 0

    def hold(self, check: str, *, is_kept: bool, about: str) -> None:
        assert check in CHECKS
        self.tested[check] += 1
        if not is_kept:
            self.broken[check] += 1
            self.complaints.append(f"{check}: {about}")

    @property
    def percent(self) -> float:
        tested = sum(self.tested.values())
        return 100 * (1 - sum(self.broken.values()) / tested) if tested else 0.0

    @property
    def untested(self) -> list[str]:
        return [check for check in CHECKS if not self.tested[check]]

    def lines(self) -> list[str]:
        """Return the score as a table."""
        rows = [f"{'rule':24}{'tested':>10}{'broken':>10}   what is looked at"]
        rows += [
            f"{check:24}{self.tested[check]:>10,}{self.broken[check]:>10,}   {what}"
            for check, what in CHECKS.items()
        ]
        told = [f"  {line}" for line in self.complaints[:20]]
        last = f"score {self.percent:.2f} %: {sum(self.broken.values())} complaints about"
        return [*rows, *told, f"{last} {self.requests:,} requests"]
