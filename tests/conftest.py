"""What holds for every test."""

from __future__ import annotations

import atexit

from hypothesis import HealthCheck, settings

from flows.cli import hush

atexit.register(hush)  # the last moments of a process that used DuckDB and SQLAlchemy are noisy

# How long an example takes on a busy machine tells nothing of what is tested.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
