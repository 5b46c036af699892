"""Newsrooms: stored pages or authored articles, served on loopback as a set of outlets.

Every outlet answers under its own host name, so that a client which connects to
the one server whatever the URL says sees a small web. For demo, tests and replays.

    with serve_in_thread(Newsroom.load(shipped("newsroom"))) as served:
        ...                             # everything at served.address
        served.newsroom.set_edition(2)  # retitled, corrected and new articles

An authored newsroom is written as `flows.newsroom_manuscripts` says and set up as
the head of `outlets.toml` says; `gold` tells what ought to come out of an article.
"""

from flows.newsroom_gold import gold
from flows.newsroom_manuscripts import Manuscript, at_edition, parse_article_file
from flows.newsroom_outlets import NewsroomError, Outlet
from flows.newsroom_server import Served, run_newsroom, serve, serve_in_thread
from flows.newsroom_sites import Access, Newsroom

__all__ = [
    "Access",
    "Manuscript",
    "Newsroom",
    "NewsroomError",
    "Outlet",
    "Served",
    "at_edition",
    "gold",
    "parse_article_file",
    "run_newsroom",
    "serve",
    "serve_in_thread",
]
