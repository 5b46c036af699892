"""Whether an answer is a page worth reading: no failure, no other type, no challenge, no error."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from transforms.content import body_of
from transforms.metadata import plain
from transforms.records import Problem
from transforms.refusals import challenge_reason, error_reason
from transforms.statuses import is_success

if TYPE_CHECKING:
    from transforms.metadata import Metadata
    from transforms.pages import Page
    from transforms.records import Exchange

_HTML_TYPES = ("html", "xml", "text/plain", "octet-stream")


def page_body(exchange: Exchange, max_bytes: int) -> bytes | Problem:
    """Return the markup that an exchange brought, unpacked, or why there is none."""
    if exchange.problem is not None:
        return exchange.problem
    if not is_success(exchange.status):
        detail = f"{exchange.status} {exchange.reason}".strip()
        return article_problem(exchange, f"http_status_{exchange.status}", detail)
    kind = (exchange.header("content-type") or "html").lower()
    if not any(name in kind for name in _HTML_TYPES):
        return article_problem(exchange, "not_html", f"content type {kind[:80]}")
    body = body_of(exchange, max_bytes)
    if isinstance(body, Problem):
        code = "page_too_large" if body.code == "body_too_large" else body.code
        return replace(body, stage="article", code=code)
    return body if body.strip() else article_problem(exchange, "not_html", "empty body")


def refusal_of(exchange: Exchange, body: bytes, page: Page, metadata: Metadata) -> Problem | None:
    """Return the problem of a page that is a bot challenge or an error page."""

    def read_text() -> str:
        root = page.tree.find("body")
        return " ".join(root.text_content().split()) if root is not None else ""

    title = metadata.title or ""
    reason = challenge_reason(exchange, title, body, read_text)
    if reason is not None:
        return article_problem(exchange, "challenge_page", reason, is_final=False)
    headings = [plain(heading.text_content()) for heading in page.tree.iter("h1")]
    reason = error_reason(title, headings, read_text)
    if reason is not None and not metadata.article:
        return article_problem(exchange, "error_page", reason)
    return None


def article_problem(
    exchange: Exchange, code: str, detail: str, *, is_final: bool = True
) -> Problem:
    """Return the problem of a page that gives no article."""
    subject = exchange.requested_url
    return Problem(stage="article", subject=subject, code=code, detail=detail, is_final=is_final)
