"""What one run loads of an outlet, the next knows: shared lines leave the body."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from walk_support import Page, ask, audit, make_home, run_backfill
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows.reprocess import reprocess

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BOX = "Every weekday evening our letter brings the day to your inbox, free of charge and short."


def write_warc(file: Path, pages: Sequence[Page]) -> Path:
    """Write pages as another crawler would, each with the outlet's own line below its text."""
    with file.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for page in pages:
            body = page.html().replace(b"</article>", f"<p>{BOX}</p></article>".encode())
            headers = [("Content-Type", "text/html; charset=utf-8")]
            record = writer.create_warc_record(
                page.url,
                "response",
                payload=BytesIO(body),
                length=len(body),
                http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
            )
            writer.write_record(record)
    return file


def boxes(home: Path) -> dict[int | None, int]:
    """Return how many articles keep the line beside the body, by version of the knowledge."""
    return dict(
        ask(
            home,
            "select outlet_version,"
            " count(*) filter (where block.kind = 'boilerplate' and text = $1)"
            " from news.article_versions left join news.article_blocks as block using (version_id)"
            " group by outlet_version",
            BOX,
        )
    )


@pytest.mark.slow
def test_a_run_learns_and_the_next_applies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_home(tmp_path / "home")
    first = write_warc(tmp_path / "first.warc.gz", [Page(1), Page(3), Page(9)])
    second = write_warc(tmp_path / "second.warc.gz", [Page(7)])
    run_backfill(home, warcs=[first])
    assert boxes(home) == {None: 0}
    run_backfill(home, warcs=[second])
    assert boxes(home) == {None: 0, 1: 1}
    knowledge = "select text, pages, of_pages, version from report.outlet_knowledge"
    assert (BOX, 4, 4, 2) in ask(home, knowledge)

    versions = ask(home, "select version_id from news.article_versions order by all")
    monkeypatch.setattr("flows.reprocess.CODE_VERSION", "another")
    asyncio.run(reprocess(home))
    assert boxes(home) == {1: 1, 2: 3}  # what is read alike stays as it is
    assert ask(home, "select version_id from news.article_versions order by all") == versions
    assert ask(home, "select max(since_version) from ops.outlet_pages") == [(2,)]
    assert audit(home) == []
