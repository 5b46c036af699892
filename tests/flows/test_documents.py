"""Documents on the quality of the data: whole in themselves, escaped, bounded, linked together."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from quarantine_support import LISTING, RUN, STORY, ask, at, bring_story, make_home
from typer.testing import CliRunner

from flows.cli import app
from flows.documents import Documents, write_documents
from warehouse import register
from warehouse.connection import Home, writing
from warehouse.publish import publish

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

pytestmark = pytest.mark.filterwarnings(  # Great Expectations imports it
    r"ignore:module 'sre_\w+' is deprecated:DeprecationWarning"
)

EVIL = "<script>alert('$x')</script>&\"><img src=http://evil.example/x onerror=alert(1)>"
LOADING = frozenset({"src", "srcset", "data", "poster", "background", "action", "formaction"})
RUNS = 5
RESULT = "insert into ops.validation_results values ('l', $1, $2, $3, $4, $5, 200, $6)"


class Page(HTMLParser):
    """What a page would load, what it links to, what its text says."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.handlers += [name] if name.startswith("on") else []
            self.loads += [value or ""] if name in LOADING else []
            self.ids += [value or ""] if name == "id" else []
            if name == "href":
                (self.links if tag == "a" else self.loads).append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def fill(con: duckdb.DuckDBPyConnection) -> None:
    """Spoil what is held and marked, and tell of runs."""
    con.execute("update ops.quarantine_hits set value = $1", [EVIL])
    con.execute("update ops.marks set value = $1", [EVIL])
    con.execute(
        "update ops.quarantine set url = 'javascript:alert(1)',"
        " record = json_merge_patch(record, json_object('headline', $1))",
        [EVIL],
    )
    con.execute("update news.sources set name = $1 where source_id = 'courier.example'", [EVIL])
    held = con.execute("select distinct rule_id, severity from ops.quarantine_hits").fetchall()
    for number in range(RUNS):
        run_id = RUN if number == 0 else f"202201{20 - number}T120000-00000{number}"
        if number:
            register.begin_run(con, run_id, "ingest", {}, at(-24 * number), "1")
        for rule_id, severity in held:
            con.execute(RESULT, [run_id, at(1 - 24 * number), "articles", rule_id, severity, 3])
        values = [run_id, at(1), "warehouse", "warehouse.seen_in_order", "critical", 0]
        con.execute(RESULT, values)
        con.execute(RESULT, [run_id, at(1), "articles", "article.of_old", "warning", 1])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = make_home(tmp_path_factory.mktemp("documents") / "home")
    bring_story(home, "a", LISTING)
    bring_story(home, "b", STORY)
    with writing(home) as con:
        fill(con)
    publish(home)
    return home


@pytest.fixture(scope="module")
def written(home: Home) -> Documents:
    return write_documents(home.root, now=at(2))


@pytest.fixture(scope="module")
def pages(written: Documents) -> dict[str, Page]:
    return {
        str(file.relative_to(written.folder)): Page(file.read_text())
        for file in written.folder.rglob("*.html")
    }


def test_pages_load_nothing_and_run_nothing(pages: dict[str, Page], written: Documents) -> None:
    assert len(pages) == written.pages == 2 + 2 * RUNS
    for page in pages.values():
        assert page.loads == page.handlers == []
        assert not {"script", "link", "iframe", "img", "object", "embed", "base"} & {*page.tags}
    for file in written.folder.rglob("*.html"):
        style = re.findall(r"<style>(.*?)</style>", file.read_text(), re.DOTALL)
        assert len(style) == 1
        assert not re.search(r"url\(|@import|http", style[0])


def test_what_strangers_wrote_is_text_on_every_page(pages: dict[str, Page]) -> None:
    for name in ("index.html", f"runs/{RUN}-articles.html"):
        assert EVIL in pages[name].text
    assert all("alert(" not in link for page in pages.values() for link in page.links)


def test_every_link_within_the_documents_leads_somewhere(
    pages: dict[str, Page], written: Documents
) -> None:
    inner = [
        (name, link)
        for name, page in pages.items()
        for link in page.links
        if not link.startswith("http")
    ]
    assert len(inner) > 20
    for name, link in inner:
        target, _, anchor = link.partition("#")
        file = (written.folder / name).parent / target if target else written.folder / name
        page = pages[str(file.resolve().relative_to(written.folder.resolve()))]
        assert not anchor or anchor in page.ids, (name, link)


def test_the_front_page_tells_verdicts_by_outlet_and_rule(pages: dict[str, Page]) -> None:
    text = " ".join(pages["index.html"].text.split())
    assert "The 24 hours before Thursday, 20 January 2022, 13:00 UTC" in text
    assert f"{EVIL} last 24 hours: 1 articles 1 0 1 0 0 article.body_is_prose 1" in text
    assert "article.body_is_prose" in text
    assert "1 of 1 records held" in text
    assert pages["index.html"].tags.count("svg") > 2


def test_a_document_of_a_run_tells_each_rule_with_its_reason_and_examples(
    pages: dict[str, Page],
) -> None:
    text = pages[f"runs/{RUN}-articles.html"].text
    assert "article.body_is_prose: Lines that end like no sentence are links or labels" in text
    assert "3 unexpected values found. 1.5% of 200 total rows." in " ".join(text.split())
    assert "Rules that were run then and are no more: article.of_old." in text


def test_documents_are_bounded_and_files_of_others_stay(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYTASTER_DOCS_RUNS", "2")
    old = tmp_path / "runs" / "20210101T000000-abcdef-articles.html"
    old.parent.mkdir()
    old.touch()
    others = [tmp_path / "notes.html", tmp_path / "runs" / "notes.html"]
    for file in others:
        file.touch()
    write_documents(home.root, tmp_path, at(2))
    kept = sorted(file.name for file in (tmp_path / "runs").iterdir())
    assert len(kept) == 2 * 2 + 1
    assert kept[-1] == "notes.html"
    assert kept[2] == f"{RUN}-articles.html"
    assert all(file.exists() for file in others)


def test_an_empty_home_has_documents_too(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    publish(home)
    page = Page(write_documents(home.root, now=at(2)).front_page.read_text())
    assert "Nothing was read yet" in page.text


def test_the_command_says_where_the_documents_are(home: Home, tmp_path: Path) -> None:
    words = ["docs", "--home", str(home.root), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.output.strip()) == (0, str(tmp_path / "out" / "index.html"))
    told = json.loads(CliRunner().invoke(app, [*words, "--json"]).output)
    assert told == {"front_page": str(tmp_path / "out" / "index.html"), "pages": 2 + 2 * RUNS}


def test_nothing_in_the_warehouse_is_changed(home: Home) -> None:
    before = home.live.stat().st_mtime_ns
    write_documents(home.root, now=at(2))
    assert home.live.stat().st_mtime_ns == before
    assert ask(home, "select count(*) from ops.runs") == [(RUNS,)]
