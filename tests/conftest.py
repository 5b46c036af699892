"""What holds for every test."""

from __future__ import annotations

import atexit

from flows.cli import hush

atexit.register(hush)  # the last moments of a process that used DuckDB and SQLAlchemy are noisy
