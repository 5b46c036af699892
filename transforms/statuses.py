"""HTTP statuses that decisions rest on.

Source: RFC 9110, section 15; RFC 6585, section 4.
"""

from __future__ import annotations

MOVED_PERMANENTLY = 301
NOT_MODIFIED = 304
FORBIDDEN = 403
NOT_FOUND = 404
GONE = 410
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500


def is_success(status: int | None) -> bool:
    """Tell whether a request was received, understood and accepted; None: nothing answered."""
    return status is not None and 200 <= status < 300  # noqa: PLR2004 (the class of success)
