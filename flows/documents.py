"""The documents on disk: written beside the run, a bounded number of them, the old ones removed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectations.docs import FRONT_PAGE, RUNS_FOLDER, render_documents
from flows.homes import existing_home
from flows.run import CODE_VERSION, utc_now
from warehouse.connection import reading
from warehouse.quality import read_quality

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from transforms.quality import Quality

OUR_DOCUMENT = re.compile(r"\d{8}T\d{6}-[0-9a-f]+-[a-z]+\.html")  # a run's id and a suite


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What was written: where, how many pages, and what they tell."""

    folder: Path
    pages: int
    quality: Quality

    @property
    def front_page(self) -> Path:
        """The page to begin with."""
        return self.folder / FRONT_PAGE


def write_documents(
    home_folder: Path | None, out: Path | None = None, now: datetime | None = None
) -> Documents:
    """Write the documents of a home, from its published copy; ``out`` is by default HOME/docs.

    Each page is replaced in one step. Documents of runs beyond the setting ``docs_runs``
    are removed; other files in the folder are left alone.

    Raises: WarehouseMissing, OSError where the folder cannot be written.
    """
    home, settings = existing_home(home_folder)
    folder = (out or home.docs).absolute()
    with reading(home.published) as con:
        quality = read_quality(con, settings.docs_runs)
    written = set()
    for name, page in render_documents(quality, now=now or utc_now(), code=CODE_VERSION):
        replace_file(folder / name, page)
        written.add(folder / name)
    for file in (folder / RUNS_FOLDER).glob("*.html"):
        if file not in written and OUR_DOCUMENT.fullmatch(file.name):
            file.unlink()
    return Documents(folder=folder, pages=len(written), quality=quality)


def replace_file(file: Path, text: str) -> None:
    """Write a file whole, and only then put it in its place."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.fresh")
    fresh.write_text(text, encoding="utf-8", errors="replace")
    fresh.replace(file)
