"""Declared objections to text and data mining and to use by AI: found, not judged.

Sources: RFC 9309 groups for the crawlers of AI companies; the TDM Reservation Protocol
(``tdm-reservation`` of headers and metas, and `transforms.tdmrep`);
``noai`` and ``noimageai`` of X-Robots-Tag and meta robots; ``Content-Signal`` and
``Content-Usage`` lines in robots.txt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, Literal

from transforms.records import OptOut
from transforms.tdmrep import TDMREP_PATH, parse_reservations
from transforms.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from transforms.records import Exchange, OriginDocument

AI_AGENTS = frozenset(
    {
        *("ai2bot", "amazonbot", "anthropic-ai", "applebot-extended", "bytespider", "ccbot"),
        *("chatgpt-user", "claude-web", "claudebot", "cohere-ai", "deepseekbot", "diffbot"),
        *("facebookbot", "google-extended", "gptbot", "imagesiftbot", "meta-externalagent"),
        *("mistralai-user", "omgili", "omgilibot", "perplexitybot", "timpibot", "youbot"),
    }
)
"""Crawlers that gather texts for language models or for those who resell them, in lower case."""

TEXT_SIGNALS = frozenset({"tdm-reservation", "noai"})
"""What a page may say of its text; ``noimageai`` speaks of its pictures alone."""

FREE = ("", "")
"""What `_of_metas` gives for a page that says it is not reserved."""

EVIDENCE_CHARS = 300
HEAD_BYTES = 200_000
_SIGNAL_LINES = {
    "content-signal": re.compile(r"\b(ai-train|ai-input)\s*=\s*no\b", re.IGNORECASE),
    "content-usage": re.compile(r"\b(train-ai|ai-use|bots)\s*=\s*n\b", re.IGNORECASE),
}
_WHOLE_SITE = frozenset({"/", "/*", "*"})
_META = re.compile(rb"<meta\s[^<>]{0,1000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z-]+")


@dataclass(frozen=True, slots=True)
class Declared:
    """One objection in a robots.txt: the agent or signal, and the lines that say so."""

    signal: str
    evidence: str


@lru_cache(maxsize=512)
def robots_objections(body: bytes) -> tuple[Declared, ...]:
    """Return who is kept from the whole site for AI's sake, one for each agent or signal."""
    found: dict[str, Declared] = {}
    for agents, rules in _groups(body.decode("utf-8-sig", "replace")):
        for name, value in rules:
            if name == "disallow" and value in _WHOLE_SITE:
                for agent in agents:
                    if agent.lower() in AI_AGENTS:
                        words = f"User-agent: {agent} / Disallow: {value}"
                        found.setdefault(agent.lower(), Declared(agent, words))
            pattern = _SIGNAL_LINES.get(name)
            for signal in pattern.findall(value) if pattern else ():
                words = f"{name}: {value}"[:EVIDENCE_CHARS]
                found.setdefault(signal.lower(), Declared(signal.lower(), words))
    return tuple(found.values())


def declared_in(known: OriginDocument) -> tuple[Declared, ...]:
    """Return the objections in a document of an origin."""
    if known.kind == "robots":
        return robots_objections(known.body or b"")
    reserved = [rule for rule in parse_reservations(known.body or b"").rules if rule.is_reserved]
    words = [
        f"{rule.location} ({rule.policy})" if rule.policy else rule.location for rule in reserved
    ]
    told = f"{TDMREP_PATH}: {', '.join(words)}"[:EVIDENCE_CHARS]
    return (Declared("tdm-reservation", told),) if reserved else ()


def of_origins(
    documents: Iterable[OriginDocument], sources: Mapping[str, str]
) -> tuple[OptOut, ...]:
    """Return what the documents of origins declare: robots.txt and tdmrep.json.

    ``sources`` tells the outlet of each host; hosts that it lacks are left out.
    """
    return tuple(
        OptOut(
            source_id=sources[known.host],
            host=known.host,
            origin=known.kind,
            signal=declared.signal,
            evidence=declared.evidence,
            exchange_id=known.exchange_id,
            seen_at=known.fetched_at,
        )
        for known in documents
        if known.fetched_at is not None and known.host in sources
        for declared in declared_in(known)
    )


def of_answer(exchange: Exchange, body: bytes, source_id: str) -> tuple[OptOut, ...]:
    """Return what an answer declares, in its headers and in the head of its page.

    A page that says it is not reserved stands above a header that says it is.
    """
    metas = list(_of_metas(body))
    is_free = (FREE in metas) and not any(signal == "tdm-reservation" for signal, _ in metas)
    found: list[tuple[Literal["header", "meta"], str, str]] = [
        ("header", *one)
        for one in _of_headers(exchange)
        if not is_free or one[0] != "tdm-reservation"
    ]
    found += [("meta", *one) for one in metas if one != FREE]
    distinct = {(origin, signal): words for origin, signal, words in found}
    return tuple(
        OptOut(
            source_id=source_id,
            host=host_of(exchange.final_url),
            origin=origin,
            signal=signal,
            evidence=f"{exchange.final_url}: {words}"[:EVIDENCE_CHARS],
            exchange_id=exchange.exchange_id,
            seen_at=exchange.fetched_at,
        )
        for (origin, signal), words in distinct.items()
    )


def concerns_text(declared: Iterable[OptOut]) -> bool:
    """Tell whether an answer objects to the use of its text."""
    return any(one.signal in TEXT_SIGNALS for one in declared)


def _groups(text: str) -> Iterator[tuple[list[str], list[tuple[str, str]]]]:
    """Yield the agents and the rules of each group (RFC 9309, section 2.2.1)."""
    agents: list[str] = []
    rules: list[tuple[str, str]] = []
    for line in text.splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        if not colon:
            continue
        name, value = name.strip().lower(), value.strip()
        if name == "user-agent":
            if rules:
                yield agents, rules
                agents, rules = [], []
            agents.append(value)
        else:
            rules.append((name, value))
    yield agents, rules


def _of_headers(exchange: Exchange) -> Iterator[tuple[str, str]]:
    for name, value in exchange.headers:
        if name.lower() == "tdm-reservation" and value.strip() == "1":
            yield "tdm-reservation", f"{name}: {value}"
        elif name.lower() == "x-robots-tag":
            for signal in _robots_words(value):
                yield signal, f"{name}: {value}"


def _of_metas(body: bytes) -> Iterator[tuple[str, str]]:
    head = body[:HEAD_BYTES]
    lowered = head.lower()
    if b"tdm-reservation" not in lowered and b"noai" not in lowered and b"noimageai" not in lowered:
        return
    for found in _META.findall(head):
        tag = unescape(found.decode("utf-8", "replace"))
        given = {one[0].lower(): one[1] or one[2] or one[3] for one in _ATTRIBUTE.findall(tag)}
        name, value = given.get("name", "").lower(), given.get("content", "")
        if name == "tdm-reservation" and value.strip() in {"0", "1"}:
            yield ("tdm-reservation", tag) if value.strip() == "1" else FREE
        elif name == "robots":
            for signal in _robots_words(value):
                yield signal, tag


def _robots_words(value: str) -> list[str]:
    return [word for word in _TOKEN.findall(value.lower()) if word in {"noai", "noimageai"}]
