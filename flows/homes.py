"""The home: made, brought up to date, and its settings file that explains itself."""

from __future__ import annotations

import tomllib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.settings import Settings, read_settings
from warehouse.connection import Home, WarehouseMissing, writing
from warehouse.migrate import check_is_current, migrate
from warehouse.publish import publish
from warehouse.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb


class NotSubscribedError(LookupError):
    """A feed that was named is none of this home."""

    def __init__(self, name: str) -> None:
        super().__init__(f"not a feed of this home: {name}; see `copytaster feeds list`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A home, and in words what was done to it."""

    home: Path
    done: str


def prepare_home(folder: Path | None) -> Prepared:
    """Create a home or bring an old one up to date; lose nothing.

    Raises: OSError where the folder cannot be written.
    """
    settings = read_settings(folder)
    home = Home(settings.home)
    home.root.mkdir(parents=True, exist_ok=True)
    if not home.settings.exists():
        home.settings.write_text(settings_template(), encoding="utf-8")
    was_there = home.live.exists()
    applied = migrate(home)
    with State(home.state):
        pass  # opening it makes it
    publish(home)
    if not was_there:
        done = "created"
    elif applied:
        done = f"brought up to date: {', '.join(applied)}"
    else:
        done = "nothing to do"
    return Prepared(home=home.root, done=done)


def existing_home(folder: Path | None) -> tuple[Home, Settings]:
    """Return a home that was initialised, with its settings.

    Raises: WarehouseMissing, saying how to make one.
    """
    settings = read_settings(folder)
    home = Home(settings.home)
    if not home.live.exists():
        raise WarehouseMissing(f"there is no home at {home.root}: run `copytaster init` first")
    return home, settings


@contextmanager
def current_warehouse(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a home's live database, if it is of this version.

    Raises: SchemaError, asking for `copytaster init`; WarehouseBusy.
    """
    with writing(home) as con:
        check_is_current(con)
        yield con


def settings_template() -> str:
    """Return a settings file in which every setting stands as a comment, with its default."""
    lines = [
        "# Settings of Copytaster. Each can also be given in the environment, in capitals and",
        "# with COPYTASTER_ before it; the environment wins. Shown are the defaults.",
        "",
    ]
    for name, field in Settings.model_fields.items():
        if name == "home":
            continue
        lines.append(f"# {field.description}")
        if field.default is None:  # TOML has no word for it
            lines.append(f"# {name} = {_toml((field.examples or [None])[0])}  # none by default")
        else:
            lines.append(f"# {name} = {_toml(field.default)}")
        lines.append("")
    template = "\n".join(lines)
    tomllib.loads(template)
    return template


def _toml(value: object) -> str:
    if value is None:
        raise TypeError("a setting without a default needs an example")
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return str(value)
