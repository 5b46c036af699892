"""Where answers are printed: the terminal, or a file or pipe that has no width of its own."""

from __future__ import annotations

from rich.console import Console

PIPE_COLUMNS = 160


def screen() -> Console:
    """Return standard output, as wide as the terminal is, or wide enough for a table."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PIPE_COLUMNS)
