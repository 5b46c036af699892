# ruff: noqa: E501 (markup, one trait a line)
"""Pages made to hold a parser or an extractor for minutes: known ones, and generated ones.

A generated page follows from its number alone: it mixes prose with a few of the moves below.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from transforms.articles import extract
from transforms.records import Article, Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROSE = "The council of the harbour town voted on Tuesday to close the old ferry line. "
LD_JSON = '<script type="application/ld+json">'
HEAD = (
    "<html><head><title>Council closes the ferry</title></head><body><h1>Council closes the ferry"
)
KNOWN: Mapping[str, Callable[[], str]] = {
    "a million links": lambda: "<a href='/x'>l</a>" * 1_000_000,
    "two megabytes of JSON-LD cut short": lambda: f'{LD_JSON}{{"headline":"' + 'x\\" ' * 500_000,
    "100,000 attributes on one element": lambda: f"<div {'a=b ' * 100_000}>x</div>",
    "120,000 paragraphs": lambda: "<p>short</p>" * 120_000,
    "200,000 links in lists": lambda: "<ul><li><a href='/x'>link</a></ul>" * 200_000,
    "50,000 table rows": lambda: f"<table>{'<tr><td>a<td>b' * 50_000}</table>",
    "50,000 line breaks": lambda: "text<br>" * 50_000,
    "ten megabytes in one text": lambda: f"<p>{'word ' * 2_000_000}",
    "39,000 spans in one paragraph": lambda: f"<p>{'<span>ab</span> c ' * 39_000}</p>",
    "39,000 times with tails": lambda: f"<p>{'<time>x</time>yy ' * 39_000}</p>",
    "100,000 lines in one element": lambda: f"<pre>{'x = 1' + chr(10)}" + "x = 1\n" * 100_000,
    "two megabytes of JSON-LD beside a text": lambda: (
        f"{LD_JSON}[{'{},' * 700_000}{{}}]</script>{f'<p>{PROSE * 4}</p>' * 4}"
    ),
    "elements left open": lambda: f"<p>{'<b>' * 30_000}{PROSE}",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a page: the problem's code, or nothing, and the codes of its doubts."""

    problem: str | None
    doubts: tuple[str, ...]


def read_known(name: str) -> Answer:
    """Extract a page that is known to be hostile; runs in a worker."""
    return _read(f"{HEAD}</h1>{KNOWN[name]()}".encode())


def read_generated(number: int) -> Answer:
    """Extract a generated page; runs in a worker."""
    return _read(page(number))


def page(number: int) -> bytes:
    """Return the page of a number."""
    dice = random.Random(number)
    moves = [dice.choice(MOVES)(dice) for _ in range(dice.randint(1, 3))]
    pieces = [*moves, *(f"<p>{PROSE * dice.randint(1, 4)}</p>" for _ in range(dice.randint(0, 8)))]
    dice.shuffle(pieces)
    return dice.choice(ENCODINGS)(f"{HEAD}</h1>{''.join(pieces)}</body></html>", dice)


def _read(payload: bytes) -> Answer:
    url = "https://hostile.example/2024/01/ferry"
    exchange = Exchange(
        exchange_id="x",
        run_id="",
        purpose="page",
        requested_url=url,
        final_url=url,
        fetched_at=datetime(2024, 3, 1, tzinfo=UTC),
        elapsed_ms=0,
        status=200,
        headers=(("Content-Type", "text/html"),),
        payload=payload,
    )
    found = extract(exchange, source_id="hostile.example")
    if isinstance(found, Article):
        return Answer(None, tuple(doubt.code for doubt in found.doubts))
    return Answer(found.code, ())


def _nested(dice: random.Random) -> str:
    tag = dice.choice(("div", "span", "table><tr><td", "ul><li", "blockquote", "font", "a", "form"))
    return f"<{tag}>" * dice.randint(100, 3_000) + PROSE


def _flood(dice: random.Random) -> str:
    unit = dice.choice(
        (
            "<span>x</span> y ", "<br>z", "<a href=/x>link</a> ", "<li>item", "<time>1</time>t",
            "<div></div>t", "<figure><img><figcaption>c</figcaption></figure>", "<h2>Head</h2>",
            "<div class='gallery related caption'>x</div>", "<blockquote><p>q</p></blockquote>",
            "<tr><td>a</td></tr>", "<iframe title='t'></iframe>", "<meta name=author content='A B'>",
            "<div class='comment'>c</div>", "<input>", "<svg><path/></svg>",
        )
    )  # fmt: skip
    return unit * dice.choice((50, 200, 500, 1_000, 12_000))


def _attributes(dice: random.Random) -> str:
    count = dice.randint(50, 5_000)
    form = dice.choice(('a{0}="{0}"', "a{0}={0}", "a{0}", "class=c{0}"))
    return f"<div {' '.join(form.format(n) for n in range(count))}>x</div>"


def _names(dice: random.Random) -> str:
    words = ("article-body", "gallery", "caption", "author", "date", "share", "comment", "related")
    return "".join(
        f"<div class='{dice.choice(words)}-{n} {dice.choice(words)}' id='{dice.choice(words)}{n}'>x</div>"
        for n in range(dice.randint(50, 500))
    )


def _entities(dice: random.Random) -> str:
    soup = ("&amp;", "&lt;p&gt;", "&#0;", "&#x110000;", "&nosuch;", "&", "<", ">", "&#xd800;", "<!", "]]>", "<?x", "</")  # fmt: skip
    return "".join(dice.choices(soup, k=dice.randint(100, 1_500)))


def _ld_json(dice: random.Random) -> str:
    count = dice.randint(100, 5_000)
    inner = dice.choice(
        (
            "[" * count, '{"a":' * count, '{"@type":"NewsArticle","headline":"' + "x" * count,
            "[" + '{"@type":"Article","headline":"h","author":{"name":"A B"}},' * (count // 10) + "{}]",
            '{"@type":"Article","articleBody":"' + "word &lt;b&gt; " * count + '"}',
            '{"@type":"Article","datePublished":"' + "9" * count + '"}', "\\u" * count, "," * count,
        )
    )  # fmt: skip
    return f"{LD_JSON}{inner}{dice.choice(('</script>', '', '</SCRIPT >', '<!--</script>'))}"


def _long_text(dice: random.Random) -> str:
    unit = dice.choice(("word ", "x", "(", '"', "- ", "was in 2021 had ", "a.b@c ", "\u4e00", "\u0e01\u0e34", "\u202e", "1/2/3 "))  # fmt: skip
    return f"<p>{unit * dice.randint(500, 8_000)}</p>"


def _cut(text: str, dice: random.Random) -> bytes:
    data = text.encode()
    return data[: dice.randint(len(data) // 2, len(data))]


def _garbled(text: str, dice: random.Random) -> bytes:
    data = bytearray(text.encode())
    for _ in range(dice.randint(1, 300)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)


MOVES = (_nested, _flood, _attributes, _names, _entities, _ld_json, _long_text)
ENCODINGS: tuple[Callable[[str, random.Random], bytes], ...] = (
    lambda text, _: text.encode("utf-8", "replace"),
    lambda text, _: text.encode("utf-16"),
    lambda text, _: b"\xef\xbb\xbf" + text.encode("cp1252", "replace"),
    _cut,
    _garbled,
)
