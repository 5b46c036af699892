"""How much a failed poll counts: what will hardly mend itself more than what passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transforms.refusals import is_challenge
from transforms.statuses import GONE, NOT_MODIFIED, SERVER_ERROR, is_success

if TYPE_CHECKING:
    from transforms.records import Exchange

CHALLENGE = "challenge_page"

HARD, SOFT, TEMPORARY = 1.0, 0.5, 0.25
_WEIGHT_OF_STATUS = {401: HARD, 404: HARD, GONE: HARD, 451: HARD, 408: TEMPORARY, 425: TEMPORARY}
_WEIGHT_OF_STATUS |= {429: TEMPORARY}
_WEIGHT_OF_PROBLEM = {
    "address_refused": HARD,
    "bad_url": HARD,
    "connection_reset": TEMPORARY,
    "timeout": TEMPORARY,
    "truncated_body": TEMPORARY,
}


def failure_weight(exchange: Exchange) -> float:
    """Return how much a failure counts: hard 1, soft 0.5, temporary 0.25; 0 for none."""
    if exchange.problem is not None:
        return _WEIGHT_OF_PROBLEM.get(exchange.problem.code, SOFT)
    status = exchange.status or 0
    if is_challenge(exchange):
        return SOFT
    if is_read_later(exchange) or status == NOT_MODIFIED:
        return 0.0
    return TEMPORARY if status >= SERVER_ERROR else _WEIGHT_OF_STATUS.get(status, SOFT)


def is_read_later(exchange: Exchange) -> bool:
    """Tell whether an answer may bring a document, which decides on the state once it is read."""
    return is_success(exchange.status)
